/** How long a call waits for what comes before its job: its signal, its deadline, and the pool's end. */
import { abortError, type PoolError, TimedOutError } from '../shared/errors.js';
import { after } from '../shared/timer.js';
import { onAbort } from './abort.js';

export { after };

/** What errors say that was ended, if it is a pool's start. */
export const START = 'the start of the pool';

/** That a pool ends, and with which error for whoever waits. */
export class Shutdown {
  readonly #listeners = new Set<() => void>();
  #error: ((what: string) => PoolError) | undefined;

  /** Once the pool has ended, an error for somebody who waited. */
  error(what: string): PoolError | undefined {
    return this.#error?.(what);
  }

  /** Calls `listener` when the pool ends, until the function that this returns is called. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Only the first time counts. `error` makes one for each who waits, which says what has not come about. */
  end(error: (what: string) => PoolError): void {
    if (this.#error) return;
    this.#error = error;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}

export class Patience {
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number;
  readonly #shutdown: Shutdown;
  readonly #what: string;

  /** `deadline` is a time of `performance.now()`, and `what` is what errors say that took too long. */
  constructor(signal: AbortSignal | undefined, deadline = Infinity, shutdown = new Shutdown(), what = 'the job') {
    this.#signal = signal;
    this.#deadline = deadline;
    this.#shutdown = shutdown;
    this.#what = what;
  }

  /** Throws if it is over: the typed error of what ended it. */
  check(): void {
    const error = this.#error();
    if (error) throw error;
  }

  #error(): PoolError | undefined {
    if (this.#signal?.aborted) return abortError(this.#signal.reason, this.#what);
    const isLate = this.#deadline < Infinity && performance.now() >= this.#deadline;
    return isLate ? new TimedOutError(undefined, this.#what) : this.#shutdown.error(this.#what);
  }

  /** Calls `listener` when it is over, or somewhat earlier, until the function that this returns is called. */
  onEnd(listener: () => void): () => void {
    const forget = [
      onAbort(this.#signal, listener),
      this.#shutdown.on(listener),
      after(this.#deadline - performance.now(), listener),
    ];
    return () => forget.forEach((each) => each());
  }

  /** What a promise gives, unless it is over before. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let forget = (): void => undefined;
    const over = new Promise<never>((_, reject) => {
      const look = (): void => {
        forget();
        const error = this.#error();
        if (error) reject(error);
        else forget = this.onEnd(look); // now, or because the timer was early
      };
      look();
    });
    try {
      return await Promise.race([promise, over]);
    } finally {
      forget();
    }
  }
}
