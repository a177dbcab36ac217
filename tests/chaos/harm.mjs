// What is done to a job to end it before its time, and when.

/** Ways that need nothing but options of the job. */
const byOptions = { none: 50, timeout: 12, 'aborted before': 2, abort: 12 };

/** Ways that need the job itself. */
const bySpawn = { ...byOptions, cancel: 14, 'cancel twice': 3, dispose: 3 };

/** A guest that never ends by itself must be harmed. */
const sure = { timeout: 40, abort: 40 };

/** @param {import('./random.mjs').Random} random */
export function planHarm(random, { spawned = false, endless = false } = {}) {
  const ways = endless ? { ...sure, ...(spawned ? { cancel: 40, dispose: 10 } : {}) } : spawned ? bySpawn : byOptions;
  const how = random.weighted(ways);
  return how === 'none' ? { how } : { how, ms: random.once(3) ? 0 : random.size(80), turns: random.size(40) };
}

/** Some microtasks, or some milliseconds. */
export async function pause({ ms, turns }) {
  for (let i = 0; i < turns; i++) await undefined;
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The harm of one job, as it is done. */
export class Harm {
  /** The reason that is given; it must come back as the error's cause. */
  reason = new Error('chaos');
  #how;
  #when;
  #controller = new AbortController();
  #log;
  #calm;

  /** `calm`: the signal of all that no signal of its own harms; it never aborts. */
  constructor(harm, log, calm) {
    this.#calm = calm;
    this.#how = harm.how;
    this.#when = harm;
    this.#log = log;
  }

  get how() {
    return this.#how;
  }

  /** What the job is to be given. */
  options(options) {
    const { signal } = this.#controller;
    switch (this.#how) {
      case 'timeout':
        return { ...options, timeoutMs: Math.max(1, this.#when.ms), signal: this.#calm };
      case 'aborted before':
        this.#controller.abort(this.reason);
        return { ...options, signal };
      case 'abort':
        void this.#soon('abort', () => this.#controller.abort(this.reason));
        return { ...options, signal };
      default:
        return { ...options, signal: this.#calm };
    }
  }

  /** Harms a job that was spawned. */
  strike(job) {
    switch (this.#how) {
      case 'cancel':
        return void this.#soon('cancel', () => job.cancel(this.reason));
      case 'cancel twice':
        return void this.#soon('cancel twice', () => {
          job.cancel(this.reason);
          job.cancel(new Error('too late'));
        });
      case 'dispose':
        return void this.#soon('dispose', () => job[Symbol.asyncDispose]());
    }
  }

  async #soon(what, strike) {
    await pause(this.#when);
    this.#log(what);
    await strike();
  }

  /** Whether an error is what this harm makes of a job. */
  explains(error) {
    switch (this.#how) {
      case 'none':
        return false;
      case 'timeout':
        return error?.name === 'TimeoutError';
      case 'dispose':
        return error?.name === 'AbortError' && error.cause === undefined;
      default:
        return error?.name === 'AbortError' && error.cause === this.reason;
    }
  }
}
