/** The pool: what an application makes first. */
import { isModule } from '../shared/brand.js';
import { CancelledError, ExitError, type JobError, LostError, PoolError } from '../shared/errors.js';
import { fields, type Names, refusal } from '../shared/gate.js';
import type { FromCoordinator, WorkerCounts } from '../shared/protocol.js';
import { Files } from '../files/files.js';
import { Asker } from './asker.js';
import { type Attendant, Attendants } from './attendants.js';
import { CallSite } from './callsite.js';
import { checkClose, type CloseOptions } from './closing.js';
import type { Client, ExportCall, PoolUses } from './client.js';
import { parametersOf, refusalOfValues } from './export-types.js';
import { Hosts } from './hosts.js';
import { ImportList } from './import-list.js';
import { Instance } from './instance.js';
import { Job } from './job.js';
import { Line } from './line.js';
import { Launcher, type Order } from './launcher.js';
import { itemsOf, type MapItems, mapOver } from './map.js';
import { headOf } from './module-head.js';
import type { Histogram, PoolBytes, WorkerStats } from './measures.js';
import { ModuleList } from './module-list.js';
import { Compiler, type ModuleSource } from './modules.js';
import {
  type CallOptions,
  type CallValues,
  checkCall,
  type Checked,
  type CheckedCall,
  type CheckedPreopen,
  checkInstance,
  checkMap,
  type CheckedRun,
  checkRun,
  checkSpawn,
  type Fetching,
  type InstanceOptions,
  type MapOptions,
  type Numeric,
  type RunOptions,
  signalOf,
  type SpawnOptions,
  unlimited,
} from './options.js';
import { Patience, Shutdown } from './patience.js';
import { openPipe, type Pipe, type PipeOptions } from './pipe.js';
import { checkPipeline, type Launch, type PipelineArguments, type PipelineResult, runPipeline } from './pipeline.js';
import { finish, type RunResult } from './result.js';
import type { Parts } from './start.js';
import { closeParts, endParts } from './threads.js';
import type { Tier } from './tier.js';
import { Stdio } from './stdio.js';
import type { Task } from './task.js';
import { Underway } from './underway.js';
import type { AnyResult, CallResult } from './values.js';
import { rangeOf, type WorkerRange } from './worker-range.js';

/** How a pool is doing: what `pool.stats` returns. */
export interface PoolStats extends PoolUses {
  /** Workers that can run jobs. */
  readonly workers: number;
  /** Workers that had to be ended, or died, since the pool was made. Each was replaced. */
  readonly lostWorkers: number;
  /** Jobs that are queued or running. */
  readonly jobs: number;
  /** Jobs that wait for a worker, or in the client for a place. */
  readonly queued: number;
  /** Jobs that workers have begun and not ended. An instance is one for as long as it lives. */
  readonly running: number;
  /** How long jobs have waited for a worker, of all that have begun since the pool was made. */
  readonly waitingTime: Histogram;
  /** How long jobs have run, of all that have ended after they had begun. */
  readonly runningTime: Histogram;
  /** What each worker does now. */
  readonly perWorker: readonly WorkerStats[];
  /** Bytes that went through this thread; those from guest to guest are not among them. */
  readonly bytes: PoolBytes;
}

/** Options of `pool.compile`. */
export interface CompileOptions {
  /** Ends the wait when aborted: the call rejects with a `CancelledError` whose `cause` is the signal's reason. The fetch
   * of a URL is aborted unless somebody else waits for it.
   * @default none */
  signal?: AbortSignal | undefined;
}

const compileNames: Names<CompileOptions> = { signal: true };

/** A job that was submitted, with what belongs to it. */
interface Started<C extends Checked> {
  readonly task: Task;
  readonly stdio: Stdio;
  readonly patience: Patience;
  readonly checked: C;
}

const noPreopens: Order['preopens'] = [];

/** What the export has returned that a job has called. */
async function returned({ task }: Started<Checked>): Promise<CallResult> {
  const { code } = await task.ended();
  if (code !== 0 || task.hasExited) throw new ExitError(code);
  return task.values.length > 1 ? task.values : task.values[0];
}

/** Refuses a call with values that the export does not take. */
function checkValues(module: WebAssembly.Module, { name, values }: ExportCall): void {
  const refusal = refusalOfValues(name, parametersOf(module).get(name), values);
  if (refusal) throw refusal;
}

/** All of a pool but its start, which differs from platform to platform: `index.ts` has that, and the manual. */
export class Pool {
  /** How its guests run: see `PoolOptions.tier`. */
  readonly tier: Tier;
  readonly #parts: Parts;
  readonly #client: Client;
  readonly #launcher: Launcher;
  readonly #hosts: Hosts;
  readonly #files: Files;
  readonly #compiler: Compiler;
  readonly #modules: ModuleList;
  readonly #imports: ImportList;
  readonly #moduleIds = new WeakMap<WebAssembly.Module, number>();
  #counts: WorkerCounts;
  /** How many jobs shall run at the same time; there may be more workers, if some wait. */
  #workers: number;
  /** Who waits for something before a job is told here when the pool ends. */
  readonly #shutdown = new Shutdown();
  readonly #underway = new Underway();
  readonly #attendants = new Attendants();
  /** Of those that wait for as long as the pool is there, by what they are. */
  readonly #patiences = new Map<string, Patience>();
  #closing: Promise<void> | undefined;
  /** How many of our parts have something to wait for, so that the process must not end. */
  #busy = 0;

  /** Use `Pool.create`. @internal */
  constructor(parts: Parts) {
    const { platform, coordinator, crew, client, counts, host } = parts;
    this.tier = parts.tier;
    this.#parts = parts;
    this.#client = client;
    this.#counts = counts;
    this.#workers = parts.range.max;
    this.#compiler = new Compiler(platform);
    this.#modules = new ModuleList(crew);
    this.#imports = new ImportList(crew, (text) => platform.urlOf(text));
    const onBusy = (busy: boolean): void => this.#keepAlive(busy);
    this.#launcher = new Launcher(client, (busy) => {
      onBusy(busy);
      this.#underway.count(busy);
    });
    this.#hosts = new Hosts(client, host, (job) => this.#launcher.taskOf(job));
    this.#files = new Files(coordinator, onBusy);
    coordinator.onMessage((message) => this.#onMessage(message));
    coordinator.onFailure((text) => this.#die(`the coordinator died: ${text}`));
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
  async compile(source: ModuleSource, options?: CompileOptions): Promise<WebAssembly.Module> {
    const site = new CallSite();
    this.#underway.count(true);
    try {
      const { signal } = fields<CompileOptions>('options', options, compileNames);
      this.#refuseIfClosed();
      return await this.#compiler.compile(
        source,
        new Patience(signalOf(signal), Infinity, this.#shutdown, 'the compilation'),
      );
    } catch (error) {
      throw site.sign(error);
    } finally {
      this.#underway.count(false);
    }
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
    return this.#start({ source, site: new CallSite() }, () => checkRun(options), this.#finish);
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
    const site = new CallSite();
    const open = ({ task, stdio, patience }: Started<Checked>, asker: Asker<Job>): void => {
      this.#underway.count(true);
      const status = stdio
        .ended(patience)
        .catch((error: unknown) => {
          throw site.sign(error);
        })
        .finally(() => this.#underway.count(false));
      status.catch(() => undefined); // whoever wants to know asks; nobody has to
      asker.resolve(new Job(task, stdio, status));
    };
    return this.#start({ source, site }, () => checkSpawn(options), open);
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
  async call(source: ModuleSource, name: string, ...values: CallValues): Promise<AnyResult> {
    const site = new CallSite();
    this.#underway.count(true);
    try {
      const checked = checkCall(name, values);
      if (checked.call === 'instance') return await this.#callOnce(source, checked, site);
      return await this.#start<CheckedCall, CallResult>(
        { source, site },
        () => checked,
        (started, asker) => asker.follow(returned(started)),
      );
    } catch (error) {
      throw site.sign(error);
    } finally {
      this.#underway.count(false);
    }
  }

  /** A call with bytes: on an instance that is closed behind it. */
  async #callOnce(source: ModuleSource, checked: CheckedCall, site: CallSite): Promise<AnyResult> {
    this.#refuseIfClosed();
    const instance = await this.#keep(await this.#moduleOf(source, this.#patienceFor(checked)), checked, site);
    try {
      return await new Promise((resolve, reject) => instance.run(checked.asked, unlimited, resolve, reject));
    } finally {
      await instance.close();
    }
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
  async instantiate(source: ModuleSource, options?: InstanceOptions): Promise<Instance> {
    const site = new CallSite();
    this.#underway.count(true);
    try {
      const checked = checkInstance(options);
      this.#refuseIfClosed();
      const module = await this.#moduleOf(source, this.#patienceFor(checked));
      return this.#underway.keep(await this.#keep(module, checked, site));
    } catch (error) {
      throw site.sign(error);
    } finally {
      this.#underway.count(false);
    }
  }

  #keep(module: WebAssembly.Module, checked: Checked, site: CallSite): Promise<Instance> {
    const open = async ({ task }: Started<Checked>): Promise<Instance> => {
      const line = new Line(this.#client, task);
      return new Instance(line, task, module, await line.ready);
    };
    const given = { source: module, module, site };
    return this.#start<Checked, Instance>(
      given,
      () => ({ ...checked, call: 'instance' }),
      (started, asker) => {
        asker.follow(open(started));
      },
    );
  }

  /** Calls an export for each item of an iterable, on instances that are kept for as long as it goes on, one in a worker. An
   * item is what the export is called with: a value as of `call`, or an array of them; anything else, and the first call that
   * fails, ends it with that error. The iterable may be async; it is read only as fast as results are taken, and a few items
   * for each instance ahead. An instance is made when there is work for it. Leaving the loop, or `return()`
   * and `throw()`, at any time, ends them all, also one that computes, and lets go of the iterable without waiting for it:
   * whoever waits for a result then is told that there is none any more.
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
    const site = new CallSite();
    const checked = checkMap(name, options);
    this.#refuseIfClosed();
    const concurrency = Math.min(checked.concurrency || this.#workers, this.#client.maxWorkers);
    let module: Promise<WebAssembly.Module> | undefined;
    const open = async (signal: AbortSignal): Promise<Instance> => {
      const own = { ...checked, signal };
      module ??= Promise.resolve(this.#moduleOf(source, this.#patienceFor(own)));
      return this.#keep(await module, own, site);
    };
    return mapOver(itemsOf(iterable), { ...checked, concurrency }, open);
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
  async pipeline(...stages: PipelineArguments): Promise<PipelineResult> {
    const site = new CallSite();
    this.#underway.count(true);
    try {
      this.#refuseIfClosed();
      const checked = checkPipeline(stages, this.#client.maxWorkers);
      return await runPipeline(checked, {
        client: this.#client,
        platform: this.#parts.platform,
        shutdown: this.#shutdown,
        site,
        order: async (launch) => this.#order(launch),
        launchAll: (orders, patience) => this.#launcher.launchAll(orders, patience),
        done: (order) => this.#modules.done(order.module),
        isClosing: this.#isClosing,
      });
    } catch (error) {
      throw site.sign(error);
    } finally {
      this.#underway.count(false);
    }
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
    this.#refuseIfClosed();
    return openPipe(this.#client, options);
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
    if (!isModule(module)) throw refusal('module', module, 'a WebAssembly.Module, as pool.compile gives it');
    this.#compiler.forget(module);
    const id = this.#moduleIds.get(module);
    if (id === undefined) return;
    this.#moduleIds.delete(module);
    this.#modules.unload(id);
  }

  /** Changes how many jobs run at the same time, 1 to 127, or `{ min, max }`, as of `Pool.create`. Jobs that run go on: a
   * worker too many ends after its job.
   *
   * @throws `PoolError` with POOL_EINVAL if it is no such number, with POOL_ESHUTDOWN if the pool is closed.
   * @example
   * ```ts
   * pool.resize(Math.max(1, navigator.hardwareConcurrency - 2));
   * ```
   */
  resize(workers: number | WorkerRange): void {
    this.#refuseIfClosed();
    if (workers === undefined) throw refusal('workers', workers, 'a whole number, or { min, max }');
    const { min, max } = rangeOf(workers, this.#workers);
    this.#client.resize(min, max);
    this.#workers = max;
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
    const { workers, queued, ...measures } = this.#client.measures();
    return {
      workers: this.#counts.workers,
      lostWorkers: this.#counts.lost,
      jobs: this.#launcher.size,
      queued: queued + this.#launcher.waiting,
      ...measures,
      perWorker: workers.map((worker) => ({ ...worker, job: this.#launcher.taskOf(worker.job)?.caller })),
      bytes: this.#client.bytes,
      ...this.#client.uses(),
    };
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
  async close(options?: CloseOptions): Promise<void> {
    const { graceful, deadline, signal } = checkClose(options);
    if (graceful && !this.#closing) await this.#drain(new Patience(signal, deadline, this.#shutdown));
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Waits for what is under way, and no longer than is said. */
  async #drain(patience: Patience): Promise<void> {
    this.#keepAlive(true);
    try {
      const drained = this.#underway.drain();
      this.#attendants.drain(() => new PoolError('POOL_ESHUTDOWN', `${this.#parts.log.label} is closing`));
      await patience.until(drained);
    } catch {
      return; // its time is over, or the pool's
    } finally {
      this.#keepAlive(false);
    }
  }

  /** Tells somebody of the pool's end, until the function that this returns is called. @internal */
  attend(attendant: Attendant): () => void {
    return this.#attendants.add(attendant);
  }

  /** Whether it takes nothing any more. @internal */
  get isClosed(): boolean {
    return this.#closing !== undefined || this.#underway.isDraining;
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** How long a job waits for what comes before it, and for the streams behind it. */
  #patienceFor({ signal, deadline, what }: Checked): Patience {
    if (signal || deadline < Infinity) return new Patience(signal, deadline, this.#shutdown, what);
    let patience = this.#patiences.get(what);
    if (!patience) this.#patiences.set(what, (patience = new Patience(undefined, Infinity, this.#shutdown, what)));
    return patience;
  }

  /** Starts a job with options that `check` gives, and has `use` tell its caller what comes of it. If any of it fails, what
   * was taken for the job is let go. */
  #start<C extends Checked, T>(
    given: Pick<Launch, 'source' | 'module' | 'site'>,
    check: () => C,
    use: (started: Started<C>, asker: Asker<T>) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const { source, module, site } = given;
      const asker = new Asker<T>(site, this.#underway, resolve, reject);
      try {
        const checked = check();
        const patience = this.#patienceFor(checked);
        const stdio = (asker.stdio = new Stdio(this.#client, checked.stdio, this.#parts.platform));
        const launched = this.#launch({ source, module, site, checked, stdio, patience });
        const begin = (task: Task): void => use({ task, stdio, patience, checked }, asker);
        if (launched instanceof Promise) launched.then(begin).catch((error: unknown) => asker.reject(error));
        else begin(launched);
      } catch (error) {
        asker.reject(error);
      }
    });
  }

  readonly #finish = ({ task, stdio, patience, checked }: Started<CheckedRun>, asker: Asker<RunResult>): void =>
    finish(task, stdio, checked.maxOutput, patience, this.#isClosing, asker);

  readonly #isClosing = (): boolean => this.#closing !== undefined;

  /** At once, if all that it needs is there. */
  #launch(launch: Launch): Task | Promise<Task> {
    const order = this.#order(launch);
    return order instanceof Promise ? order.then((got) => this.#submit(got, launch)) : this.#submit(order, launch);
  }

  #submit(order: Order, { stdio }: Launch): Task | Promise<Task> {
    try {
      const launched = this.#launcher.launch(order);
      return launched instanceof Promise
        ? this.#beginLater(launched, order.module, stdio)
        : this.#begin(launched, order.module, stdio);
    } catch (error) {
      this.#modules.done(order.module);
      throw error;
    }
  }

  async #beginLater(launched: Promise<Task>, module: number, stdio: Stdio): Promise<Task> {
    try {
      return this.#begin(await launched, module, stdio);
    } catch (error) {
      this.#modules.done(module);
      throw error;
    }
  }

  #begin(task: Task, module: number, stdio: Stdio): Task {
    stdio.attach(task);
    task.onEnd(() => this.#modules.done(module));
    return task;
  }

  /** Gets all that a job needs. Its module is kept until it is done. */
  #order(launch: Launch): Order | Promise<Order> {
    const { source, module: compiled, checked, patience } = launch;
    if (!compiled) this.#refuseIfClosed();
    const module = compiled ?? this.#moduleOf(source, patience);
    if (!(module instanceof Promise) && checked.preopens.length === 0) return this.#orderOf(launch, module);
    return this.#orderLater(launch, module);
  }

  async #orderLater(launch: Launch, found: WebAssembly.Module | Promise<WebAssembly.Module>): Promise<Order> {
    const order = this.#orderOf(launch, await found);
    try {
      const { preopens } = launch.checked;
      return { ...order, preopens: preopens.length > 0 ? await launch.patience.until(this.#attach(preopens)) : [] };
    } catch (error) {
      this.#modules.done(order.module);
      throw error;
    }
  }

  #orderOf({ checked: options, stdio, patience, site }: Launch, module: WebAssembly.Module): Order {
    if (typeof options.call === 'object') checkValues(module, options.call);
    const linkage = this.#imports.link(module, options.imports);
    const id = this.#idOf(module);
    this.#modules.use(id);
    const { wants } = stdio;
    return { module: id, call: options.call, options, preopens: noPreopens, linkage, wants, patience, site };
  }

  /** A module needs no compiling, and jobs begin in the order in which they came. */
  #moduleOf(source: ModuleSource, patience: Patience): WebAssembly.Module | Promise<WebAssembly.Module> {
    patience.check();
    const ready = this.#moduleIds.has(source) || isModule(source);
    return ready ? source : this.#compiler.compile(source, patience);
  }

  #refuseIfClosed(): void {
    const { label } = this.#parts.log;
    if (this.#closing) throw new PoolError('POOL_ESHUTDOWN', `${label} is closed`);
    if (this.#underway.isDraining) throw new PoolError('POOL_ESHUTDOWN', `${label} is closing`);
  }

  /** Moves directories into the pool that are not there yet. */
  #attach(preopens: readonly CheckedPreopen[]): Promise<Order['preopens']> {
    return Promise.all(
      preopens.map(async ({ path, directory, readOnly }) => {
        const volume = await directory.attach(this.#files);
        return { path, volume, readOnly, directory };
      }),
    );
  }

  #keepAlive(on: boolean): void {
    this.#busy += on ? 1 : -1;
    this.#parts.coordinator.keepAlive(this.#busy > 0);
  }

  /** The number of a module; the workers are sent it at its first use. */
  #idOf(module: WebAssembly.Module): number {
    let id = this.#moduleIds.get(module);
    if (id === undefined) {
      id = this.#modules.add(module, headOf(module));
      this.#moduleIds.set(module, id);
    }
    return id;
  }

  #onMessage(message: FromCoordinator): void {
    switch (message.type) {
      case 'millrace:workers':
        this.#counts = message;
        return;
      case 'millrace:files':
        return this.#files.onReply(message);
      case 'millrace:failed':
        return this.#die(message.message);
    }
  }

  /** The coordinator is gone, and with it everything. */
  #die(text: string): void {
    const { label, isNamed } = this.#parts.log;
    const message = isNamed ? `${label}: ${text}` : text;
    this.#closing ??= Promise.resolve();
    this.#parts.log.tell({ level: 'error', message, cause: new LostError(message) });
    this.#end(() => new LostError(message));
  }

  async #close(): Promise<void> {
    const reason = new PoolError('POOL_ESHUTDOWN', `${this.#parts.log.label} was closed`);
    const error = (what: string): JobError => new CancelledError({ cause: reason }, what);
    this.#keepAlive(true);
    this.#client.shut(); // or a worker that is free again would begin what is about to be cancelled
    this.#launcher.shut(reason);
    this.#attendants.end(() => error('the plugin'));
    await closeParts(this.#parts);
    this.#keepAlive(false);
    this.#end(error);
  }

  #end(error: (what: string) => JobError): void {
    this.#client.flush(); // what has ended by itself until now has
    this.#shutdown.end(error); // first, so that a reaction which submits again is refused
    this.#launcher.failAll(error);
    this.#attendants.end(() => error('the plugin'));
    this.#hosts.stop();
    this.#files.shut();
    endParts(this.#parts);
    this.#counts = { workers: 0, lost: this.#counts.lost };
  }
}
