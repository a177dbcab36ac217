// The lines that were typed, to be brought back by the arrow keys.

export class History {
  /** @type {string[]} */
  #lines = [];
  #at = 0;

  /** @param {string} line */
  add(line) {
    if (line !== '' && line !== this.#lines.at(-1)) this.#lines.push(line);
    this.#at = this.#lines.length;
  }

  /**
   * @param {number} step -1 is the one before
   * @returns {string | undefined} undefined: there is none
   */
  move(step) {
    const at = this.#at + step;
    if (at < 0 || at > this.#lines.length) return undefined;
    this.#at = at;
    return this.#lines[at] ?? '';
  }

  /** @param {HTMLInputElement} field whose arrow keys it serves */
  serve(field) {
    field.addEventListener('keydown', (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const line = step && this.move(step);
      if (line === undefined || line === 0) return;
      event.preventDefault();
      field.value = line;
    });
  }
}
