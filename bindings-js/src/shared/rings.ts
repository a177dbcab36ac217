/** How those who share one thread of the engine's wake each other, although each has an instance of coordinator.wasm of its
 * own: where memory cannot be shared between threads. Whoever waits at a word leaves a function, which a ring calls. */
import type { WaitAsync } from './bell.js';
import { TIMER_MAX_MS } from './timer.js';

export class Rings {
  /** Who waits, by the addresses of the words. */
  readonly #waiting = new Map<number, Set<() => void>>();

  /** Words at which somebody waits no longer than some time. */
  readonly #timed = new Set<number>();

  /** Who is told of every ring, before anything else happens. */
  readonly #listeners = new Map<number, () => void>();

  /** Rings: wakes everybody who waits at a word. */
  readonly wake = (address: number): void => {
    this.#listeners.get(address >>> 0)?.();
    const waiting = this.#waiting.get(address >>> 0);
    if (!waiting) return;
    this.#waiting.delete(address >>> 0);
    for (const wake of waiting) wake();
  };

  /** Calls `listener` in each ring at a word. */
  listen(address: number, listener: () => void): void {
    this.#listeners.set(address >>> 0, listener);
  }

  /** Waits at a word for a ring, or for so long; -1: for ever. `onWake` is called in the ring. */
  readonly wait = (address: number, timeoutMs: number, onWake?: () => void): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        onWake?.();
        resolve();
      };
      if (timeoutMs < 0) return this.#add(address >>> 0, end);
      const wake = (): void => {
        clearTimeout(timer);
        this.#timed.delete(address >>> 0);
        this.#waiting.get(address >>> 0)?.delete(wake);
        end();
      };
      const timer = setTimeout(wake, Math.min(timeoutMs, TIMER_MAX_MS));
      this.#timed.add(address >>> 0);
      this.#add(address >>> 0, wake);
    });

  /** Whether somebody waits at a word for a ring alone. */
  isAwaited(address: number): boolean {
    return (this.#waiting.get(address >>> 0)?.size ?? 0) > 0 && !this.#timed.has(address >>> 0);
  }

  /** As Atomics.waitAsync, which watches only memory that can be shared. */
  readonly watch: WaitAsync = (words, index, value) => {
    if (words[index] !== value) return { async: false, value: 'not-equal' };
    return { async: true, value: this.wait(index * 4, -1) };
  };

  #add(address: number, wake: () => void): void {
    const waiting = this.#waiting.get(address) ?? new Set();
    this.#waiting.set(address, waiting.add(wake));
  }
}
