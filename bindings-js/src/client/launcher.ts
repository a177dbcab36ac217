/** Starting jobs: opens their pipes and submits them, in the order they came, waiting while the pool is full. */
import { errorOfStatus, type JobError } from '../shared/errors.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { CallSite } from './callsite.js';
import {
  type Client,
  EAGAIN,
  type ExportCall,
  type Fd,
  type JobHandle,
  type Stdio,
  type VolumePreopen,
} from './client.js';
import type { Directory } from './directory.js';
import type { Checked } from './options.js';
import { after, type Patience } from './patience.js';
import { Task } from './task.js';

/** Which of stdin, stdout and stderr are pipes. */
export type Piped = readonly [boolean, boolean, boolean];

/** What one job takes. */
export interface Order {
  readonly module: number;
  /** `undefined`: the guest runs as a command. */
  readonly call: ExportCall | undefined;
  readonly options: Checked;
  /** Their directories too, because one that is garbage gives its volume back. */
  readonly preopens: readonly (VolumePreopen & { readonly directory: Directory })[];
  readonly piped: Piped;
  /** How long it waits for a place. */
  readonly patience: Patience;
  /** Where it was asked for. */
  readonly site: CallSite;
}

/** If for so long nothing became free, and no job runs that could free something, nothing ever will by itself. */
const STUCK_MS = 10_000;

/** Timers come a little early by the other clock. */
const TIMER_SLACK_MS = 10;

export class Launcher {
  readonly #client: Client;
  readonly #live = new Map<JobHandle, Task>();
  /** Whose turn is next, in the order they came. */
  readonly #waiting = new Set<() => void>();
  readonly #onBusy: (busy: boolean) => void;
  #shut = false;
  #lacksPipes = false;
  /** When something became free for the last time. */
  #progress = 0;

  /** `onBusy` is told when the first job comes and when the last has settled. */
  constructor(client: Client, onBusy: (busy: boolean) => void) {
    this.#client = client;
    this.#onBusy = onBusy;
    // That memory is there is no reason to try again for want of a pipe: those that a try gives back would wake it.
    client.onBlocks(() => this.#lacksPipes || this.#wakeNext());
    client.onRoom(() => this.#onProgress());
  }

  /** How many jobs are submitted and not settled. */
  get size(): number {
    return this.#live.size;
  }

  /** The job of a handle, if it has not settled. */
  taskOf(job: JobHandle): Task | undefined {
    return this.#live.get(job);
  }

  /** Submits a job as soon as the pool has room for it. Rejects with what it lacks (POOL_ENFILE, POOL_EAGAIN) if that is
   * held by the page alone. */
  async launch(order: Order): Promise<Task> {
    const begin = performance.now();
    try {
      if (this.#waiting.size > 0) await this.#turn(order);
      for (;;) {
        if (this.#shut) await order.patience.until(new Promise<never>(() => undefined));
        order.patience.check();
        const task = this.#try(order);
        if (typeof task !== 'number') return task;
        this.#lacksPipes = task === errorCodes.POOL_ENFILE;
        await this.#turn(order);
        const stuckMs = performance.now() - Math.max(begin, this.#progress);
        if (stuckMs >= STUCK_MS && this.#live.size === 0) throw errorOfStatus(task);
      }
    } finally {
      this.#wakeNext(); // there may be room for one more, or the turn was not needed
    }
  }

  /** Cancels every job, and lets no other begin: those that wait do so until the pool has ended. */
  shut(reason: unknown): void {
    this.#shut = true;
    for (const task of [...this.#live.values()]) task.cancel(reason);
  }

  /** Ends every job with an error of its own: the pool is gone. */
  failAll(error: () => JobError): void {
    for (const task of [...this.#live.values()]) task.fail(error());
  }

  /** Waits for something to become free, and no longer than the job is wanted, or until it seems stuck. */
  #turn({ patience }: Order): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        forget.forEach((each) => each());
        this.#waiting.delete(wake);
        resolve();
      };
      const forget = [patience.onEnd(wake), after(STUCK_MS + TIMER_SLACK_MS, wake)];
      this.#waiting.add(wake);
    });
  }

  #onProgress(): void {
    if (this.#waiting.size === 0) return;
    this.#progress = performance.now();
    this.#wakeNext();
  }

  #wakeNext(): void {
    for (const turn of this.#waiting) return turn();
  }

  /** One try; a status: the pool is full. */
  #try({ module, call, options, preopens, piped, site }: Order): Task | number {
    const pipes = this.#openPipes(piped, options.pipeCapacity);
    if (!pipes) return errorCodes.POOL_ENFILE;
    const { theirs, ours } = pipes;
    try {
      const { args, env, priority, maxCalls, maxMemoryMiB, terminal } = options;
      const stdio = [stdioOf(theirs[0]), stdioOf(theirs[1]), stdioOf(theirs[2])] as const;
      const limits = { timeoutMs: timeoutMsOf(options), maxCalls, maxMemoryMiB, tty: terminal !== undefined };
      const job = this.#client.submit({ module, call, stdio, args, env, preopens, priority, ...limits });
      if (job > 0) {
        return this.#add(new Task(this.#client, job, ours, options, site, (settled) => this.#onSettled(settled)));
      }
      if (job !== EAGAIN) throw errorOfStatus(job);
    } catch (error) {
      this.#closeAll([...theirs, ...ours]);
      throw error;
    }
    this.#closeAll([...theirs, ...ours]);
    return EAGAIN;
  }

  #openPipes(piped: Piped, capacity: number): { theirs: [Fd, Fd, Fd]; ours: [Fd, Fd, Fd] } | undefined {
    const theirs: [Fd, Fd, Fd] = [0, 0, 0];
    const ours: [Fd, Fd, Fd] = [0, 0, 0];
    for (const [i, wanted] of piped.entries()) {
      if (!wanted) continue;
      const pipe = this.#client.pipe(capacity);
      if (typeof pipe === 'number') {
        this.#closeAll([...theirs, ...ours]);
        if (pipe === errorCodes.POOL_ENFILE) return undefined;
        throw errorOfStatus(pipe);
      }
      const [reads, writes] = pipe;
      [theirs[i], ours[i]] = i === 0 ? [reads, writes] : [writes, reads];
    }
    return { theirs, ours };
  }

  #closeAll(fds: readonly Fd[]): void {
    for (const fd of fds) if (fd) this.#client.close(fd);
  }

  #add(task: Task): Task {
    if (this.#live.size === 0) this.#onBusy(true);
    this.#live.set(task.handle, task);
    return task;
  }

  #onSettled(task: Task): void {
    this.#live.delete(task.handle);
    if (this.#live.size === 0) this.#onBusy(false);
    this.#onProgress();
  }
}

function stdioOf(fd: Fd): Stdio {
  return { kind: fd ? layout.POOL_STDIO_PIPE : layout.POOL_STDIO_NULL, fd };
}

/** What is left of a job's time, as C takes it: 0 for ever. */
function timeoutMsOf({ deadline }: Checked): number {
  return deadline === Infinity ? 0 : Math.max(1, Math.ceil(deadline - performance.now()));
}
