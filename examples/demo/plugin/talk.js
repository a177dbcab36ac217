// Who said what to whom, one line for each message.

export class Talk {
  #list;
  #began = 0;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  clear() {
    this.#list.replaceChildren();
    this.#began = performance.now();
  }

  /**
   * @param {string} from
   * @param {string} to
   * @param {string} text
   */
  add(from, to, text) {
    const item = document.createElement('li');
    item.dataset.from = from;
    const after = `${(performance.now() - this.#began).toFixed(1)} ms`;
    item.append(span('who', `${from} → ${to}`), span('what', text), span('when', after));
    this.#list.append(item);
  }
}

/**
 * @param {string} className
 * @param {string} textContent
 */
function span(className, textContent) {
  return Object.assign(document.createElement('span'), { className, textContent });
}
