/** Starting jobs: opens their pipes and submits them, in the order they came, waiting while the pool is full. */
import { onAbort } from './abort.js';
import { type Client, EAGAIN, type Fd, type Stdio, type VolumePreopen } from './client.js';
import { CancelledError, errorOfStatus, type JobError, TimedOutError } from './errors.js';
import { errorCodes, layout } from './layout.gen.js';
import type { Checked } from './options.js';
import { Task } from './task.js';

/** Which of stdin, stdout and stderr are pipes. */
export type Piped = readonly [boolean, boolean, boolean];

/** What one job takes. */
export interface Order {
  readonly module: number;
  readonly options: Checked;
  readonly preopens: readonly VolumePreopen[];
  readonly piped: Piped;
  readonly signal: AbortSignal | undefined;
}

/** Beyond this, timers of the platform fire at once. */
const TIMER_MAX_MS = 0x7fff_ffff;

export class Launcher {
  readonly #client: Client;
  readonly #live = new Set<Task>();
  /** Whose turn is next, in the order they came. */
  readonly #waiting = new Set<() => void>();
  readonly #onBusy: (busy: boolean) => void;
  #dead: JobError | undefined;

  /** `onBusy` is told when the first job comes and when the last has settled. */
  constructor(client: Client, onBusy: (busy: boolean) => void) {
    this.#client = client;
    this.#onBusy = onBusy;
    client.onBlocks(() => this.#wakeNext());
  }

  /** How many jobs are submitted and not settled. */
  get size(): number {
    return this.#live.size;
  }

  /** Submits a job as soon as the pool has room for it. */
  async launch(order: Order): Promise<Task> {
    try {
      if (this.#waiting.size > 0) await this.#turn(order);
      for (;;) {
        this.#checkStillWanted(order);
        const task = this.#try(order);
        if (task) return task;
        await this.#turn(order);
      }
    } finally {
      this.#wakeNext(); // there may be room for one more, or the turn was not needed
    }
  }

  #checkStillWanted({ signal, options }: Order): void {
    if (this.#dead) throw this.#dead;
    if (signal?.aborted) throw new CancelledError({ cause: signal.reason });
    if (performance.now() >= options.deadline) throw new TimedOutError();
  }

  /** Cancels every job. */
  cancelAll(reason: unknown): void {
    for (const task of [...this.#live]) task.cancel(reason);
  }

  /** Ends every job here, and every later one, with an error: the pool is gone. */
  failAll(error: JobError): void {
    this.#dead ??= error; // first, so that a reaction which submits again is refused
    for (const task of [...this.#live]) task.fail(error);
    while (this.#waiting.size > 0) this.#wakeNext();
  }

  /** Waits for something to become free, and no longer than the job is wanted. */
  #turn({ signal, options }: Order): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        forget();
        this.#waiting.delete(end);
        resolve();
      };
      const ms = Math.min(options.deadline - performance.now(), TIMER_MAX_MS);
      const timer = ms < TIMER_MAX_MS ? setTimeout(end, ms) : undefined;
      const forget = onAbort(signal, end);
      this.#waiting.add(end);
    });
  }

  #wakeNext(): void {
    for (const turn of this.#waiting) return turn();
  }

  /** One try; `undefined`: the pool is full. */
  #try({ module, options, preopens, piped, signal }: Order): Task | undefined {
    const pipes = this.#openPipes(piped, options.pipeCapacity);
    if (!pipes) return undefined;
    const { theirs, ours } = pipes;
    try {
      const { args, env, priority } = options;
      const stdio = [stdioOf(theirs[0]), stdioOf(theirs[1]), stdioOf(theirs[2])] as const;
      const timeoutMs = timeoutMsOf(options);
      const job = this.#client.submit({ module, stdio, args, env, preopens, priority, timeoutMs });
      if (job > 0) return this.#add(new Task(this.#client, job, ours, signal, (settled) => this.#onSettled(settled)));
      if (job !== EAGAIN) throw errorOfStatus(job);
    } catch (error) {
      this.#closeAll([...theirs, ...ours]);
      throw error;
    }
    this.#closeAll([...theirs, ...ours]);
    return undefined;
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
    this.#live.add(task);
    return task;
  }

  #onSettled(task: Task): void {
    this.#live.delete(task);
    if (this.#live.size === 0) this.#onBusy(false);
    this.#wakeNext();
  }
}

function stdioOf(fd: Fd): Stdio {
  return { kind: fd ? layout.POOL_STDIO_PIPE : layout.POOL_STDIO_NULL, fd };
}

/** What is left of a job's time, as C takes it: 0 for ever. */
function timeoutMsOf({ deadline }: Checked): number {
  return deadline === Infinity ? 0 : Math.max(1, Math.ceil(deadline - performance.now()));
}
