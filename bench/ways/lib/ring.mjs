// A byte ring in shared memory between two threads, as one writes it in an afternoon: the reader and the writer may
// block if they are workers. A main thread looks, and finds what there is.

const HEAD = 0;
const TAIL = 1;
const CLOSED = 2;
/** Counts everything that happens; who waits, waits for it to move on. */
const BELL = 3;
const HEADER_BYTES = 16;

export class Ring {
  #words;
  #data;

  /** @param {SharedArrayBuffer} [buffer] the other thread's */
  constructor(buffer = new SharedArrayBuffer(HEADER_BYTES + (1 << 20))) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#data = new Uint8Array(buffer, HEADER_BYTES);
  }

  /**
   * Copies out what there is, at most as much as fits.
   *
   * @param {Uint8Array} target
   * @returns {number}
   */
  readSome(target) {
    const head = Atomics.load(this.#words, HEAD);
    const used = (Atomics.load(this.#words, TAIL) - head) >>> 0;
    const offset = (head >>> 0) % this.#data.length;
    const size = Math.min(used, target.length, this.#data.length - offset);
    target.set(this.#data.subarray(offset, offset + size));
    Atomics.store(this.#words, HEAD, (head + size) | 0);
    if (size > 0) this.#ring();
    return size;
  }

  /**
   * The same into memory of its own, new each time.
   *
   * @param {number} most
   * @returns {Uint8Array} empty: there is nothing
   */
  takeSome(most) {
    const head = Atomics.load(this.#words, HEAD);
    const used = (Atomics.load(this.#words, TAIL) - head) >>> 0;
    const offset = (head >>> 0) % this.#data.length;
    const size = Math.min(used, most, this.#data.length - offset);
    const chunk = new Uint8Array(this.#data.subarray(offset, offset + size));
    Atomics.store(this.#words, HEAD, (head + size) | 0);
    if (size > 0) this.#ring();
    return chunk;
  }

  /**
   * Blocks until there is something.
   *
   * @param {Uint8Array} target
   * @returns {number} 0: it is closed
   */
  read(target) {
    for (;;) {
      const bell = Atomics.load(this.#words, BELL);
      const size = this.readSome(target);
      if (size > 0 || Atomics.load(this.#words, CLOSED) === 1) return size;
      Atomics.wait(this.#words, BELL, bell);
    }
  }

  /**
   * Copies in as much as fits.
   *
   * @param {Uint8Array} source
   * @returns {number}
   */
  writeSome(source) {
    const tail = Atomics.load(this.#words, TAIL);
    const used = (tail - Atomics.load(this.#words, HEAD)) >>> 0;
    const offset = (tail >>> 0) % this.#data.length;
    const size = Math.min(this.#data.length - used, source.length, this.#data.length - offset);
    this.#data.set(source.subarray(0, size), offset);
    Atomics.store(this.#words, TAIL, (tail + size) | 0);
    if (size > 0) this.#ring();
    return size;
  }

  /**
   * Writes all, blocking while it is full. A main thread must not, and what the benchmark sends always fits.
   *
   * @param {Uint8Array} source
   */
  write(source) {
    for (let done = 0; done < source.length;) {
      const bell = Atomics.load(this.#words, BELL);
      const size = this.writeSome(source.subarray(done));
      done += size;
      if (size === 0) Atomics.wait(this.#words, BELL, bell);
    }
  }

  /** To be read before one looks, and given to `change` if there was nothing. */
  get bell() {
    return Atomics.load(this.#words, BELL);
  }

  /** Resolves when something has happened since: a main thread waits so. @param {number} bell */
  async change(bell) {
    const { async: waits, value } = /** @type {any} */ (Atomics).waitAsync(this.#words, BELL, bell);
    if (waits) await value;
  }

  close() {
    Atomics.store(this.#words, CLOSED, 1);
    this.#ring();
  }

  #ring() {
    Atomics.add(this.#words, BELL, 1);
    Atomics.notify(this.#words, BELL);
  }
}
