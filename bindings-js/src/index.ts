/** Millrace in browsers. */
import type { Platform } from './platform.js';
import { Pool as BasePool } from './pool.js';
import { webChild, webRestMs } from './scope.web.js';
import { type PoolOptions, startParts } from './start.js';

export * from './public.js';

const platform: Platform = {
  urls: {
    wasm: new URL('./coordinator.wasm', import.meta.url).href,
    coordinator: new URL('./coordinator.js', import.meta.url).href,
    worker: new URL('./worker.js', import.meta.url).href,
  },
  isIsolated: () => globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function',
  cores: () => navigator.hardwareConcurrency || 2,
  spawnCoordinator: (url, name) => webChild(new Worker(url, { type: 'module', name })),
  spawnWorker: (url, name) => webChild(new Worker(url, { type: 'module', name })),
  restMs: webRestMs,
  load: (source) => fetch(source),
};

export class Pool extends BasePool {
  /** Starts a pool. Rejects with a `NotIsolatedError` or a `StartError`, and then leaves nothing behind. */
  static async create(options: PoolOptions = {}): Promise<Pool> {
    return new Pool(await startParts(platform, options));
  }
}
