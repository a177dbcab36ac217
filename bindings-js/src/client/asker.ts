/** Whoever has asked for a job, and waits for what comes of it. */
import type { CallSite } from './callsite.js';
import type { Stdio } from './stdio.js';
import type { Underway } from './underway.js';

/** One of its two methods is called, once. Callbacks, because each promise on the way would cost every job. */
export class Asker<T> {
  /** What was taken for the job, and is let go if it fails. */
  stdio: Stdio | undefined;
  readonly #site: CallSite;
  readonly #underway: Underway;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(site: CallSite, underway: Underway, resolve: (result: T) => void, reject: (error: unknown) => void) {
    this.#site = site;
    this.#underway = underway;
    this.#resolve = resolve;
    this.#reject = reject;
    underway.count(true);
  }

  resolve(result: T): void {
    this.#resolve(result);
    this.#underway.count(false);
  }

  /** The error gets the stack of the call that it belongs to. */
  reject(error: unknown): void {
    this.stdio?.cancel(error);
    this.#reject(this.#site.sign(error));
    this.#underway.count(false);
  }

  /** The same with what a promise gives. */
  follow(result: Promise<T>): void {
    result.then(
      (value) => this.resolve(value),
      (error: unknown) => this.reject(error),
    );
  }
}
