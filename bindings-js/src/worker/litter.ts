/** The instances of guests that have ended, which are this thread's garbage until its engine collects it. Two engines must be
 * made to, by what looks like much memory: buffers that nobody touches.
 *
 * A process of Chromium has room for about 125 wasm memories, and a thread that sleeps collects nothing: the workers of a
 * pool at rest would keep all of them from whoever asks next, a pool or the page itself. Where so little garbage is left,
 * it is collected only for the sake of memory.
 *
 * Firefox keeps the instances of a thread, those included that nobody collected yet, in two sorted arrays. One more moves all
 * that stand behind it, and so does each that goes: with tens of thousands of them a job of nothing takes 12 to 14 us of a
 * worker's time, and with a thousand at most 4 or 5. */
import { isChromium, isFirefox } from '../platform/engine.js';

/** What ended while the first collection was under way is left for the second. */
const COLLECTIONS = 2;
const BUFFERS = 16;
const BUFFER_BYTES = 64 << 20;

/** So many make a collection worth its while in Firefox. */
const CROWD = 1000;

export class Litter {
  readonly #isForRest = isChromium();
  readonly #isCrowding = isFirefox();
  #left = 0;
  #crowd = 0;

  /** Whether there may be some that a worker at rest is to collect. */
  get isLeft(): boolean {
    return this.#left > 0;
  }

  /** A guest has ended. */
  add(): void {
    if (this.#isForRest) this.#left = COLLECTIONS;
    if (!this.#isCrowding || ++this.#crowd < CROWD) return;
    this.#crowd = 0;
    allocate(1);
  }

  /** Has the engine collect it, which takes some milliseconds. */
  collect(): void {
    this.#left--;
    allocate(BUFFERS);
  }
}

function allocate(buffers: number): void {
  try {
    for (let i = 0; i < buffers; i++) new ArrayBuffer(BUFFER_BYTES);
  } catch {
    // There is so little memory that the engine has collected all it could.
  }
}
