/** Millrace in Node. */
import { platform } from './platform/platform.node.js';
import { Pool as BasePool } from './client/pool.js';
import { type PoolOptions, startParts } from './client/start.js';

export { Directory } from './client/directory.node.js';
export * from './public.js';

/** The manual of what is public is in the types that all platforms share, those of `index.ts`. */
export class Pool extends BasePool {
  static async create(options?: PoolOptions): Promise<Pool> {
    return new Pool(await startParts(platform, options));
  }
}
