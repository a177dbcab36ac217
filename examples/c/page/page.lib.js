// What the program needs of the page and html5.h does not have. Linked with --js-library.
addToLibrary({
  page_text: (selector, text) => {
    document.querySelector(UTF8ToString(selector)).textContent = UTF8ToString(text);
  },
  page_text__deps: ['$UTF8ToString'],

  // A NULL value takes the attribute away.
  page_attribute: (selector, name, value) => {
    const element = document.querySelector(UTF8ToString(selector));
    if (value) element.setAttribute(UTF8ToString(name), UTF8ToString(value));
    else element.removeAttribute(UTF8ToString(name));
  },
  page_attribute__deps: ['$UTF8ToString'],

  page_show: (selector, pixels, width, height) => {
    const data = new Uint8ClampedArray(HEAPU8.buffer, pixels, width * height * 4);
    const canvas = document.querySelector(UTF8ToString(selector));
    canvas.getContext('2d').putImageData(new ImageData(data, width, height), 0, 0);
  },
  page_show__deps: ['$UTF8ToString'],
});
