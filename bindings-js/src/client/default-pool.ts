/** The pool of those who make none: started when it is first used. */
import { isAbortSignal, read } from '../shared/brand.js';
import { PoolError } from '../shared/errors.js';
import { CallSite } from './callsite.js';
import { Patience } from './patience.js';
import type { Pool } from './pool.js';
import { type PoolOptions, START } from './start.js';

export class DefaultPool<P extends Pool> {
  readonly #create: (options?: PoolOptions) => Promise<P>;
  /** The pool, or its start; one that has failed is forgotten. */
  #started: Promise<P> | undefined;
  #pool: P | undefined;

  constructor(create: (options?: PoolOptions) => Promise<P>) {
    this.#create = create;
  }

  /** The pool; a new one if there is none yet, or it is closed. */
  get(options?: PoolOptions): Promise<P> {
    if (this.#pool?.isClosed) this.#started = this.#pool = undefined;
    if (!this.#started) return (this.#started = this.#start(options));
    if (options === undefined) return this.#started;
    return Promise.reject(
      new PoolError('POOL_EEXIST', 'the default pool is there already: close it, or configure it before'),
    );
  }

  async #start(options: PoolOptions | undefined): Promise<P> {
    try {
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
