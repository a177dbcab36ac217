/** Millrace in browsers. */
import { platform } from './platform/platform.web.js';
import { Pool as BasePool } from './client/pool.js';
import { type PoolOptions, startParts } from './client/start.js';

export { Directory } from './client/directory.js';
export * from './public.js';

/** A pool of workers that run WebAssembly programs beside the thread that made it, which never blocks.
 *
 * One thread uses a pool: the one that created it. Several pools are independent of each other. A pool lives until it is
 * closed: one that is only dropped keeps its threads and its memory.
 *
 * @example
 * ```ts
 * import { Pool } from 'millrace';
 *
 * const pool = await Pool.create();
 * try {
 *   const { stdoutText } = await pool.run('/cat.wasm', { stdin: 'hello' });
 *   console.log(stdoutText); // hello
 * } finally {
 *   await pool.close();
 * }
 * ```
 */
export class Pool extends BasePool {
  /** Starts a pool: its threads, and up to `maxMemory` bytes of shared memory. In Node an idle pool does not keep the
   * process alive; a job that runs does.
   *
   * @throws `NotIsolatedError` if the page has no shared memory; `StartError` if a script, the wasm or a worker did not
   * come up; `CancelledError` if `signal` aborted; `PoolError` with POOL_EINVAL if an option is wrong, with POOL_ENOMEM
   * if there is no memory. Then nothing is left behind.
   * @example
   * ```ts
   * import { Pool } from 'millrace';
   *
   * const pool = await Pool.create({ workers: 2, maxMemory: 64 << 20 });
   * console.log(pool.stats().workers); // 2
   * await pool.close();
   * ```
   */
  static async create(options?: PoolOptions): Promise<Pool> {
    return new Pool(await startParts(platform, options));
  }
}
