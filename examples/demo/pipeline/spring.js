// Where the bytes come from: a text, over and over, so many bytes a second. When the first pipe is full nobody pulls, and
// the spring waits.

const STEP_MS = 40;

export class Spring {
  /** How many bytes it has given. */
  given = 0;
  #text;
  #rate;
  #timer = 0;

  /**
   * @param {Uint8Array<ArrayBuffer>} text
   * @param {() => number} rate in bytes a second
   */
  constructor(text, rate) {
    this.#text = text;
    this.#rate = rate;
  }

  /** @returns {ReadableStream<Uint8Array<ArrayBuffer>>} */
  readable() {
    const pull = async (/** @type {ReadableStreamDefaultController} */ controller) => {
      await new Promise((resolve) => (this.#timer = setTimeout(resolve, STEP_MS)));
      const piece = this.#next(Math.max(1, Math.round((this.#rate() * STEP_MS) / 1000)));
      this.given += piece.length;
      controller.enqueue(piece);
    };
    return new ReadableStream({ pull, cancel: () => clearTimeout(this.#timer) }, { highWaterMark: 0 });
  }

  /** @param {number} size */
  #next(size) {
    const at = this.given % this.#text.length;
    return this.#text.slice(at, at + size);
  }
}
