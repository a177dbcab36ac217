/** What a job's stdin, stdout and stderr are connected with: what callers may say, and doing it. */
import { isWritableStream, read } from '../shared/brand.js';
import { PoolError } from '../shared/errors.js';
import { fields, flag, invalid, type Names, refusal, show } from '../shared/gate.js';
import type { Platform } from '../platform/platform.js';
import type { Client, Fd } from './client.js';
import { Collector, type Shortage } from './collector.js';
import { inputOf } from './input.js';
import { OutputStream } from './output.js';
import type { Patience } from './patience.js';
import { Sink, type StreamTarget, type Target } from './sink.js';
import { openSource, type Source } from './source.js';
import { feed, Inlet, InletStream, Outlet } from './streams.js';
import type { JobStatus, Task } from './task.js';
import { type Want, WANT_NULL, WANT_PIPE, WANT_PREVIOUS, type Wants } from './wants.js';

/** What stdout and stderr can be connected with. `'pipe'`, or `'piped'` as Deno has it: the result of `run`, or a stream of the
 * job that `spawn` gives. `'null'`: discarded. `'inherit'`: this program's own, `process.stdout` and `process.stderr` in Node, and in browsers the
 * console, line by line. A `WritableStream`: it gets all, as by `pipeTo`; if it fails, the job is cancelled with that as the
 * `cause`; the `writable` of a pipe, or another job's `stdin`, is given to the guest, and the bytes do not pass this thread. */
export type OutputTarget = 'pipe' | 'piped' | 'null' | 'inherit' | WritableStream<Uint8Array> | StreamTarget;

/** Of stdin, checked. `'previous'`: the stdout of the stage before, in a pipeline. */
export type From = 'pipe' | 'null' | 'previous' | Uint8Array | ReadableStream<Uint8Array> | OutputStream;

/** Of stdout and stderr, checked. `'next'`: the stdin of the stage behind, in a pipeline. */
export type To = 'pipe' | 'null' | 'next' | 'inherit' | InletStream | Target;

export type CheckedStdio = readonly [stdin: From, stdout: To, stderr: To];

const targetNames: Names<StreamTarget> = { stream: true, preventClose: true, preventAbort: true };
const TARGETS = '"pipe", "null", "inherit", a WritableStream, or { stream, preventClose, preventAbort }';

/** What `run` is given as stdin: a string is always its text. */
export function fromOf(name: string, given: unknown): From {
  return OutputStream.is(given) ? given : (inputOf(name, given) ?? 'null');
}

/** What `spawn` is given: some strings have a meaning of their own. */
export function spawnFromOf(given: unknown = 'pipe'): From {
  if (given === 'pipe' || given === 'piped') return 'pipe';
  return given === 'null' ? given : fromOf('stdin', given);
}

export function toOf(name: string, given: unknown = 'pipe'): To {
  if (given === 'pipe' || given === 'piped') return 'pipe';
  if (given === 'null' || given === 'inherit') return given;
  if (InletStream.is(given)) return given;
  if (isWritableStream(given)) return targetOf(name, given, false, false);
  const node = typeof read(given, 'write') === 'function' && typeof read(given, 'end') === 'function';
  if (node) throw refusal(name, given, TARGETS, 'convert it with Writable.toWeb');
  if (!isWritableStream(read(given, 'stream'))) throw refusal(name, given, TARGETS);
  const { stream, preventClose, preventAbort } = fields<StreamTarget>(name, given, targetNames, `${name}.`);
  const [keepsOpen, keepsWhole] = [
    flag(`${name}.preventClose`, preventClose, false),
    flag(`${name}.preventAbort`, preventAbort, false),
  ];
  // A guest that is given an end closes it.
  if (InletStream.is(stream) && !keepsOpen && !keepsWhole) return stream;
  return targetOf(name, stream as WritableStream<unknown>, keepsOpen, keepsWhole);
}

function targetOf(name: string, given: WritableStream<unknown>, preventClose: boolean, preventAbort: boolean): Target {
  if (given.locked) throw invalid(`${name} must be a stream that nobody writes, and is one that is locked`);
  return { stream: given, preventClose, preventAbort };
}

const names = ['stdin', 'stdout', 'stderr'] as const;

/** Of the jobs that read nothing and whose outputs are read here, which are many: they share it. */
const plain = {
  sinks: [undefined, undefined],
  isOurs: [false, true, true],
  wants: [WANT_NULL, WANT_PIPE, WANT_PIPE],
} as const;

/** Throws if something cannot be connected in this pool, before anything is. */
function checkEnds(client: Client, stdio: CheckedStdio): void {
  for (let i = 0; i < names.length; i++) {
    const end = stdio[i]!;
    if (typeof end === 'string') continue;
    const obstacle = OutputStream.is(end) || InletStream.is(end) ? end.obstacle(client) : undefined;
    if (obstacle) throw invalid(`${names[i]} must be ${obstacle}`);
  }
  const [stdout, stderr] = [streamOf(stdio[1]), streamOf(stdio[2])];
  if (!stdout || stdout !== stderr) return;
  throw invalid(`stdout and stderr must be two streams, and are the same ${show(stdout)}`);
}

function streamOf(to: To): WritableStream<Uint8Array> | undefined {
  if (typeof to === 'string') return undefined;
  return InletStream.is(to) ? to : to.stream;
}

export class Stdio {
  /** For the launcher. */
  readonly wants: Wants;
  readonly #client: Client;
  readonly #source: Source | undefined;
  /** Of stdout and stderr, those that are poured into a stream. */
  readonly #sinks: readonly [Sink | undefined, Sink | undefined];
  readonly #isOurs: readonly [stdin: boolean, stdout: boolean, stderr: boolean];
  #task: Task | undefined;
  #poured: Promise<unknown> | undefined;

  /** Takes what was given: nobody else can use it from now on. Throws POOL_EINVAL if any of it cannot be taken; then nothing
   * is. */
  constructor(client: Client, stdio: CheckedStdio, platform: Platform) {
    checkEnds(client, stdio);
    const [stdin, stdout, stderr] = stdio;
    const isPlain = stdin === 'null' && stdout === 'pipe' && stderr === 'pipe';
    this.#sinks = isPlain ? plain.sinks : [sinkOf(stdout, 1, platform), sinkOf(stderr, 2, platform)];
    const taken = OutputStream.is(stdin) ? stdin.take() : stdin;
    this.#client = client;
    this.#source = typeof taken === 'object' ? openSource(taken) : undefined;
    this.#isOurs = isPlain ? plain.isOurs : [taken === 'pipe', stdout === 'pipe', stderr === 'pipe'];
    this.wants = isPlain
      ? plain.wants
      : [typeof taken === 'number' ? taken : wantOfInput(taken), wantOf(stdout), wantOf(stderr)];
  }

  /** Begins to move bytes. */
  attach(task: Task): void {
    this.#task = task;
    if (this.#source) feedTask(this.#client, task, this.#source);
    if (!this.#sinks[0] && !this.#sinks[1]) return;
    const pours = this.#sinks.flatMap((sink, i) => (sink ? [this.#pour(sink, task, i + 1)] : []));
    this.#poured = Promise.all(pours);
    this.#poured.catch(() => undefined); // `ended` tells
  }

  #pour(sink: Sink, task: Task, index: number): Promise<void> {
    const outlet = new Outlet(this.#client, task.ends[index]!);
    task.onEnd(() => outlet.onJobEnd()); // a stream that is slow keeps no pipe from others
    return sink.pour(outlet, task);
  }

  /** The end that its caller has of stdin, or none. */
  inlet(): Inlet {
    return new Inlet(this.#client, this.#isOurs[0] ? this.#task!.ends[0] : 0);
  }

  /** The same of stdout (1) or stderr (2). */
  outlet(index: 1 | 2): Outlet {
    return new Outlet(this.#client, this.#outputOf(index));
  }

  /** The same, to be collected. */
  collect(index: 1 | 2, limit: number, shortage: Shortage): Collector {
    return new Collector(this.#client, this.#outputOf(index), limit, shortage);
  }

  #outputOf(index: 1 | 2): Fd {
    return this.#isOurs[index] ? this.#task!.ends[index] : 0;
  }

  /** Whether streams of the caller's take what it writes. */
  get isPouring(): boolean {
    return this.#poured !== undefined;
  }

  /** The job's status once it has exited and the streams have taken all that it wrote. */
  ended(patience: Patience): Promise<JobStatus> {
    const ended = this.#task!.ended();
    return this.#poured ? this.#afterStreams(ended, patience) : ended;
  }

  async #afterStreams(status: Promise<JobStatus>, patience: Patience): Promise<JobStatus> {
    const result = await status;
    try {
      await patience.until(this.#poured!);
    } catch (error) {
      for (const sink of this.#sinks) sink?.abort(error);
      throw error;
    }
    return result;
  }

  /** The job has failed to start: lets go of what was taken for it. Once it has begun, only of the source. */
  cancel(error: unknown): void {
    this.#source?.cancel(error);
    if (this.#task) return;
    for (const sink of this.#sinks) sink?.abort(error);
    for (const want of this.wants) if (want > WANT_PREVIOUS) this.#client.release(want);
  }
}

function wantOfInput(from: Exclude<From, OutputStream>): Want {
  if (from === 'previous') return WANT_PREVIOUS;
  return from === 'null' ? WANT_NULL : WANT_PIPE;
}

function wantOf(to: To): Want {
  if (InletStream.is(to)) return to.take();
  return to === 'null' ? WANT_NULL : WANT_PIPE;
}

function sinkOf(to: To, fd: 1 | 2, platform: Platform): Sink | undefined {
  if (to === 'inherit') return new Sink({ stream: platform.inherit(fd), preventClose: false, preventAbort: false });
  return typeof to === 'string' || InletStream.is(to) ? undefined : new Sink(to);
}

/** The guest need not read its input; a source that fails fails the job. */
function feedTask(client: Client, task: Task, source: Source): void {
  const inlet = new Inlet(client, task.ends[0]);
  task.onEnd((error) => {
    inlet.close();
    source.cancel(error ?? new PoolError('POOL_EPIPE', 'the guest has exited'));
  });
  void feed(inlet, source, (error) => task.failInput(error, inlet));
}
