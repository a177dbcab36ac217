/** What a caller may say about a job, and its translation into what C takes. */
import { Directory } from './directory.js';
import { PoolError } from './errors.js';
import { layout } from './layout.gen.js';
import { wholeNumber } from './whole-number.js';

/** Which of the jobs that wait for a worker begins first. */
export type Priority = 'high' | 'normal' | 'low';

/** A directory that a guest is given. */
export interface Preopen {
  readonly directory: Directory;
  /** The guest can change nothing in it: EROFS. (default: false) */
  readonly readOnly?: boolean;
}

/** Options of every job. */
export interface JobOptions {
  /** Arguments, without the program's name. (default: none) */
  args?: readonly string[];
  /** What the program finds as its own name, `argv[0]`. (default: "guest") */
  name?: string;
  /** The environment: the guest sees these variables and no others. (default: none) */
  env?: Readonly<Record<string, string>>;
  /** The directories that it sees, each by the path that it knows it as; it sees no other files. 16 at
   * most. (default: none) */
  preopens?: Readonly<Record<string, Directory | Preopen>>;
  /** Ends the job when aborted: it rejects with a `CancelledError` whose `cause` is the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds from now until the job ends as timed out; compiling and waiting for a place count. (default: none) */
  timeoutMs?: number;
  /** "high" begins before all others that wait for a worker, "low" only when no other does. (default: "normal") */
  priority?: Priority;
  /** Bytes that each of its pipes holds before the writer waits; rounded up to a power of two, 1 MiB at most.
   * (default: 256 KiB) */
  pipeCapacity?: number;
}

/** Options of `pool.run`. */
export interface RunOptions extends JobOptions {
  /** What the guest reads from its stdin. A stream is read only as fast as the guest reads. (default: end of file) */
  stdin?: string | BufferSource | Blob | ReadableStream<Uint8Array> | null;
  /** Bytes of stdout, and of stderr, that are kept. A guest that writes more is ended, and the call rejects with an
   * `OutputLimitError`. (default: 64 MiB) */
  maxOutput?: number;
}

/** Options of `pool.spawn`, as of `Deno.Command`. */
export interface SpawnOptions extends JobOptions {
  /** "piped": a stream of the job; "null": at end of file. (default: "piped") */
  stdin?: 'piped' | 'null';
  /** "piped": a stream of the job, and the guest waits when nobody reads it; "null": discarded. (default: "piped") */
  stdout?: 'piped' | 'null';
  stderr?: 'piped' | 'null';
}

/** A directory, and the path that a guest knows it as. */
export interface CheckedPreopen {
  readonly path: string;
  readonly directory: Directory;
  readonly readOnly: boolean;
}

/** Checked options. */
export interface Checked {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly preopens: readonly CheckedPreopen[];
  /** When the job must have ended, by `performance.now()`; Infinity: never. */
  readonly deadline: number;
  readonly pipeCapacity: number;
  /** `enum pool_priority`. */
  readonly priority: number;
}

const priorities: Readonly<Record<string, number>> = {
  normal: layout.POOL_PRIORITY_NORMAL,
  high: layout.POOL_PRIORITY_HIGH,
  low: layout.POOL_PRIORITY_LOW,
};

const UINT32_MAX = 0xffff_ffff;

const DEFAULT_MAX_OUTPUT = 64 << 20;

/** How much output a run keeps. */
export function maxOutputOf(options: RunOptions): number {
  return wholeNumber('maxOutput', options.maxOutput, Number.MAX_SAFE_INTEGER) || DEFAULT_MAX_OUTPUT;
}

/** Checks what a caller gave: throws POOL_EINVAL naming what is wrong. */
export function checkOptions(options: JobOptions): Checked {
  const args = [options.name ?? 'guest', ...(options.args ?? [])].map(String);
  const env = Object.entries(options.env ?? {}).map(([name, value]) => variable(name, value));
  const preopens = Object.entries(options.preopens ?? {}).map(([path, given]) => preopen(path, given));
  if (preopens.length > layout.POOL_PREOPENS_MAX) throw invalid(`preopens are ${layout.POOL_PREOPENS_MAX} at most`);
  const bad = [...args, ...env].find((text) => text.includes('\0'));
  if (bad !== undefined) throw invalid(`an argument or variable contains a NUL: ${JSON.stringify(bad)}`);
  return {
    args,
    env,
    preopens,
    deadline: performance.now() + (wholeNumber('timeoutMs', options.timeoutMs, UINT32_MAX) || Infinity),
    priority: priorityOf(options.priority ?? 'normal'),
    pipeCapacity: wholeNumber('pipeCapacity', options.pipeCapacity, layout.POOL_PIPE_MAX_BYTES),
  };
}

function priorityOf(name: string): number {
  const priority = Object.hasOwn(priorities, name) ? priorities[name] : undefined;
  if (priority === undefined) throw invalid(`${JSON.stringify(name)} is no priority: it is "high", "normal" or "low"`);
  return priority;
}

function preopen(path: string, given: Directory | Preopen): CheckedPreopen {
  const { directory, readOnly = false } = given instanceof Directory ? { directory: given } : given;
  if (path === '' || path.includes('\0')) throw invalid(`${JSON.stringify(path)} cannot be the path of a directory`);
  if (!(directory instanceof Directory)) throw invalid(`what is given as ${JSON.stringify(path)} is no Directory`);
  return { path, directory, readOnly };
}

function variable(name: string, value: string): string {
  if (name === '' || name.includes('=')) throw invalid(`${JSON.stringify(name)} cannot be the name of a variable`);
  return `${name}=${value}`;
}

function invalid(message: string): PoolError {
  return new PoolError('POOL_EINVAL', message);
}
