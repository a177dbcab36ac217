/** The jobs of a pool whose guests run in cells: what the main thread knows of each. The client's pipes end here: what a guest
 * shall read or write is carried from and to its cell, but for pipes between guests. */
import type { CellJob } from '../shared/cell-protocol.js';
import type { Client, Fd, JobHandle, Submission } from '../client/client.js';
import type { Ends } from '../client/pump.js';
import type { Bypass } from './bypass.js';
import { connect, type LinkedJob } from './far-links.js';
import type { Landing } from './landing.js';

/** A job that was submitted, and has not ended. */
export interface FarJob extends LinkedJob {
  readonly submission: Submission;
  /** How much its pipes hold. */
  readonly capacities: readonly number[];
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
  /** What was carried went through this thread, too, and is no caller's; less what callers moved beside the pipes. */
  readonly bytes = { in: 0, out: 0 };
  /** By read ends, what has come from cells for them. */
  readonly landings = new Map<Fd, Landing>();
  /** By write ends, what sends to cells what is written there. */
  readonly bypasses = new Map<Fd, Bypass>();
  /** By the ends that are carried, what looks at them. */
  readonly carried = new Map<Fd, () => void>();
  readonly #jobs = new Map<JobHandle, FarJob>();
  /** By ends, the jobs that were given them. */
  readonly #owners = new Map<Fd, { readonly far: FarJob; readonly stream: number }>();
  readonly #hold: (volumes: readonly number[]) => () => void;

  /** `hold` keeps directories for a job, until what it returns is called. */
  constructor(hold: (volumes: readonly number[]) => () => void) {
    this.#hold = hold;
  }

  add(job: JobHandle, submission: Submission, client: Pick<Client, 'release'>): void {
    const letGo = this.#hold(submission.preopens.map(({ volume }) => volume));
    const ends = [...submission.stdio] as [Fd, Fd, Fd];
    const capacities = ends.map((fd) => this.pipes.get(fd)?.capacity ?? 0);
    const place = { carrier: undefined, cell: undefined, isTold: false, onCancel: () => undefined };
    const far: FarJob = { job, submission, ends, capacities, links: [], letGo, ...place };
    this.#jobs.set(job, far);
    for (const [stream, fd] of submission.stdio.entries()) if (fd) this.#own(far, stream, fd, client);
  }

  /** A pipe is linked as soon as both of its ends belong to jobs. */
  #own(far: FarJob, stream: number, fd: Fd, client: Pick<Client, 'release'>): void {
    const own = { far, stream };
    this.#owners.set(fd, own);
    const peer = this.#owners.get(this.pipes.get(fd)?.peer ?? 0);
    if (peer) connect(stream > 0 ? own : peer, stream > 0 ? peer : own, client);
  }

  get all(): Iterable<FarJob> {
    return this.#jobs.values();
  }

  /** A pipe's other end; 0: it is closed. */
  peerOf(fd: Fd): Fd {
    const peer = this.pipes.get(fd)?.peer ?? 0;
    return this.pipes.has(peer) ? peer : 0;
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
      write: (fd, bytes, offset) => client.write(fd, bytes, offset),
      onMove: (fd, listener) => client.onMove(fd, listener),
      onReady: (fd, listener) => client.onReady(fd, listener),
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
    this.landings.delete(fd);
    this.bypasses.delete(fd);
  }

  /** A job has ended: its ends are closed, whether it has run or not. */
  end(job: JobHandle, client: Pick<Client, 'release'>): void {
    const far = this.#jobs.get(job);
    if (!far) return;
    this.#jobs.delete(job);
    this.resting.delete(job);
    far.letGo();
    for (const fd of far.submission.stdio) this.#owners.delete(fd);
    for (const link of far.links) link?.leave();
    for (const [stream, fd] of far.ends.entries()) {
      if (far.carrier) far.carrier.stop(stream);
      else if (fd) client.release(fd);
    }
  }
}

/** What a cell is told of a job. */
export function cellJobOf({ submission, capacities, links }: FarJob, remoteOf: (volume: number) => number): CellJob {
  const { module, call, args, env, maxCalls, maxMemoryMiB, tty, imports, traps } = submission;
  const preopens = submission.preopens.map(({ path, volume, readOnly }) => ({
    path,
    volume: remoteOf(volume),
    readOnly,
  }));
  const streams = submission.stdio.map((fd, i) =>
    fd ? { capacity: capacities[i]!, port: links[i]?.take() } : undefined,
  );
  return { module, call, streams, args, env, preopens, maxCalls, maxMemoryMiB, tty, imports, traps };
}
