// What the conversation looks like so far: the program's text, and the lines that were typed into it. Of what is long past
// nothing is kept, so that a program that never stops writing makes the page no slower.

const MOST_CHARACTERS = 20_000;
const PIECE_CHARACTERS = 2_000;
const AT_END_PIXELS = 40;

export class Screen {
  #root;
  #hush;
  #length = 0;

  /** @param {HTMLElement} root @param {import('./hush.js').Hush} hush */
  constructor(root, hush) {
    this.#root = root;
    this.#hush = hush;
  }

  clear() {
    this.#root.replaceChildren();
    this.#length = 0;
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
    const shown = this.#root.lastElementChild?.textContent ?? '\n';
    this.#append(`${shown.endsWith('\n') ? '' : '\n'}${text}\n`, 'note');
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  #append(text, kind) {
    const root = this.#root;
    this.#hush.count(text.length);
    const isAtEnd = root.scrollHeight - root.scrollTop - root.clientHeight < AT_END_PIXELS;
    const newest = text.slice(-MOST_CHARACTERS);
    for (let at = 0; at < newest.length; at += PIECE_CHARACTERS)
      this.#add(newest.slice(at, at + PIECE_CHARACTERS), kind);
    this.#forget();
    // Whoever reads further up is left there.
    if (isAtEnd) root.scrollTop = root.scrollHeight;
  }

  /**
   * @param {string} piece
   * @param {string} kind
   */
  #add(piece, kind) {
    const last = this.#root.lastElementChild;
    const hasRoom = last && last.className === kind && (last.textContent ?? '').length < PIECE_CHARACTERS;
    if (hasRoom) last.append(piece);
    else this.#root.append(Object.assign(document.createElement('span'), { className: kind, textContent: piece }));
    this.#length += piece.length;
  }

  #forget() {
    while (this.#length > MOST_CHARACTERS && this.#root.firstElementChild) {
      const first = this.#root.firstElementChild;
      this.#length -= (first.textContent ?? '').length;
      first.remove();
    }
  }
}
