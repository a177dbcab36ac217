/** Starting jobs: opens their pipes and submits them, in the order they came, waiting while the pool is full. */
import { errorOfStatus, type JobError } from '../shared/errors.js';
import { Fifo } from '../shared/fifo.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { CallSite } from './callsite.js';
import {
  type Called,
  type Client,
  EAGAIN,
  type Fd,
  type JobHandle,
  type Submission,
  type VolumePreopen,
} from './client.js';
import type { Directory } from './directory.js';
import type { Linkage } from './import-list.js';
import type { ModuleSource } from './modules.js';
import type { Checked } from './options.js';
import type { Patience } from './patience.js';
import { RingBudget } from './ring-budget.js';
import type { Stdio } from './stdio.js';
import { Task } from './task.js';
import { Turns } from './turns.js';
import { WANT_PIPE, WANT_PREVIOUS, type Wants } from './wants.js';

/** What one job takes. */
export interface Order {
  readonly module: number;
  readonly call: Called;
  readonly options: Checked;
  /** Their directories too, because one that is garbage gives its volume back. */
  readonly preopens: readonly (VolumePreopen & { readonly directory: Directory })[];
  readonly linkage: Linkage;
  readonly wants: Wants;
  /** How long it waits for a place. */
  readonly patience: Patience;
  /** Where it was asked for. */
  readonly site: CallSite;
}

/** What a pool makes an order of. */
export interface Launch {
  readonly source: ModuleSource;
  /** The source's, if it was compiled already. */
  readonly module?: WebAssembly.Module | undefined;
  /** The pool has taken it already, and may be closing by now. */
  readonly isAccepted?: boolean | undefined;
  readonly checked: Checked;
  readonly stdio: Stdio;
  readonly patience: Patience;
  readonly site: CallSite;
}

/** If for so long nothing became free, and no job runs that could free something, nothing ever will by itself. */
const STUCK_MS = 10_000;

/** Timers come a little early by the other clock. */
const TIMER_SLACK_MS = 10;

export class Launcher {
  readonly #client: Client;
  readonly #live = new Fifo<Task>();
  /** The same by their places in the pool. */
  readonly #places: (Task | undefined)[] = [];
  readonly #waiting = new Turns();
  readonly #onBusy: (busy: boolean) => void;
  #shut = false;
  #lacksPipes = false;
  #rings: RingBudget | undefined;
  /** When something became free for the last time. */
  #progress = 0;

  /** `onBusy` is told when the first job comes and when the last has settled. */
  constructor(client: Client, onBusy: (busy: boolean) => void) {
    this.#client = client;
    this.#onBusy = onBusy;
    // That memory is there is no reason to try again for want of a pipe: those that a try gives back would wake it.
    client.onBlocks(() => this.#lacksPipes || this.#waiting.wakeFirst());
    client.onRoom(() => this.#onProgress());
  }

  /** How many jobs are submitted and not settled. */
  get size(): number {
    return this.#live.size;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The job of a handle, if it has not settled. */
  taskOf(job: JobHandle): Task | undefined {
    const task = this.#places[placeOf(job)];
    return task?.handle === job ? task : undefined;
  }

  /** Submits a job as soon as the pool has room for it. Rejects with what it lacks (POOL_ENFILE, POOL_EAGAIN,
   * POOL_ENOMEM) if that is held by the page alone, or by files. */
  launch(order: Order): Task | Promise<Task> {
    if (this.#waiting.size === 0 && !this.#shut) {
      order.patience.check();
      const task = this.#tryOne(order);
      if (typeof task !== 'number') return task;
    }
    return this.#whenRoom(order.patience, () => this.#tryOne(order));
  }

  /** Submits several that belong together, one right behind the other, so that those which begin wait for none that is far
   * behind in the queue. None takes a place before there is one for each. If it rejects, those that have begun are
   * cancelled. */
  async launchAll(orders: readonly Order[], patience: Patience): Promise<Task[]> {
    const tasks: Task[] = [];
    try {
      return await this.#whenRoom(patience, () => this.#tryAll(orders, tasks));
    } catch (error) {
      for (const [i, task] of tasks.entries()) this.#giveUp(task, error, i < tasks.length - 1);
      throw error;
    }
  }

  /** Cancels a job whose group did not come about, and closes what it wrote into: nobody reads it. */
  #giveUp(task: Task, error: unknown, isPassedOn: boolean): void {
    task.cancel(error);
    const ours = task.ends.filter((fd, i) => fd && !(i === 1 && isPassedOn));
    for (const fd of ours) this.#client.release(fd);
  }

  /** What an attempt gives; a status: it lacks something. Nobody who came later has an attempt before: a group of which some
   * are submitted is one behind the other. */
  async #whenRoom<T extends object>(patience: Patience, attempt: () => T | number): Promise<T> {
    const begin = performance.now();
    const turn = this.#waiting.join();
    try {
      for (;;) {
        if (this.#shut) await patience.until(new Promise<never>(() => undefined));
        patience.check();
        const made = this.#waiting.isFirst(turn) ? attempt() : undefined;
        if (typeof made === 'object') return made;
        if (made !== undefined) this.#checkProgress(begin, made);
        await this.#waiting.sleep(turn, patience, made === undefined ? Infinity : STUCK_MS + TIMER_SLACK_MS);
      }
    } finally {
      this.#waiting.leave(turn); // there may be room for one more, or the turn was not needed
    }
  }

  /** Throws what is lacking, if nothing has become free for long and no job could free it. */
  #checkProgress(begin: number, lacking: number): void {
    const stuckMs = performance.now() - Math.max(begin, this.#progress);
    if (stuckMs >= STUCK_MS && this.#live.size === 0) throw errorOfStatus(lacking);
    this.#lacksPipes = lacking === errorCodes.POOL_ENFILE;
  }

  /** Cancels every job, and lets no other begin: those that wait do so until the pool has ended. */
  shut(reason: unknown): void {
    this.#shut = true;
    for (const task of this.#live) task.cancel(reason);
  }

  /** Ends every job with an error of its own: the pool is gone. */
  failAll(error: (what: string) => JobError): void {
    for (const task of this.#live) task.fail(error(task.what));
  }

  #onProgress(): void {
    if (this.#waiting.size === 0) return;
    this.#progress = performance.now();
    this.#waiting.wakeFirst();
  }

  /** One try for all that are not in `tasks` yet. */
  #tryAll(orders: readonly Order[], tasks: Task[]): Task[] | number {
    const lack = tasks.length === 0 ? this.#lackOf(orders) : 0;
    if (lack) return lack;
    for (const order of orders.slice(tasks.length)) {
      const [stdin, stdout, stderr] = order.wants;
      const from = stdin === WANT_PREVIOUS ? tasks.at(-1)!.ends[1] : stdin;
      const task = this.#try({ ...order, wants: [from, stdout, stderr] });
      if (typeof task === 'number') return task;
      tasks.push(task);
    }
    return tasks;
  }

  /** The status of a pool that has no room for so many jobs with all their pipes; 0: it has. */
  #lackOf(orders: readonly Order[]): number {
    const { places, pipes } = this.#client.uses();
    if (places.limit - places.used < orders.length) return EAGAIN;
    return this.#lackOfRings(orders) || (pipes.limit - pipes.used < 3 * orders.length ? errorCodes.POOL_ENFILE : 0);
  }

  /** If nothing runs that could give memory back, files have it. */
  #lackOfRings(orders: readonly Order[]): number {
    this.#rings ??= new RingBudget(this.#client, this.#client.uses().memory.limit, this.#client.maxWorkers);
    if (this.#rings.hasFor(orders)) return 0;
    return this.#live.size === 0 ? errorCodes.POOL_ENOMEM : EAGAIN;
  }

  /** One try for a job that belongs to no others. */
  #tryOne(order: Order): Task | number {
    return this.#lackOfRings([order]) || this.#try(order);
  }

  /** One try; a status: the pool is full. */
  #try(order: Order): Task | number {
    const { options, wants } = order;
    const theirs: [Fd, Fd, Fd] = [0, 0, 0];
    const ours: [Fd, Fd, Fd] = [0, 0, 0];
    if (!this.#openPipes(wants, options.pipeCapacity, theirs, ours)) return errorCodes.POOL_ENFILE;
    try {
      const job = this.#client.submit(submissionOf(order, theirs));
      if (job > 0) {
        this.#rings?.add(job, order);
        return this.#add(new Task(this.#client, job, ours, order, this.#onSettled));
      }
      if (job !== EAGAIN) throw errorOfStatus(job);
    } catch (error) {
      this.#closeOpened(wants, theirs, ours);
      throw error;
    }
    this.#closeOpened(wants, theirs, ours);
    return EAGAIN;
  }

  /** Fills in the ends. False: there are no more pipes, and none is open. */
  #openPipes(wants: Wants, capacity: number, theirs: [Fd, Fd, Fd], ours: [Fd, Fd, Fd]): boolean {
    for (let i = 0; i < wants.length; i++) {
      const want = wants[i]!;
      if (want !== WANT_PIPE) {
        theirs[i] = want; // an end, or none
        continue;
      }
      const pipe = this.#client.pipe(capacity);
      if (typeof pipe === 'number') {
        this.#closeOpened(wants, theirs, ours);
        if (pipe === errorCodes.POOL_ENFILE) return false;
        throw errorOfStatus(pipe);
      }
      theirs[i] = pipe[i === 0 ? 0 : 1];
      ours[i] = pipe[i === 0 ? 1 : 0];
    }
    return true;
  }

  /** Closes both ends of each pipe that was opened for a job; ends that were given stay whose they are. */
  #closeOpened(wants: Wants, theirs: readonly Fd[], ours: readonly Fd[]): void {
    const opened = [...theirs, ...ours].filter((fd, i) => fd && wants[i % 3] === WANT_PIPE);
    for (const fd of opened) this.#client.close(fd);
  }

  #add(task: Task): Task {
    if (this.#live.size === 0) this.#onBusy(true);
    this.#live.push(task);
    this.#places[placeOf(task.handle)] = task;
    return task;
  }

  readonly #onSettled = (task: Task): void => {
    this.#live.delete(task);
    const place = placeOf(task.handle);
    if (this.#places[place] === task) this.#places[place] = undefined; // another may have it already
    this.#rings?.delete(task.handle);
    if (this.#live.size === 0) this.#onBusy(false);
    this.#onProgress();
  };
}

function placeOf(job: JobHandle): number {
  return job & layout.HANDLE_JOB_MASK;
}

function submissionOf({ module, call, options, preopens, linkage }: Order, stdio: Submission['stdio']): Submission {
  const { args, env, priority, maxCalls, maxMemoryMiB, terminal } = options;
  return {
    module,
    call,
    stdio,
    args,
    env,
    preopens,
    timeoutMs: timeoutMsOf(options),
    priority,
    maxCalls,
    maxMemoryMiB,
    tty: terminal !== undefined,
    imports: linkage.id,
    traps: options.imports.trap,
  };
}

/** What is left of a job's time, as C takes it: 0 for ever. */
function timeoutMsOf({ deadline }: Checked): number {
  return deadline === Infinity ? 0 : Math.max(1, Math.ceil(deadline - performance.now()));
}
