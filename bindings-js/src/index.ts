/** Millrace in browsers. */
import { platform } from './platform/platform.web.js';
import { Pool as BasePool } from './client/pool.js';
import { type PoolOptions, startParts } from './client/start.js';

export { Directory } from './client/directory.js';
export * from './public.js';

export class Pool extends BasePool {
  /** Starts a pool. Rejects with a `NotIsolatedError` or a `StartError`, and then leaves nothing behind. */
  static async create(options?: PoolOptions): Promise<Pool> {
    return new Pool(await startParts(platform, options));
  }
}
