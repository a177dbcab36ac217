// What all drawings need: a canvas as sharp as the screen, and the colours of the style sheet.

/**
 * Keeps a canvas as large as the element around it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} [box] which it is as large as
 * @returns {{context: CanvasRenderingContext2D, size: {width: number, height: number, ratio: number}, fit: () => void}}
 *   what is drawn is in CSS pixels, as `size` is; `ratio` is how many pixels of the screen one of them is. `fit` is to be called
 *   before all is drawn: a canvas of another size is empty, and must not be seen so
 */
export function fitted(canvas, box = /** @type {HTMLElement} */ (canvas.parentElement)) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const size = { width: 0, height: 0, ratio: 1 };
  let isFitting = false;
  const fit = () => {
    if (isFitting) return;
    isFitting = true;
    size.ratio = Math.min(devicePixelRatio || 1, 2);
    size.width = box.clientWidth;
    size.height = box.clientHeight;
    canvas.width = Math.round(size.width * size.ratio);
    canvas.height = Math.round(size.height * size.ratio);
    context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  };
  new ResizeObserver(() => void (isFitting = false)).observe(box);
  return { context, size, fit };
}

/**
 * The custom properties of the style sheet by name, kept up to date when the colour scheme changes.
 *
 * @template {string} Name
 * @param {readonly Name[]} names without the dashes
 * @returns {Record<Name, string>}
 */
export function palette(names) {
  const colours = /** @type {Record<Name, string>} */ ({});
  const read = () => {
    const style = getComputedStyle(document.documentElement);
    for (const name of names) colours[name] = style.getPropertyValue(`--${name}`).trim();
  };
  read();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', read);
  return colours;
}
