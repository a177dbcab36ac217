/** The jobs of a pool whose guests run in cells: what the main thread knows of each, and the calls of their guests. The client's
 * pipes end here: what a guest shall read or write is carried from and to its cell. */
import type { CellJob } from '../shared/cell-protocol.js';
import type { Client, Fd, JobHandle, Submission } from '../client/client.js';
import type { Ends } from '../client/pump.js';
import type { Carrier } from './carrier.js';

/** A job that was submitted, and has not ended. */
export interface FarJob {
  readonly submission: Submission;
  /** The ends of its pipes, 0 where there is none, until they are carried. */
  readonly ends: readonly [Fd, Fd, Fd];
  /** Once it runs. */
  carrier: Carrier | undefined;
  /** Lets its directories go. */
  readonly letGo: () => void;
  /** Called when it was cancelled, before anything else that its guest may hear of. */
  onCancel: () => void;
}

export class FarJobs {
  /** By their ends, how much pipes hold, and their other ends. */
  readonly pipes = new Map<Fd, { readonly capacity: number; readonly peer: Fd }>();
  /** Whose guests wait. */
  readonly resting = new Set<JobHandle>();
  /** What was carried went through this thread, too, and is no caller's. */
  readonly bytes = { in: 0, out: 0 };
  /** By the ends that are carried, what looks at them. */
  readonly carried = new Map<Fd, () => void>();
  readonly #jobs = new Map<JobHandle, FarJob>();
  readonly #hold: (volumes: readonly number[]) => () => void;

  /** `hold` keeps directories for a job, until what it returns is called. */
  constructor(hold: (volumes: readonly number[]) => () => void) {
    this.#hold = hold;
  }

  add(job: JobHandle, submission: Submission): void {
    const letGo = this.#hold(submission.preopens.map(({ volume }) => volume));
    this.#jobs.set(job, { submission, ends: submission.stdio, letGo, carrier: undefined, onCancel: () => undefined });
  }

  get(job: JobHandle): FarJob | undefined {
    return this.#jobs.get(job);
  }

  /** The client's ends, for who carries. */
  endsOf(client: Client): Ends {
    return {
      peek: (fd) => client.peek(fd),
      consume: (fd, size) => {
        client.consume(fd, size);
        this.bytes.out += size;
      },
      write: (fd, bytes, offset) => {
        const n = client.write(fd, bytes, offset);
        if (n > 0) this.bytes.in += n;
        return n;
      },
      onMove: (fd, listener) => client.onMove(fd, listener),
      ready: (fd, first) => client.ready(fd, first),
      isAbandoned: (fd) => client.isAbandoned(fd),
      release: (fd) => client.release(fd),
      abort: (fd) => client.abort(fd),
    };
  }

  /** Something was done with an end. What it means for its other end goes out at once, and so in order with all else that a
   * cell is told. */
  onMove(fd: Fd): void {
    const pipe = this.pipes.get(fd);
    if (pipe) this.carried.get(pipe.peer)?.();
  }

  onClose(fd: Fd): void {
    this.onMove(fd);
    this.pipes.delete(fd);
    this.carried.delete(fd);
  }

  /** A job has ended: its ends are closed, whether it has run or not. */
  end(job: JobHandle, client: Pick<Client, 'release'>): void {
    const far = this.#jobs.get(job);
    if (!far) return;
    this.#jobs.delete(job);
    this.resting.delete(job);
    far.letGo();
    if (far.carrier) return far.carrier.stop();
    for (const fd of far.ends) if (fd) client.release(fd);
  }
}

/** What a cell is told of a job. */
export function cellJobOf(
  { submission, ends }: FarJob,
  { pipes }: FarJobs,
  remoteOf: (volume: number) => number,
): CellJob {
  const { module, call, args, env, maxCalls, maxMemoryMiB, tty, imports, traps } = submission;
  const preopens = submission.preopens.map(({ path, volume, readOnly }) => ({
    path,
    volume: remoteOf(volume),
    readOnly,
  }));
  const streams = ends.map((fd) => (fd ? { capacity: pipes.get(fd)?.capacity ?? 0 } : undefined));
  return { module, call, streams, args, env, preopens, maxCalls, maxMemoryMiB, tty, imports, traps };
}
