/** Millrace in browsers. */
import { platform } from './platform/platform.web.js';
import { DefaultPool } from './client/default-pool.js';
import type { Instance } from './client/instance.js';
import type { Job } from './client/job.js';
import type { MapItems } from './client/items.js';
import { mapLater } from './client/map-later.js';
import type { CompileOptions, ModuleSource } from './client/modules.js';
import type {
  CallOptions,
  CallValues,
  Fetching,
  InstanceOptions,
  MapOptions,
  Numeric,
  RunOptions,
  SpawnOptions,
} from './client/options.js';
import type { PipelineArguments } from './client/pipeline.js';
import type { PipelineResult } from './client/pipeline-result.js';
import { Pool as BasePool } from './client/pool.js';
import type { RunResult } from './client/result.js';
import type { AnyResult, CallResult } from './client/values.js';
import type { PoolOptions } from './client/start.js';
import { checkOptions, startCore } from './client/starting.js';

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
    return new Pool(await startCore(platform, options, () => import('./cells.js')));
  }
}

let shared: DefaultPool<Pool> | undefined;

function theDefault(): DefaultPool<Pool> {
  return (shared ??= new DefaultPool(
    (options) => Pool.create(options),
    (options) => checkOptions(platform, options),
  ));
}

/** The pool behind `run`, `spawn` and the other functions of this module: made at the first call of any of them, and made
 * anew at the next one if it could not be started, or is closed. `options` are those of `Pool.create`, for whoever calls
 * first; otherwise it has the defaults, and the same options may be given again. It lives until it is closed; in Node an idle one does not keep the process alive.
 *
 * @throws The same as `Pool.create`; `PoolError` with POOL_EEXIST if it is there already, with other `options`.
 * @example
 * ```ts
 * import { defaultPool, run } from 'millrace';
 *
 * const pool = await defaultPool({ workers: 2 });
 * const { stdoutText } = await run('/cat.wasm', { stdin: 'hello' });
 * console.log(stdoutText, pool.stats().workers); // hello 2
 * await pool.close();
 * ```
 */
export function defaultPool(options?: PoolOptions): Promise<Pool> {
  return theDefault().get(options);
}

/** `pool.run` of the default pool. A signal also ends the wait for the pool's start, whose time `timeoutMs` does not count.
 *
 * @throws The same as `defaultPool` and `pool.run`.
 * @example
 * ```ts
 * import { run } from 'millrace';
 *
 * const { code, stdoutText } = await run('/cat.wasm', { stdin: 'no pool to be made' });
 * console.log(code, stdoutText); // 0 no pool to be made
 * ```
 */
export function run(source: ModuleSource, options?: RunOptions): Promise<RunResult> {
  return theDefault().use(options, (pool) => pool.run(source, options));
}

/** `pool.spawn` of the default pool.
 *
 * @throws The same as `defaultPool` and `pool.spawn`.
 * @example
 * ```ts
 * import { spawn } from 'millrace';
 *
 * const job = await spawn('/cat.wasm', { stdin: 'as it comes' });
 * console.log(await job.stdout.text()); // as it comes
 * ```
 */
export function spawn(source: ModuleSource, options?: SpawnOptions): Promise<Job> {
  return theDefault().use(options, (pool) => pool.spawn(source, options));
}

/** `pool.call` of the default pool.
 *
 * @throws The same as `defaultPool` and `pool.call`.
 * @example
 * ```ts
 * import { call } from 'millrace';
 *
 * console.log(await call('/adder.wasm', 'add', 40, 2)); // 42
 * ```
 */
export function call(source: ModuleSource, name: string, ...values: Fetching<'string', CallOptions>): Promise<string>;
export function call(
  source: ModuleSource,
  name: string,
  ...values: Fetching<'bytes', CallOptions>
): Promise<Uint8Array<ArrayBuffer>>;
export function call(
  source: ModuleSource,
  name: string,
  ...values: CallValues<Numeric<CallOptions>>
): Promise<CallResult>;
export function call(source: ModuleSource, name: string, ...values: CallValues): Promise<AnyResult>;
export function call(source: ModuleSource, name: string, ...values: CallValues): Promise<AnyResult> {
  return theDefault().use(values.at(-1), (pool) => pool.call(source, name, ...values));
}

/** `pool.instantiate` of the default pool.
 *
 * @throws The same as `defaultPool` and `pool.instantiate`.
 * @example
 * ```ts
 * import { instantiate } from 'millrace';
 *
 * await using instance = await instantiate('/counter.wasm');
 * console.log(await instance.call('add', 42)); // 42
 * ```
 */
export function instantiate(source: ModuleSource, options?: InstanceOptions): Promise<Instance> {
  return theDefault().use(options, (pool) => pool.instantiate(source, options));
}

/** `pool.map` of the default pool. A wrong argument, too, makes the loop throw, and not this call.
 *
 * @throws The same as `defaultPool` and `pool.map`.
 * @example
 * ```ts
 * import { map } from 'millrace';
 *
 * const sums = [];
 * for await (const sum of map('/adder.wasm', 'add', [[1, 1], [2, 2]])) sums.push(sum);
 * console.log(sums.join()); // 2,4
 * ```
 */
export function map(
  source: ModuleSource,
  name: string,
  iterable: MapItems,
  options: MapOptions & { readonly returns: 'string' },
): AsyncGenerator<string, void, void>;
export function map(
  source: ModuleSource,
  name: string,
  iterable: MapItems,
  options: MapOptions & { readonly returns: 'bytes' },
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
export function map(
  source: ModuleSource,
  name: string,
  iterable: MapItems,
  options?: Numeric<MapOptions>,
): AsyncGenerator<CallResult, void, void>;
export function map(
  source: ModuleSource,
  name: string,
  iterable: MapItems,
  options?: MapOptions,
): AsyncGenerator<AnyResult, void, void>;
export function map(
  source: ModuleSource,
  name: string,
  iterable: MapItems,
  options?: MapOptions,
): AsyncGenerator<AnyResult, void, void> {
  const begin = (pool: Pool): Promise<AsyncGenerator<AnyResult, void, void>> =>
    Promise.resolve(pool.map(source, name, iterable, options));
  return mapLater(() => theDefault().use(options, begin));
}

/** `pool.pipeline` of the default pool.
 *
 * @throws The same as `defaultPool` and `pool.pipeline`.
 * @example
 * ```ts
 * import { pipeline } from 'millrace';
 *
 * const { stdoutText } = await pipeline(['/cat.wasm', { stdin: 'from guest to guest' }], ['/cat.wasm']);
 * console.log(stdoutText); // from guest to guest
 * ```
 */
export function pipeline(...stages: PipelineArguments): Promise<PipelineResult> {
  return theDefault().use(stages.at(-1), (pool) => pool.pipeline(...stages));
}

/** `pool.compile` of the default pool.
 *
 * @throws The same as `defaultPool` and `pool.compile`.
 * @example
 * ```ts
 * import { compile, run } from 'millrace';
 *
 * const cat = await compile('/cat.wasm');
 * console.log((await run(cat, { stdin: 'compiled once' })).stdoutText); // compiled once
 * ```
 */
export function compile(source: ModuleSource, options?: CompileOptions): Promise<WebAssembly.Module> {
  return theDefault().use(options, (pool) => pool.compile(source, options));
}
