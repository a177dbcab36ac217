// Where the bytes go. While it is paused it takes nothing: its write() does not resolve, so that nobody reads the last pipe.

export class Basin {
  /** How many bytes have come. */
  taken = 0;
  #onLine;
  #rest = '';
  /** What those wait for who write. */
  #gate = Promise.resolve();
  #open = () => {};

  /** @param {(line: string) => void} onLine */
  constructor(onLine) {
    this.#onLine = onLine;
  }

  pause() {
    this.resume();
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  resume() {
    this.#open();
  }

  /** @returns {WritableStream<Uint8Array<ArrayBuffer>>} */
  writable() {
    const decoder = new TextDecoder();
    const write = async (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => {
      await this.#gate;
      this.taken += bytes.length;
      const lines = (this.#rest + decoder.decode(bytes, { stream: true })).split('\n');
      this.#rest = lines.pop() ?? '';
      lines.forEach(this.#onLine);
    };
    return new WritableStream({ write }, { highWaterMark: 0 });
  }
}
