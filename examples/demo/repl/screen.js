// What the conversation looks like so far: the program's text, and the lines that were typed into it.

const MOST_CHARACTERS = 50_000;

export class Screen {
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  clear() {
    this.#root.replaceChildren();
  }

  /** What the program has written. @param {string} text */
  write(text) {
    this.#append(text, '');
  }

  /** What was typed, which no program has echoed. @param {string} line */
  type(line) {
    this.#append(`${line}\n`, 'typed');
  }

  /** What the page says of the program. @param {string} text */
  note(text) {
    const shown = this.#root.textContent ?? '';
    this.#append(`${shown === '' || shown.endsWith('\n') ? '' : '\n'}${text}\n`, 'note');
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  #append(text, kind) {
    const root = this.#root;
    const isAtEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 40;
    const last = root.lastElementChild;
    if (last && last.className === kind) last.append(text);
    else root.append(Object.assign(document.createElement('span'), { className: kind, textContent: text }));
    while ((root.textContent ?? '').length > MOST_CHARACTERS && root.childElementCount > 1)
      root.firstElementChild?.remove();
    // Whoever reads further up is left there.
    if (isAtEnd) root.scrollTop = root.scrollHeight;
  }
}
