/** The pool: what an application makes first. */
import { isModule } from './brand.js';
import type { Client, PoolMemory, VolumePreopen } from './client.js';
import { CancelledError, JobError, LostError, OutputLimitError, type PartialOutput, PoolError } from './errors.js';
import { Files } from './files.js';
import { refusal } from './gate.js';
import { Job } from './job.js';
import { Launcher } from './launcher.js';
import { ModuleList } from './module-list.js';
import { Compiler, type ModuleSource } from './modules.js';
import {
  type Checked,
  type CheckedPreopen,
  checkRun,
  checkSpawn,
  type RunOptions,
  type SpawnOptions,
} from './options.js';
import { layout } from './layout.gen.js';
import type { FromCoordinator, Roster } from './protocol.js';
import { closeParts, endParts, type Parts } from './start.js';
import { collect, feed } from './streams.js';
import type { Task } from './task.js';
import { wholeNumber } from './whole-number.js';

/** How a pool shares memory with its workers. "shared": by shared memory, on a cross-origin isolated page. */
export type Tier = 'shared';

export interface PoolStats {
  /** Workers that can run jobs. */
  readonly workers: number;
  /** Workers that had to be ended, or died, since the pool was made. Each was replaced. */
  readonly lostWorkers: number;
  /** Jobs that are queued or running. */
  readonly jobs: number;
  /** Of the pool's memory: pipes, arguments, outputs and files. */
  readonly memory: PoolMemory;
}

/** What `pool.run` resolves with. */
export interface RunResult {
  /** The exit code, 0 to 4294967295. */
  readonly code: number;
  /** All that the guest wrote. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: Uint8Array<ArrayBuffer>;
}

/** A pool of workers that run WebAssembly programs beside the thread that made it, which never blocks.
 *
 * One thread uses a pool: the one that created it. Several pools are independent of each other. */
export class Pool {
  readonly tier: Tier = 'shared';
  readonly #parts: Parts;
  readonly #client: Client;
  readonly #launcher: Launcher;
  readonly #files: Files;
  readonly #compiler: Compiler;
  readonly #modules: ModuleList;
  readonly #moduleIds = new WeakMap<WebAssembly.Module, number>();
  #roster: Roster;
  #closing: Promise<void> | undefined;
  /** How many of our parts have something to wait for, so that the process must not end. */
  #busy = 0;

  /** @internal Use `Pool.create`. */
  constructor(parts: Parts) {
    const { platform, coordinator, crew, client, roster } = parts;
    this.#parts = parts;
    this.#client = client;
    this.#roster = roster;
    this.#compiler = new Compiler(platform);
    this.#modules = new ModuleList(crew);
    const onBusy = (busy: boolean): void => this.#keepAlive(busy);
    this.#launcher = new Launcher(client, onBusy);
    this.#files = new Files(coordinator, onBusy);
    coordinator.onMessage((message) => this.#onMessage(message));
    coordinator.onFailure((text) => this.#die(new LostError(`the coordinator died: ${text}`)));
  }

  /** Compiles a guest, once for all workers; the same URL is fetched and compiled once.
   * Rejects with a `CompileError`, and with POOL_EINVAL if it is no source. */
  compile(source: ModuleSource): Promise<WebAssembly.Module> {
    return this.#compiler.compile(source);
  }

  /** Runs a WASI command to its end: resolves with its exit code, whatever it is, and all that it wrote.
   * Rejects with POOL_EINVAL, before anything is done, if an option is wrong; with a `CompileError`; or with a `JobError`
   * whose `output` is what it had written until it failed. */
  async run(source: ModuleSource, options?: RunOptions): Promise<RunResult> {
    const checked = checkRun(options);
    const { input: stdin, maxOutput: limit } = checked;
    const task = await this.#launch(source, checked, [stdin !== undefined, true, true]);
    const [input, output, errors] = task.ends;
    let excess: OutputLimitError | undefined;
    const onLimit = (): void => task.cancel((excess ??= new OutputLimitError(limit)));
    const written = Promise.all([output, errors].map((fd) => collect(this.#client, fd, limit, onLimit)));
    // The guest need not read its input; a source that fails ends the job.
    if (stdin) feed(this.#client, input, stdin).catch((error: unknown) => isEpipe(error) || task.cancel(error));
    try {
      const { code } = await task.status;
      const result = { code, ...outputOf(await written) };
      if (excess) throw excess; // it may have exited by itself when its pipe was closed
      return result;
    } catch (thrown) {
      const error = excess ?? thrown;
      if (error instanceof JobError && !this.#closing) error.output = outputOf(await written);
      throw error;
    }
  }

  /** Starts a WASI command: resolves with its job as soon as the pool has a place for it. */
  async spawn(source: ModuleSource, options?: SpawnOptions): Promise<Job> {
    const checked = checkSpawn(options);
    const task = await this.#launch(source, checked, checked.piped);
    return new Job(this.#client, task);
  }

  /** Has the workers forget a module, as soon as no job that was given it runs. Give it again, and they are sent it
   * again; a URL is fetched again. A pool that is handed ever new modules grows without this. */
  unload(module: WebAssembly.Module): void {
    if (!isModule(module)) throw refusal('module', module, 'a WebAssembly.Module, as pool.compile gives it');
    this.#compiler.forget(module);
    const id = this.#moduleIds.get(module);
    if (id === undefined) return;
    this.#moduleIds.delete(module);
    this.#modules.unload(id);
  }

  /** Changes how many jobs run at the same time, 1 to 127. Jobs that run go on: a worker too many ends after its job. */
  resize(workers: number): void {
    if (this.#closing) throw new PoolError('POOL_ESHUTDOWN', 'the pool is closed');
    if (workers === undefined) throw refusal('workers', workers, 'a whole number');
    this.#client.resize(wholeNumber('workers', workers, layout.POOL_WORKERS_MAX));
  }

  /** How the pool is doing now. */
  stats(): PoolStats {
    return {
      workers: this.#roster.workers,
      lostWorkers: this.#roster.lost,
      jobs: this.#launcher.size,
      memory: this.#client.memory(),
    };
  }

  /** Ends every job, which reject with a `CancelledError`, and every worker. Resolves when they are gone. A second call
   * does nothing more. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #launch(source: ModuleSource, options: Checked, piped: readonly [boolean, boolean, boolean]): Promise<Task> {
    if (this.#closing) throw new PoolError('POOL_ESHUTDOWN', 'the pool is closed');
    // A module needs no compiling, and jobs begin in the order in which they came.
    const ready = this.#moduleIds.has(source) || isModule(source);
    const module = ready ? (source as WebAssembly.Module) : await this.compile(source);
    const id = this.#idOf(module);
    const done = (): void => this.#modules.done(id);
    this.#modules.use(id);
    try {
      const preopens = await this.#attach(options.preopens);
      const task = await this.#launcher.launch({ module: id, options, preopens, piped, signal: options.signal });
      void task.status.then(done, done);
      return task;
    } catch (error) {
      done();
      throw error;
    }
  }

  /** Moves directories into the pool that are not there yet. */
  #attach(preopens: readonly CheckedPreopen[]): Promise<VolumePreopen[]> {
    return Promise.all(
      preopens.map(async ({ path, directory, readOnly }) => {
        const volume = await directory.attach(this.#files);
        return { path, volume, readOnly };
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
      id = this.#modules.add(module);
      this.#moduleIds.set(module, id);
    }
    return id;
  }

  #onMessage(message: FromCoordinator): void {
    switch (message.type) {
      case 'millrace:roster':
        this.#roster = message;
        return;
      case 'millrace:files':
        return this.#files.onReply(message);
      case 'millrace:failed':
        return this.#die(new LostError(message.message));
    }
  }

  /** The coordinator is gone, and with it everything. */
  #die(error: LostError): void {
    this.#closing ??= Promise.resolve();
    this.#end(error);
  }

  async #close(): Promise<void> {
    const reason = new PoolError('POOL_ESHUTDOWN', 'the pool was closed');
    this.#keepAlive(true);
    this.#client.shut(); // or a worker that is free again would begin what is about to be cancelled
    this.#launcher.cancelAll(reason);
    await closeParts(this.#parts);
    this.#keepAlive(false);
    this.#end(new CancelledError({ cause: reason }));
  }

  #end(error: JobError): void {
    this.#launcher.failAll(error);
    this.#files.shut();
    endParts(this.#parts);
    this.#roster = { workers: 0, lost: this.#roster.lost };
  }
}

function isEpipe(error: unknown): boolean {
  return error instanceof PoolError && (error.code === 'POOL_EPIPE' || error.code === 'POOL_EBADF');
}

function outputOf([stdout, stderr]: Uint8Array<ArrayBuffer>[]): PartialOutput {
  return { stdout: stdout!, stderr: stderr! };
}
