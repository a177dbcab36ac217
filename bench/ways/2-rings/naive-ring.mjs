// The ring of way 2: indices, and a flag that says that the reader sleeps. It looks right, and it is wrong: README.md.

const [HEAD, TAIL, ASLEEP] = [0, 1, 2];
/** For the replay alone: 1 when the reader has found nothing and is about to say that it sleeps, 2 when it may go on. */
const STEP = 3;
const HEADER_BYTES = 16;

export class NaiveRing {
  #words;
  #data;

  /** @param {SharedArrayBuffer} [buffer] the other thread's */
  constructor(buffer = new SharedArrayBuffer(HEADER_BYTES + (1 << 16))) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#data = new Uint8Array(buffer, HEADER_BYTES);
  }

  get used() {
    return (Atomics.load(this.#words, TAIL) - Atomics.load(this.#words, HEAD)) | 0;
  }

  get isAsleep() {
    return Atomics.load(this.#words, ASLEEP) === 1;
  }

  get isBetween() {
    return Atomics.load(this.#words, STEP) === 1;
  }

  /** Lets a reader go on that stands between its look and its flag. */
  proceed() {
    Atomics.store(this.#words, STEP, 2);
    Atomics.notify(this.#words, STEP);
  }

  /**
   * Wakes the reader if it sleeps, whether or not it should.
   */
  kick() {
    Atomics.store(this.#words, ASLEEP, 0);
    Atomics.notify(this.#words, ASLEEP);
  }

  /** Puts a byte in; it always fits. @param {number} byte @param {() => void} wake called if the reader sleeps */
  write(byte, wake = () => this.kick()) {
    const tail = Atomics.load(this.#words, TAIL);
    this.#data[(tail >>> 0) % this.#data.length] = byte;
    Atomics.store(this.#words, TAIL, (tail + 1) | 0);
    if (this.isAsleep) wake();
  }

  /** @returns {number} -1: there is nothing */
  take() {
    if (this.used === 0) return -1;
    const head = Atomics.load(this.#words, HEAD);
    const byte = this.#data[(head >>> 0) % this.#data.length];
    Atomics.store(this.#words, HEAD, (head + 1) | 0);
    return byte;
  }

  /** For a reader that cannot block: from now on it wants to be woken. */
  sayAsleep() {
    Atomics.store(this.#words, ASLEEP, 1);
  }

  /**
   * Sleeps until there is a byte.
   *
   * @param {boolean} isReplay stops between the look and the flag
   */
  read(isReplay = false) {
    for (;;) {
      const byte = this.take();
      if (byte >= 0) return byte;
      // HERE the writer may publish, find the flag down, and wake nobody.
      if (isReplay) this.#stand();
      this.sayAsleep();
      Atomics.wait(this.#words, ASLEEP, 1);
    }
  }

  #stand() {
    Atomics.store(this.#words, STEP, 1);
    Atomics.wait(this.#words, STEP, 1);
  }
}
