/** The pool: what an application makes first. What it does is in `core.ts`, which is loaded when one is started. */
import type { Attendant } from './attendants.js';
import { CallSite, CallSites } from './callsite.js';
import type { CloseOptions } from './closing.js';
import type { Core } from './core.js';
import type { Instance } from './instance.js';
import type { MapItems } from './items.js';
import type { Job } from './job.js';
import type { CompileOptions, ModuleSource } from './modules.js';
import type {
  CallOptions,
  CallValues,
  Fetching,
  InstanceOptions,
  MapOptions,
  Numeric,
  RunOptions,
  SpawnOptions,
} from './options.js';
import type { Pipe, PipeOptions } from './pipe.js';
import type { PipelineArguments } from './pipeline.js';
import type { PipelineResult } from './pipeline-result.js';
import type { RunResult } from './result.js';
import type { PoolStats } from './stats.js';
import type { Tier } from './tier.js';
import type { AnyResult, CallResult } from './values.js';
import type { WorkerRange } from './worker-range.js';

/** All of a pool but its start, which differs from platform to platform: `index.ts` has that. */
export class Pool {
  /** How its guests run: see `PoolOptions.tier`. */
  readonly tier: Tier;
  readonly #core: Core;
  readonly #runs = new CallSites();
  readonly #spawns = new CallSites();
  readonly #calls = new CallSites();

  /** Use `Pool.create`. @internal */
  constructor(core: Core) {
    this.tier = core.tier;
    this.#core = core;
  }

  /** Compiles a guest, once for all workers; the same URL is fetched and compiled once.
   *
   * @throws `CompileError` if it could not be fetched, or is no module; `CancelledError` if `signal` aborted; `PoolError`
   * with POOL_EINVAL if it is no source, with POOL_ESHUTDOWN if the pool is closed.
   * @example
   * ```ts
   * const cat = await pool.compile('/cat.wasm');
   * const [one, two] = await Promise.all([pool.run(cat, { stdin: '1' }), pool.run(cat, { stdin: '2' })]);
   * console.log(one.stdoutText, two.stdoutText); // 1 2
   * ```
   */
  compile(source: ModuleSource, options?: CompileOptions): Promise<WebAssembly.Module> {
    return this.#core.compile(new CallSite(), source, options);
  }

  /** Runs a WASI command to its end: resolves with its exit code, whatever it is, and all that it wrote.
   *
   * @throws `PoolError` with POOL_EINVAL, before anything is done, if an option is wrong, with POOL_ESHUTDOWN if the pool
   * is closed; `CompileError`; `JobError` if the guest did not exit by itself: its `output` is what it had written.
   * @example
   * ```ts
   * const { code, stdoutText } = await pool.run('/wc.wasm', { args: ['-n', '1'], stdin: 'to be or not to be' });
   * console.log(code, stdoutText.includes('6  words')); // 0 true
   * ```
   */
  run(source: ModuleSource, options?: RunOptions): Promise<RunResult> {
    return this.#core.run(this.#runs.next(), source, options);
  }

  /** Starts a WASI command: resolves with its job as soon as the pool has a place for it.
   *
   * @throws The same as `run`, until the job is there. How the job ends is told by `job.status`.
   * @example
   * ```ts
   * const job = await pool.spawn('/cat.wasm', { stderr: 'inherit' });
   * const writer = job.stdin.getWriter();
   * await writer.write(new TextEncoder().encode('piece by piece'));
   * await writer.close();
   * console.log(await job.stdout.text()); // piece by piece
   * ```
   */
  spawn(source: ModuleSource, options?: SpawnOptions): Promise<Job> {
    return this.#core.spawn(this.#spawns.next(), source, options);
  }

  /** Calls an export of a module, on a fresh instance: resolves with what it returned. That is a number or a bigint (of an
   * i64), an array of them if there are several results, or `undefined` if there is none; with the option `returns`, bytes
   * or a string. A guest that exports `_initialize` has it run before. Up to 16 values become the export's parameters:
   * numbers and bigints as JavaScript converts them, so that a number to an i32 is cut to 32 bits, and an i64 takes bigints
   * only; strings and bytes, 16 MiB at most, in memory that the guest gives (`pool_guest.h`). A plain object behind them is
   * the options. What the guest writes to stdout and stderr is discarded.
   *
   * @throws `PoolError` with POOL_EINVAL, or with POOL_E2BIG of strings and bytes, before anything is done, if a value or an
   * option is wrong; `CompileError`; `NotStartedError` if there is no such export, or it takes other values, or the guest
   * has no memory for bytes; `PoolError` if what it returned is not where bytes can be, or more than 16 MiB; `ExitError` if
   * the guest exits instead of returning, also with 0; `JobError` if it ends in any other way, such as a `TrapError`.
   * @example
   * ```ts
   * const module = await pool.compile('/adder.wasm');
   * console.log(await pool.call(module, 'add', 40, 2)); // 42
   * console.log(await pool.call(module, 'add64', 40n, 2n, { timeoutMs: 1000 })); // 42
   * console.log(await pool.call('/bytes.wasm', 'reverse', 'stressed', { returns: 'string' })); // desserts
   * ```
   */
  call(source: ModuleSource, name: string, ...values: Fetching<'string', CallOptions>): Promise<string>;
  call(source: ModuleSource, name: string, ...values: Fetching<'bytes', CallOptions>): Promise<Uint8Array<ArrayBuffer>>;
  call(source: ModuleSource, name: string, ...values: CallValues<Numeric<CallOptions>>): Promise<CallResult>;
  call(source: ModuleSource, name: string, ...values: CallValues): Promise<AnyResult>;
  call(source: ModuleSource, name: string, ...values: CallValues): Promise<AnyResult> {
    return this.#core.call(this.#calls.next(), source, name, values);
  }

  /** Instantiates a module and keeps it, in a worker of its own: what one call of an export leaves in its memory, the next
   * one finds. Resolves when it is there and its `_initialize`, if it exports one, has run. It holds its worker while it is
   * called only: a pool with more instances than workers starts further ones, up to `maxWorkers`; what
   * comes then waits until one is closed. Its stdin is empty, and
   * what it writes to stdout and stderr is discarded. Close it when it is not needed any more.
   *
   * @throws The same as `call`.
   * @example
   * ```ts
   * await using instance = await pool.instantiate('/counter.wasm');
   * await instance.call('add', 40);
   * console.log(await instance.call('add', 2)); // 42
   * ```
   */
  instantiate(source: ModuleSource, options?: InstanceOptions): Promise<Instance> {
    return this.#core.instantiate(new CallSite(), source, options);
  }

  /** Calls an export for each item of an iterable, on instances that are kept for as long as it goes on, one in a worker. An
   * item is what the export is called with: a value as of `call`, or an array of them; anything else, and the first call that
   * fails, ends it with that error. The iterable may be async; it is read only as fast as results are taken. At most 128 items
   * for each instance are read ahead, since calls that are quick (2 ms) are sent in batches, and 2 while calls are slow
   * (20 ms). An instance is made when there is work for it. Leaving the loop, or `return()` and `throw()`, at any time, ends
   * them all, also one that computes, and lets go of the iterable without waiting for it: whoever waits for a result then is
   * told that there is none any more.
   *
   * @throws `PoolError` with POOL_EINVAL, at once, if an argument is wrong, with POOL_ESHUTDOWN if the pool is closed. What
   * `instantiate` and `instance.call` reject with, and what the iterable throws, comes out of the loop.
   * @example
   * ```ts
   * const doubled = [];
   * for await (const result of pool.map('/adder.wasm', 'add', [[1, 1], [2, 2], [3, 3]])) doubled.push(result);
   * console.log(doubled.join()); // 2,4,6
   * ```
   */
  map(
    source: ModuleSource,
    name: string,
    iterable: MapItems,
    options: MapOptions & { readonly returns: 'string' },
  ): AsyncGenerator<string, void, void>;
  map(
    source: ModuleSource,
    name: string,
    iterable: MapItems,
    options: MapOptions & { readonly returns: 'bytes' },
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
  map(
    source: ModuleSource,
    name: string,
    iterable: MapItems,
    options?: Numeric<MapOptions>,
  ): AsyncGenerator<CallResult, void, void>;
  map(
    source: ModuleSource,
    name: string,
    iterable: MapItems,
    options?: MapOptions,
  ): AsyncGenerator<AnyResult, void, void>;
  map(
    source: ModuleSource,
    name: string,
    iterable: MapItems,
    options?: MapOptions,
  ): AsyncGenerator<AnyResult, void, void> {
    return this.#core.map(new CallSite(), source, name, iterable, options);
  }

  /** Runs several WASI commands at once, each of which reads as stdin what the one before it writes as stdout: the bytes go
   * from guest to guest. Resolves when all have exited with what the last has written, and with how each has ended.
   *
   * It fails as a shell's does with `pipefail`. Its `code` is the last that is not 0, so that 0 means that all have exited
   * with 0; what a guest makes of a reader that has enough (EPIPE) counts, and `stages` tells whose code it is. If a stage
   * does not exit by itself, or a signal aborts, the others are cancelled, and the call rejects.
   *
   * @throws `PoolError` with POOL_EINVAL, before anything is done, if an option is wrong, which it names, as `stages[1]`;
   * the same as `run`, for the stage that failed first: then `stages` of the error tells how each went, and `output` what
   * the last had written.
   * @example
   * ```ts
   * const result = await pool.pipeline(['/cat.wasm', { stdin: 'to be or not to be' }], ['/wc.wasm', { args: ['-n', '1'] }]);
   * console.log(result.code, result.stages.length, result.text().includes('6  words')); // 0 2 true
   * ```
   */
  pipeline(...stages: PipelineArguments): Promise<PipelineResult> {
    return this.#core.pipeline(new CallSite(), stages);
  }

  /** Opens a pipe, for jobs and this thread: `spawn(a, { stdout: writable })`, `spawn(b, { stdin: readable })`.
   *
   * @throws `PoolError` with POOL_EINVAL if the option is wrong, with POOL_ENFILE if there are too many pipes, with
   * POOL_ESHUTDOWN if the pool is closed.
   * @example
   * ```ts
   * const { readable, writable } = pool.pipe({ capacity: 4096 });
   * const job = await pool.spawn('/cat.wasm', { stdin: 'through a pipe', stdout: writable });
   * console.log(await readable.text()); // through a pipe
   * await job.status;
   * ```
   */
  pipe(options?: PipeOptions): Pipe {
    return this.#core.pipe(options);
  }

  /** Has the workers forget a module, as soon as no job that was given it runs. Give it again, and they are sent it
   * again; a URL is fetched again. A pool that is handed ever new modules grows without this.
   *
   * @throws `PoolError` with POOL_EINVAL if it is no `WebAssembly.Module`.
   * @example
   * ```ts
   * const module = await pool.compile('/cat.wasm');
   * await pool.run(module);
   * pool.unload(module);
   * ```
   */
  unload(module: WebAssembly.Module): void {
    this.#core.unload(module);
  }

  /** Changes how many jobs run at the same time, 1 to 127, or `{ min, max }`, as of `Pool.create`. Jobs that run go on: a
   * worker too many ends after its job, and one that is idle within about a second; `stats().workers` counts it until then.
   *
   * @throws `PoolError` with POOL_EINVAL if it is no such number, with POOL_ESHUTDOWN if the pool is closed.
   * @example
   * ```ts
   * pool.resize(Math.max(1, navigator.hardwareConcurrency - 2));
   * ```
   */
  resize(workers: number | WorkerRange): void {
    this.#core.resize(workers);
  }

  /** How the pool is doing now.
   *
   * @example
   * ```ts
   * await pool.run('/cat.wasm', { stdin: 'hello' });
   * const { jobs, memory, runningTime, perWorker, bytes } = pool.stats();
   * console.log(jobs, memory.used, runningTime.count, perWorker[0]?.jobs, bytes.out); // 0 0 1 1 5
   * ```
   */
  stats(): PoolStats {
    return this.#core.stats();
  }

  /** Ends every job, which reject with a `CancelledError`, and every worker. Resolves when they are gone.
   *
   * With `graceful` it takes nothing new, which rejects with POOL_ESHUTDOWN, lets what was begun go to its end, also what is
   * queued, and closes then: jobs end by themselves, maps come to the end of their items, and instances and plugins are
   * closed when they have answered what they were asked until now. After `graceful.timeoutMs`, when `signal` aborts, or when
   * it is called again without `graceful`, what still runs is cancelled. Otherwise a second call does nothing more. What it
   * waits for cannot wait for it: in a loop over a map of this pool, or in a function that serves a guest, it is not to be
   * awaited without a limit.
   *
   * @throws `PoolError` with POOL_EINVAL if an option is wrong, and then nothing is closed.
   * @example
   * ```ts
   * const ending = pool.run('/cat.wasm', { stdin: 'to its end' });
   * await pool.close({ graceful: true });
   * console.log((await ending).stdoutText); // to its end
   * ```
   */
  close(options?: CloseOptions): Promise<void> {
    return this.#core.close(options);
  }

  /** Tells somebody of the pool's end, until the function that this returns is called. @internal */
  attend(attendant: Attendant): () => void {
    return this.#core.attend(attendant);
  }

  /** Whether it takes nothing any more. @internal */
  get isClosed(): boolean {
    return this.#core.isClosed;
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
