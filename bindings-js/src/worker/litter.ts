/** The memories of guests that have ended, which are this thread's garbage until its engine collects it.
 *
 * A process of Chromium has room for about 125 wasm memories, and a thread that sleeps collects nothing: the workers of a
 * pool at rest would keep all of them from whoever asks next, a pool or the page itself. Where so little garbage is left,
 * it is collected only for the sake of memory, and what looks like much memory are buffers that nobody touches. */
import { isChromium } from '../platform/engine.js';

/** What ended while the first collection was under way is left for the second. */
const COLLECTIONS = 2;
const BUFFERS = 16;
const BUFFER_BYTES = 64 << 20;

export class Litter {
  readonly #needed = isChromium();
  #left = 0;

  /** Whether there may be some. */
  get isLeft(): boolean {
    return this.#left > 0;
  }

  /** A guest has ended. */
  add(): void {
    if (this.#needed) this.#left = COLLECTIONS;
  }

  /** Has the engine collect it, which takes some milliseconds. */
  collect(): void {
    this.#left--;
    try {
      for (let i = 0; i < BUFFERS; i++) new ArrayBuffer(BUFFER_BYTES);
    } catch {
      // There is so little memory that the engine has collected all it could.
    }
  }
}
