/** Keeps a worker's event loop going round, where the engine may sleep through a ring.
 *
 * A worker of WebKit that goes to sleep misses the promise of an `Atomics.waitAsync` which is woken at that very moment,
 * until a message or a timer wakes it. So timers follow whatever a thread that watches a bell has done, ever further
 * apart: a ring is late by no more than three times as long as the thread had slept already. */
import { isJavaScriptCore } from './engine.js';

const FIRST_MS = 4;
const FACTOR = 4;
const LAST_MS = 1000;

export class Rounds {
  readonly #needed = isJavaScriptCore() && !('document' in globalThis);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delayMs = 0;

  /** The thread has done something, and is about to go to sleep. */
  restart(): void {
    if (this.#needed && this.#delayMs !== FIRST_MS) this.#sleep(FIRST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #sleep(ms: number): void {
    clearTimeout(this.#timer);
    this.#delayMs = ms;
    this.#timer = setTimeout(() => this.#sleep(Math.min(ms * FACTOR, LAST_MS)), ms);
  }
}
