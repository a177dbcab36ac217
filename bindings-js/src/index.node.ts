/** Millrace in Node. */
import { platform } from './platform/platform.node.js';
import { Pool as BasePool } from './client/pool.js';
import { type PoolOptions, startParts } from './client/start.js';

export { Directory } from './client/directory.node.js';
export * from './public.js';

export class Pool extends BasePool {
  /** Starts a pool. Rejects with a `StartError`, and then leaves nothing behind. An idle pool does not keep the process
   * alive; a job that runs does. */
  static async create(options?: PoolOptions): Promise<Pool> {
    return new Pool(await startParts(platform, options));
  }
}
