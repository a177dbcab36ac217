/** Millrace in Node. */
import { platform } from './platform/platform.node.js';
import { DefaultPool } from './client/default-pool.js';
import type { MapItems } from './client/items.js';
import { mapLater } from './client/map-later.js';
import type { ModuleSource } from './client/modules.js';
import type { CallValues, MapOptions } from './client/options.js';
import { Pool as BasePool } from './client/pool.js';
import type { PoolOptions } from './client/start.js';
import { checkOptions, startCore } from './client/starting.js';

export { Directory } from './client/directory.node.js';
export * from './public.js';

/** The manual of what is public is in the types that all platforms share, those of `index.ts`. */
export class Pool extends BasePool {
  static async create(options?: PoolOptions): Promise<Pool> {
    return new Pool(await startCore(platform, options, () => import('./cells.js')));
  }
}

const shared = new DefaultPool(
  (options) => Pool.create(options),
  (options) => checkOptions(platform, options),
);

export const defaultPool = (options?: PoolOptions): Promise<Pool> => shared.get(options);
export const run: Pool['run'] = (source, options) => shared.use(options, (pool) => pool.run(source, options));
export const spawn: Pool['spawn'] = (source, options) => shared.use(options, (pool) => pool.spawn(source, options));
export const compile: Pool['compile'] = (source, options) =>
  shared.use(options, (pool) => pool.compile(source, options));
export const pipeline: Pool['pipeline'] = (...stages) => shared.use(stages.at(-1), (pool) => pool.pipeline(...stages));
export const call = ((source: ModuleSource, name: string, ...values: CallValues) =>
  shared.use(values.at(-1), (pool) => pool.call(source, name, ...values))) as Pool['call'];
export const instantiate: Pool['instantiate'] = (source, options) =>
  shared.use(options, (pool) => pool.instantiate(source, options));
export const map = ((source: ModuleSource, name: string, items: MapItems, options?: MapOptions) =>
  mapLater(() =>
    shared.use(options, (pool) => Promise.resolve(pool.map(source, name, items, options))),
  )) as Pool['map'];
