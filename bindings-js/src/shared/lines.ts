/** Lines out of text that comes in pieces. One ends with "\n" or "\r\n"; the last may end without. */
export class Lines {
  #rest = '';

  /** Those that are complete with this piece. */
  *push(text: string): Generator<string, void, undefined> {
    let begin = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      const line = this.#rest + text.slice(begin, end);
      this.#rest = '';
      begin = end + 1;
      yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
    this.#rest += text.slice(begin);
  }

  /** The one that nothing ended, if there is one. */
  *end(): Generator<string, void, undefined> {
    if (this.#rest !== '') yield this.#rest;
  }
}
