/** A pool at work: what `Pool` stands on, loaded when one is started. */
import { isModule } from '../shared/brand.js';
import { CancelledError, EndedError, ExitError, type JobError, LostError, PoolError } from '../shared/errors.js';
import { fields, type Names, refusal } from '../shared/gate.js';
import { Part } from '../shared/part.js';
import type { FromCoordinator, WorkerCounts } from '../shared/protocol.js';
import { Files } from '../files/files.js';
import type { Platform } from '../platform/platform.js';
import { type Asked, Asker } from './asker.js';
import { type Attendant, Attendants } from './attendants.js';
import type { CallSite } from './callsite.js';
import { checkClose, type CloseOptions } from './closing.js';
import type { Client } from './client.js';
import { finish } from './finish.js';
import { ImportList } from './import-list.js';
import type { Instance } from './instance.js';
import { Job } from './job.js';
import { type Launch, Launcher, type Order } from './launcher.js';
import { type Items, itemsOf, letGo, type MapItems } from './items.js';
import type { Open, Results } from './map.js';
import { mapLater } from './map-later.js';
import { headOf } from './module-head.js';
import { ModuleList } from './module-list.js';
import { type CompileOptions, Compiler, type ModuleSource } from './modules.js';
import {
  type CallValues,
  checkCall,
  type Checked,
  type CheckedCall,
  type CheckedMap,
  type CheckedPreopen,
  checkInstance,
  checkMap,
  type CheckedRun,
  checkRun,
  checkSpawn,
  type InstanceOptions,
  type MapOptions,
  type RunOptions,
  signalOf,
  type SpawnOptions,
  unlimited,
} from './options.js';
import { Patience, Shutdown } from './patience.js';
import { openPipe, type Pipe, type PipeOptions } from './pipe.js';
import { checkPipeline, type PipelineArguments, WHOLE } from './pipeline.js';
import type { PipelineResult } from './pipeline-result.js';
import type { RunResult } from './result.js';
import { Serving } from './serving.js';
import { type Parts, type PoolOptions, startParts } from './start.js';
import { closeParts, endParts } from './threads.js';
import type { LoadCells, Tier } from './tier.js';
import type { PoolStats } from './stats.js';
import { Stdio } from './stdio.js';
import type { Task } from './task.js';
import { Underway } from './underway.js';
import type { AnyResult, CallResult } from './values.js';
import { rangeOf, type WorkerRange } from './worker-range.js';

export { checkPool } from './start.js';

const compileNames: Names<CompileOptions> = { signal: true };

/** What not every page needs is loaded with the first call that does. */
const instances = new Part(() => import('./instance-part.js'));
const maps = new Part(() => import('./map.js'));
const pipelines = new Part(() => import('./run-pipeline.js'));

const noPreopens: Order['preopens'] = [];

/** What the export has returned that a job has called. */
async function returned(task: Task): Promise<CallResult> {
  const { code } = await task.ended();
  if (code !== 0 || task.hasExited) throw new ExitError(code);
  return task.values.length > 1 ? task.values : task.values[0];
}

/** The same as `use`, when the job is there. */
function useLater<C extends Checked, T>(
  launched: Promise<Task>,
  asker: Asker<C, T>,
  use: (task: Task, asker: Asker<C, T>) => void,
): void {
  launched.then((task) => use(task, asker)).catch((error: unknown) => asker.reject(error));
}

/** Starts a pool; on any failure nothing is left behind. */
export async function start(platform: Platform, options: PoolOptions | undefined, loadCells: LoadCells): Promise<Core> {
  return new Core(await startParts(platform, options, loadCells));
}

export class Core {
  readonly tier: Tier;
  readonly #parts: Parts;
  readonly #client: Client;
  readonly #launcher: Launcher;
  readonly #serving: Serving;
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
  /** All has been ended. */
  #isOver = false;
  /** How many of our parts have something to wait for, so that the process must not end. */
  #busy = 0;

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
    this.#serving = new Serving(client, host, (job) => this.#launcher.taskOf(job));
    this.#files = new Files(coordinator, onBusy, this.tier === 'shared' ? client.here : undefined);
    coordinator.onMessage((message) => this.#onMessage(message));
    coordinator.onFailure((text) => this.#die(`the coordinator died: ${text}`));
  }

  async compile(site: CallSite, source: ModuleSource, options?: CompileOptions): Promise<WebAssembly.Module> {
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

  run(site: CallSite, source: ModuleSource, options?: RunOptions): Promise<RunResult> {
    return this.#start({ source, site }, checkRun, options, this.#finish);
  }

  spawn(site: CallSite, source: ModuleSource, options?: SpawnOptions): Promise<Job> {
    const open = (task: Task, asker: Asker<Checked, Job>): void => {
      const { stdio, patience } = asker;
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
    return this.#start({ source, site }, checkSpawn, options, open);
  }

  async call(site: CallSite, source: ModuleSource, name: string, values: CallValues): Promise<AnyResult> {
    this.#underway.count(true);
    try {
      const checked = checkCall(name, values);
      this.#refuseIfClosed();
      if (!instances.now) await this.#patienceFor(checked).until(instances.load());
      if (checked.call === 'instance') return await this.#callOnce(source, checked, site);
      return await this.#start(
        { source, site, isAccepted: true },
        (all: CheckedCall) => all,
        checked,
        (task, asker: Asker<CheckedCall, CallResult>) => asker.follow(returned(task)),
      );
    } catch (error) {
      throw site.sign(error);
    } finally {
      this.#underway.count(false);
    }
  }

  /** A call with bytes: on an instance that is closed behind it. */
  async #callOnce(source: ModuleSource, checked: CheckedCall, site: CallSite): Promise<AnyResult> {
    const instance = await this.#keep(await this.#moduleOf(source, this.#patienceFor(checked)), checked, site);
    try {
      return await new Promise((resolve, reject) => instance.run(checked.asked, unlimited, resolve, reject));
    } catch (error) {
      throw error instanceof EndedError ? (error.cause ?? error) : error; // it is the call that was ended, by whatever
    } finally {
      await instance.close();
    }
  }

  async instantiate(site: CallSite, source: ModuleSource, options?: InstanceOptions): Promise<Instance> {
    this.#underway.count(true);
    try {
      const checked = checkInstance(options);
      this.#refuseIfClosed();
      const patience = this.#patienceFor(checked);
      if (!instances.now) await patience.until(instances.load());
      const module = await this.#moduleOf(source, patience);
      return this.#underway.keep(await this.#keep(module, checked, site));
    } catch (error) {
      throw site.sign(error);
    } finally {
      this.#underway.count(false);
    }
  }

  #keep(module: WebAssembly.Module, checked: Checked, site: CallSite): Promise<Instance> {
    const open = async (task: Task): Promise<Instance> => {
      const { Instance, Line } = instances.now!;
      const line = new Line(this.#client, task);
      return new Instance(line, task, module, await line.ready);
    };
    const given = { source: module, module, site };
    return this.#start(
      given,
      (all: Checked): Checked => ({ ...all, call: 'instance' }),
      checked,
      (task, asker: Asker<Checked, Instance>) => asker.follow(open(task)),
    );
  }

  map(site: CallSite, source: ModuleSource, name: string, iterable: MapItems, options?: MapOptions): Results {
    const checked = checkMap(name, options);
    this.#refuseIfClosed();
    const concurrency = Math.min(checked.concurrency || this.#workers, this.#client.maxWorkers);
    let module: Promise<WebAssembly.Module> | undefined;
    const open = async (signal: AbortSignal): Promise<Instance> => {
      const own = { ...checked, signal };
      this.#underway.count(true);
      try {
        module ??= Promise.resolve(this.#moduleOf(source, this.#patienceFor(own)));
        return await this.#keep(await module, own, site);
      } finally {
        this.#underway.count(false);
      }
    };
    const items = itemsOf(iterable);
    const own = { ...checked, concurrency };
    return maps.now && instances.now
      ? maps.now.mapOver(items, own, open, this.#patienceFor(own))
      : this.#mapLater(site, items, own, open);
  }

  /** The same, with what is loaded when the first result is wanted. */
  #mapLater(site: CallSite, items: Items, checked: CheckedMap, open: Open): Results {
    const patience = this.#patienceFor(checked);
    const begin = async (): Promise<Results> => {
      this.#underway.count(true);
      try {
        const [{ mapOver }] = await patience.until(Promise.all([maps.load(), instances.load()]));
        return mapOver(items, checked, open, patience);
      } catch (error) {
        letGo(items);
        throw site.sign(error);
      } finally {
        setTimeout(() => this.#underway.count(false)); // by then its first instance counts
      }
    };
    return mapLater(begin, () => letGo(items));
  }

  async pipeline(site: CallSite, stages: PipelineArguments): Promise<PipelineResult> {
    this.#underway.count(true);
    try {
      this.#refuseIfClosed();
      const checked = checkPipeline(stages, this.#client.maxWorkers);
      const { signal, deadline } = checked;
      const patience = new Patience(signal, deadline, this.#shutdown, WHOLE);
      const { runPipeline } = pipelines.now ?? (await patience.until(pipelines.load()));
      return await runPipeline(checked, {
        client: this.#client,
        platform: this.#parts.platform,
        shutdown: this.#shutdown,
        site,
        order: async (launch) => this.#order({ ...launch, isAccepted: true }),
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

  pipe(options?: PipeOptions): Pipe {
    this.#refuseIfClosed();
    return openPipe(this.#client, options);
  }

  unload(module: WebAssembly.Module): void {
    if (!isModule(module)) throw refusal('module', module, 'a WebAssembly.Module, as pool.compile gives it');
    this.#compiler.forget(module);
    const id = this.#moduleIds.get(module);
    if (id === undefined) return;
    this.#moduleIds.delete(module);
    this.#modules.unload(id);
  }

  resize(workers: number | WorkerRange): void {
    this.#refuseIfClosed();
    if (workers === undefined) throw refusal('workers', workers, 'a whole number, or { min, max }');
    const { min, max } = rangeOf(workers, this.#workers);
    this.#client.resize(min, max);
    this.#workers = max;
  }

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
      const why = (): PoolError => new PoolError('POOL_ESHUTDOWN', `${this.#parts.log.label} is closing`);
      const drained = this.#underway.drain(why);
      this.#attendants.drain(why);
      await patience.until(drained);
    } catch {
      return; // its time is over, or the pool's
    } finally {
      this.#keepAlive(false);
    }
  }

  /** Tells somebody of the pool's end, until the function that this returns is called. */
  attend(attendant: Attendant): () => void {
    return this.#attendants.add(attendant);
  }

  /** Whether it takes nothing any more. */
  get isClosed(): boolean {
    return this.#closing !== undefined || this.#underway.isDraining;
  }

  /** How long a job waits for what comes before it, and for the streams behind it. */
  #patienceFor({ signal, deadline, what }: Checked): Patience {
    if (signal || deadline < Infinity) return new Patience(signal, deadline, this.#shutdown, what);
    let patience = this.#patiences.get(what);
    if (!patience) this.#patiences.set(what, (patience = new Patience(undefined, Infinity, this.#shutdown, what)));
    return patience;
  }

  /** Starts a job with what `check` makes of its options, and has `use` tell its caller what comes of it. If any of it fails,
   * what was taken for the job is let go. Many jobs at once pay for each object and each function that is made here. */
  #start<G, C extends Checked, T>(
    asked: Asked,
    check: (given: G) => C,
    given: G,
    use: (task: Task, asker: Asker<C, T>) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#begin(new Asker<C, T>(asked, this.#underway, resolve, reject), check, given, use);
    });
  }

  #begin<G, C extends Checked, T>(
    asker: Asker<C, T>,
    check: (given: G) => C,
    given: G,
    use: (task: Task, asker: Asker<C, T>) => void,
  ): void {
    try {
      const checked = (asker.checked = check(given));
      asker.patience = this.#patienceFor(checked);
      asker.stdio = new Stdio(this.#client, checked.stdio, this.#parts.platform);
      const launched = this.#launch(asker);
      if (launched instanceof Promise) useLater(launched, asker, use);
      else use(launched, asker);
    } catch (error) {
      asker.reject(error);
    }
  }

  readonly #finish = (task: Task, asker: Asker<CheckedRun, RunResult>): void =>
    finish(task, asker.stdio, asker.checked.maxOutput, asker.patience, this.#isClosing, asker);

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
        ? this.#attachLater(launched, order.module, stdio)
        : this.#attach(launched, order.module, stdio);
    } catch (error) {
      this.#modules.done(order.module);
      throw error;
    }
  }

  async #attachLater(launched: Promise<Task>, module: number, stdio: Stdio): Promise<Task> {
    try {
      return this.#attach(await launched, module, stdio);
    } catch (error) {
      this.#modules.done(module);
      throw error;
    }
  }

  #attach(task: Task, module: number, stdio: Stdio): Task {
    stdio.attach(task);
    task.onEnd(this.#modules.onEndOf(module));
    return task;
  }

  /** Gets all that a job needs. Its module is kept until it is done. */
  #order(launch: Launch): Order | Promise<Order> {
    const { source, module: compiled, isAccepted, checked, patience } = launch;
    if (!compiled && !isAccepted) this.#refuseIfClosed();
    const module = compiled ?? this.#moduleOf(source, patience);
    if (!(module instanceof Promise) && checked.preopens.length === 0) return this.#orderOf(launch, module);
    return this.#orderLater(launch, module);
  }

  async #orderLater(launch: Launch, found: WebAssembly.Module | Promise<WebAssembly.Module>): Promise<Order> {
    const order = this.#orderOf(launch, await found);
    try {
      const { preopens } = launch.checked;
      return { ...order, preopens: preopens.length > 0 ? await launch.patience.until(this.#attachAll(preopens)) : [] };
    } catch (error) {
      this.#modules.done(order.module);
      throw error;
    }
  }

  #orderOf({ checked: options, stdio, patience, site }: Launch, module: WebAssembly.Module): Order {
    if (typeof options.call === 'object') instances.now!.checkValues(module, options.call);
    const linkage = this.#imports.link(module, options.imports);
    this.#serving.expect(options.host.size + linkage.served.size);
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
  #attachAll(preopens: readonly CheckedPreopen[]): Promise<Order['preopens']> {
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
    if (this.#isOver) return; // a thread may fail more than once, and after it was ended
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
    if (this.#isOver) return; // the coordinator died while the pool closed
    this.#isOver = true;
    this.#client.flush(); // what has ended by itself until now has
    this.#shutdown.end(error); // first, so that a reaction which submits again is refused
    this.#launcher.failAll(error);
    this.#attendants.end(() => error('the plugin'));
    this.#serving.stop();
    this.#files.shut();
    endParts(this.#parts);
    this.#counts = { workers: 0, lost: this.#counts.lost };
  }
}
