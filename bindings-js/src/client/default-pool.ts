/** The pool of those who make none: started when it is first used. */
import { isAbortSignal, isPlain, read } from '../shared/brand.js';
import { PoolError } from '../shared/errors.js';
import { CallSite } from './callsite.js';
import { Patience, START } from './patience.js';
import type { Pool } from './pool.js';
import type { PoolOptions } from './start.js';

export class DefaultPool<P extends Pool> {
  readonly #create: (options?: PoolOptions) => Promise<P>;
  readonly #check: (options: unknown) => Promise<void>;
  /** The pool, or its start; one that has failed is forgotten. */
  #started: Promise<P> | undefined;
  #pool: P | undefined;
  /** What it was started with. */
  #options: PoolOptions | undefined;

  /** `check` rejects if options are wrong. */
  constructor(create: (options?: PoolOptions) => Promise<P>, check: (options: unknown) => Promise<void>) {
    this.#create = create;
    this.#check = check;
  }

  /** The pool; a new one if there is none yet, or it is closed. Of one that is there, other options are refused. */
  get(options?: PoolOptions): Promise<P> {
    if (this.#pool?.isClosed) this.#started = this.#pool = undefined;
    if (!this.#started) return (this.#started = this.#start(options));
    return options === undefined ? this.#started : this.#again(options, this.#started);
  }

  async #again(options: PoolOptions, started: Promise<P>): Promise<P> {
    const site = new CallSite();
    try {
      await this.#check(options);
      if (isSame(options, this.#options ?? {})) return await started;
      const text = 'the default pool is there already, with other options: close it, or configure it before';
      throw new PoolError('POOL_EEXIST', text);
    } catch (error) {
      throw site.sign(error);
    }
  }

  async #start(options: PoolOptions | undefined): Promise<P> {
    try {
      this.#options = isPlain(options) ? { ...options } : undefined;
      this.#pool = await this.#create(options);
      return this.#pool;
    } catch (error) {
      this.#started = undefined; // the next call tries anew
      throw error;
    }
  }

  /** Has the pool do something; the signal among its options ends the wait for it, too. */
  async use<T>(options: unknown, what: (pool: P) => Promise<T>): Promise<T> {
    const site = new CallSite();
    const pool = await this.#whenStarted(options);
    try {
      return await what(pool);
    } catch (error) {
      throw site.sign(error);
    }
  }

  async #whenStarted(options: unknown): Promise<P> {
    if (this.#pool && !this.#pool.isClosed) return this.#pool;
    const signal = read(options, 'signal');
    return isAbortSignal(signal) ? new Patience(signal, undefined, undefined, START).until(this.get()) : this.get();
  }
}

/** A signal is of a start that is over. */
const SIGNAL = 'signal';

/** Whether options say the same; `undefined` says nothing. */
function isSame(one: object, other: object): boolean {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => key !== SIGNAL);
  return keys.every((key) => {
    const [a, b] = [read(one, key), read(other, key)];
    return Object.is(a, b) || (isPlain(a) && isPlain(b) && isSame(a, b));
  });
}
