// What has come for a guest and was not read yet.

const encoder = new TextEncoder();

export class Inbox {
  /** @type {Uint8Array[]} */
  #chunks = [];
  #isClosed = false;
  /** @type {(() => void) | undefined} who waits */
  #wake;

  /** @param {string} line */
  push(line) {
    this.#chunks.push(encoder.encode(line));
    this.#wake?.();
  }

  close() {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** Whether a read would give something, or the end. */
  get isReady() {
    return this.#isClosed || this.#chunks.length > 0;
  }

  /** Resolves as soon as something has come. @returns {Promise<void>} */
  async change() {
    if (!this.isReady) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    this.#wake = undefined;
  }

  /**
   * Never waits.
   *
   * @param {Uint8Array} target
   * @returns {number} 0: there is nothing
   */
  read(target) {
    const chunk = this.#chunks[0];
    if (!chunk) return 0;
    const part = chunk.subarray(0, target.length);
    target.set(part);
    if (part.length < chunk.length) this.#chunks[0] = chunk.subarray(part.length);
    else this.#chunks.shift();
    return part.length;
  }
}
