/** What a caller may say about a job, and its translation into what C takes. */
import { isPlain, isThenable, read } from '../shared/brand.js';
import type { PoolError } from '../shared/errors.js';
import {
  elementsOf,
  entriesOf,
  entryName,
  fields,
  flag,
  invalid,
  type Names,
  quote,
  refusal,
  text,
  type Unchecked,
} from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { signalOf } from '../shared/signal.js';
import { milliseconds, wholeNumber } from '../shared/whole-number.js';
import type { Called } from './client.js';
import { isAdded } from './directories.js';
import type { Directory } from './directory.js';
import { type Handlers, handlersOf, type Host } from './host.js';
import { type CheckedImports, importHandlersOf, type Imports, importsFromOf, missingImportsOf } from './imports.js';
import type { Input } from './input.js';
import { type CheckedStdio, type From, fromOf, type OutputTarget, spawnFromOf, toOf } from './stdio.js';
import { sizeNames, type Terminal, terminalOf, type TerminalSize, withSize } from './terminal.js';
import {
  type CallValue,
  type InstanceCall,
  plainCall,
  type Returns,
  returnsOf,
  type ReturnsOption,
  valuesOf,
} from './values.js';

export { signalOf };

/** Which of the jobs that wait for a worker begins first. */
export type Priority = 'high' | 'normal' | 'low';

/** A directory that a guest is given. */
export interface Preopen {
  /** What it is given. */
  readonly directory: Directory;
  /** The guest can change nothing in it: EROFS.
   * @default false */
  readonly readOnly?: boolean | undefined;
}

/** Options of every job. */
export interface JobOptions {
  /** Arguments, without the program's name.
   * @default none */
  args?: readonly string[] | undefined;
  /** What the program finds as its own name, `argv[0]`.
   * @default "guest" */
  name?: string | undefined;
  /** The environment: the guest sees these variables and no others; those that are `undefined` are left out, so that
   * `process.env` can be given.
   * @default none */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The directories that it sees, each by the path that it knows it as; it sees no other files. 16 at
   * most.
   * @default none */
  preopens?: Readonly<Record<string, Directory | Preopen | undefined>> | undefined;
  /** Ends the job when aborted, and also what comes before it, as fetching its module: it rejects with a `CancelledError`
   * whose `cause` is the signal's reason; with a `TimedOutError` if that is a `TimeoutError`, as of
   * `AbortSignal.timeout`.
   * @default none */
  signal?: AbortSignal | undefined;
  /** Milliseconds from now until the job ends as timed out; fetching, compiling, filling directories and waiting for a
   * place count. Fractions are rounded up.
   * @default none */
  timeoutMs?: number | undefined;
  /** "high" begins before all others that wait for a worker, "low" only when no other does.
   * @default "normal" */
  priority?: Priority | undefined;
  /** Bytes that each of its pipes holds before the writer waits; rounded up to a power of two, 1 MiB at most. In the tier
   * `'jspi'` as many again may be under way; by default up to 1 MiB, if the stream flows.
   * @default 256 KiB */
  pipeCapacity?: number | undefined;
  /** Serves the guest's host calls: functions by the names by which it calls them (`pool_guest.h`). Those of the pool serve
   * what is not here; a name that nobody serves is POOL_ENOENT to the guest.
   * @default none */
  host?: Host | undefined;
  /** Serves what the module imports beside WASI, or instead of it: functions by their modules and names, which run on this
   * thread, and the guest waits. What the module does not import does no harm.
   * @default none */
  imports?: Imports | undefined;
  /** The URL of a JavaScript module that the workers load, for imports that must be quick: their functions run in the
   * guest's own thread. It exports by default a function that is called for each guest, `({ memory, call }) => ({ env: { … } })`,
   * and returns, or promises, what the guest imports, of any kind: `memory.buffer` is the guest's memory, once the guest
   * is instantiated, and `call(name, data)` calls the host, waits, and returns the reply's bytes. Strings are relative to
   * the page; in Node they can be paths. What `imports` has goes before it, and it goes before WASI. What its functions
   * return is converted as by every JavaScript import: to an i32 of anything but a bigint, with 0 for what is no number; a
   * promise is refused, unless the import has no result, or the module was not compiled by `pool.compile`.
   * @default none */
  importsFrom?: string | URL | undefined;
  /** What becomes of a function that the module imports and nobody provides. "error": the job is not started, and the
   * `NotStartedError` lists them all; "trap": the guest runs, and traps with an `ImportError` if it calls one.
   * @default "error" */
  missingImports?: 'error' | 'trap' | undefined;
  /** Host calls that the guest may have open at once, 2048 at most; one more is EMFILE to it. A call is open until the
   * guest has closed its descriptor and the host has answered it.
   * @default 256 */
  maxCalls?: number | undefined;
  /** MiB of the pool's memory for the guest's open host calls and their replies together, each in a block whose size is a
   * power of two; a whole number, 4096 at most. More is EDQUOT to the guest.
   * @default a quarter of the pool's memory, 32 at least */
  maxMemoryMiB?: number | undefined;
  /** The guest's stdin, stdout and stderr say that they are a terminal, whatever they are connected with: C libraries then
   * buffer by lines, and interpreters prompt. COLUMNS and LINES in the environment tell its size, unless `env` has them.
   * @default false */
  tty?: boolean | TerminalSize | undefined;
}

/** Options of `pool.run`. */
export interface RunOptions extends JobOptions {
  /** What the guest reads from its stdin: a string, bytes (which are copied), a Blob, a stream of bytes, or an iterable
   * of strings and bytes, as Node's streams are. Streams and iterables are read only as fast as the guest reads, and
   * cancelled when it reads no more. `null` is as good as nothing. A source that fails fails the job: the guest gets EIO
   * behind what had come and a second to end by itself, and the call rejects with an `InputError`. The output of another
   * job of this pool, or a pipe's `readable`, goes from guest to guest and not over this thread: it is used up.
   * @default end of file */
  stdin?: Input | null | undefined;
  /** Where stdout goes: into the result by default.
   * @default "pipe" */
  stdout?: OutputTarget | undefined;
  /** As `stdout`.
   * @default "pipe" */
  stderr?: OutputTarget | undefined;
  /** Bytes of stdout, and of stderr, that are kept. A guest that writes more is ended, and the call rejects with an
   * `OutputLimitError`.
   * @default 64 MiB */
  maxOutput?: number | undefined;
}

/** Options of `pool.spawn`, as of `Deno.Command`. */
export interface SpawnOptions extends JobOptions {
  /** What the guest reads. "pipe": a stream of the job; "null": it is at end of file; anything else as `stdin` of `run`. A
   * text that could be one of these words goes into an array: `[text]`.
   * @default "pipe" */
  stdin?: Input | null | undefined;
  /** Where stdout goes: into a stream of the job by default, and the guest waits when nobody reads that.
   * @default "pipe" */
  stdout?: OutputTarget | undefined;
  /** As `stdout`.
   * @default "pipe" */
  stderr?: OutputTarget | undefined;
}

/** Options of `pool.call`. */
export interface CallOptions extends JobOptions, ReturnsOption {}

/** Options of `pool.instantiate`. `signal` and `timeoutMs` are of the instance's whole life. */
export type InstanceOptions = JobOptions;

/** Options of `pool.map`. `signal` and `timeoutMs` are of all of it. */
export interface MapOptions extends InstanceOptions, ReturnsOption {
  /** How many instances there may be, each with a worker of its own; 127 at most, and as many as `maxWorkers` of the pool.
   * @default `workers` of the pool */
  concurrency?: number | undefined;
  /** Whether results come in the order of the items, or as they are there.
   * @default true */
  ordered?: boolean | undefined;
}

/** Options of `instance.call`. A call that can be ended in such a way is begun only when those before it are done, and so is
 * a little slower. */
export interface InstanceCallOptions extends ReturnsOption {
  /** Ends the call when aborted: it rejects with a `CancelledError`, or a `TimedOutError`, whose `cause` is the signal's
   * reason. A call that has not begun is dropped; one that runs ends the instance, since nothing else stops a guest.
   * @default none */
  signal?: AbortSignal | undefined;
  /** Milliseconds from now until the call ends as timed out, in the same way.
   * @default none */
  timeoutMs?: number | undefined;
}

/** What an export is called with: values, and behind them perhaps options. */
export type CallValues<Options = CallOptions> = CallValue[] | [...values: CallValue[], options: Options];

/** Of a call that returns numbers. */
export type Numeric<Options> = Options & { readonly returns?: undefined };

/** What an export is called with whose bytes, or text, are wanted. */
export type Fetching<R extends Returns, Options> = [...values: CallValue[], options: Options & { readonly returns: R }];

/** What may end a call. */
export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** Infinity: none. */
  readonly timeoutMs: number;
}

/** Nothing may end it. */
export const unlimited: Limits = { signal: undefined, timeoutMs: Infinity };

/** A directory, and the path that a guest knows it as. */
export interface CheckedPreopen {
  readonly path: string;
  readonly directory: Directory;
  readonly readOnly: boolean;
}

/** Checked options. */
export interface Checked {
  /** What it is, in words of errors. */
  readonly what: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly preopens: readonly CheckedPreopen[];
  /** When the job must have ended, by `performance.now()`; Infinity: never. */
  readonly deadline: number;
  readonly pipeCapacity: number;
  /** `enum pool_priority`. */
  readonly priority: number;
  /** 0: the default, as of `maxMemoryMiB`. */
  readonly maxCalls: number;
  readonly maxMemoryMiB: number;
  readonly terminal: Terminal | undefined;
  readonly signal: AbortSignal | undefined;
  readonly host: Handlers;
  readonly imports: CheckedImports;
  readonly stdio: CheckedStdio;
  /** `undefined`: the guest runs as a command. */
  readonly call?: Called;
}

export interface CheckedRun extends Checked {
  readonly maxOutput: number;
}

export interface CheckedCall extends Checked {
  /** The call, whether or not a job without pipes can make it. */
  readonly asked: InstanceCall;
}

export interface CheckedMap extends Checked {
  readonly returns: Returns;
  /** The name of the export. */
  readonly exported: string;
  /** 0: as many as there are workers. */
  readonly concurrency: number;
  readonly ordered: boolean;
}

const isDirectory = isAdded as (value: unknown) => value is Directory;

const priorities: Readonly<Record<string, number>> = {
  normal: layout.POOL_PRIORITY_NORMAL,
  high: layout.POOL_PRIORITY_HIGH,
  low: layout.POOL_PRIORITY_LOW,
};

const jobNames: Names<JobOptions> = {
  args: true,
  name: true,
  env: true,
  preopens: true,
  signal: true,
  timeoutMs: true,
  priority: true,
  pipeCapacity: true,
  host: true,
  imports: true,
  importsFrom: true,
  missingImports: true,
  maxCalls: true,
  maxMemoryMiB: true,
  tty: sizeNames,
};

const spawnNames: Names<SpawnOptions> = { ...jobNames, stdin: true, stdout: true, stderr: true };
const runNames: Names<RunOptions> = { ...spawnNames, maxOutput: true };
const callNames: Names<CallOptions> = { ...jobNames, returns: true };
const mapNames: Names<MapOptions> = { ...callNames, concurrency: true, ordered: true };
const limitNames: Names<InstanceCallOptions> = { signal: true, timeoutMs: true, returns: true };
const preopenNames: Names<Preopen> = { directory: true, readOnly: true };

export const UINT32_MAX = 0xffff_ffff;

const DEFAULT_MAX_OUTPUT = 64 << 20;

/** Checks what a caller of `run` gave: throws POOL_EINVAL naming what is wrong. */
export function checkRun(given: unknown = nothing): CheckedRun {
  if (given === nothing && bare) return bare;
  const options = fields<RunOptions>('options', given, runNames);
  const maxOutput = wholeNumber('maxOutput', options.maxOutput, Number.MAX_SAFE_INTEGER) || DEFAULT_MAX_OUTPUT;
  const checked = { ...checkJob(options, fromOf('stdin', options.stdin)), maxOutput };
  if (given === nothing) bare = checked;
  return checked;
}

/** Many jobs have no options, and then the same ones. */
const nothing = {};
let bare: CheckedRun | undefined;

/** The same for `spawn`. */
export function checkSpawn(given: unknown): Checked {
  const options = fields<SpawnOptions>('options', given, spawnNames);
  return checkJob(options, spawnFromOf(options.stdin));
}

/** The same for `call`: what is called, and the options behind its values. */
export function checkCall(name: unknown, given: readonly unknown[]): CheckedCall {
  const { call, options } = callOf(name, given);
  const { returns, ...job } = fields<CallOptions>('options', options, callNames);
  const asked = { ...call, returns: returnsOf(returns) };
  const plain = plainCall(asked);
  if (!plain) return { ...checkJob({ ...job, stderr: 'null' }, 'pipe', 'the call'), call: 'instance', asked };
  return { ...checkJob({ ...job, stdout: 'null', stderr: 'null' }, 'null', 'the call'), call: plain, asked };
}

/** The same for `instantiate`. */
export function checkInstance(given: unknown): Checked {
  return checkJob({ ...fields<InstanceOptions>('options', given, jobNames), stderr: 'null' }, 'pipe', 'the instance');
}

/** The same for `map`. */
export function checkMap(name: unknown, given: unknown): CheckedMap {
  const options = fields<MapOptions>('options', given, mapNames);
  return {
    ...checkJob({ ...options, stderr: 'null' }, 'pipe', 'the map'),
    exported: nameOfExport(name),
    returns: returnsOf(options.returns),
    concurrency: wholeNumber('concurrency', options.concurrency, layout.POOL_WORKERS_MAX),
    ordered: flag('ordered', options.ordered, true),
  };
}

/** What is called, and what stands behind its values if that is an object of options. */
export function callOf(name: unknown, given: readonly unknown[]): { call: InstanceCall; options: unknown } {
  const values = [...given];
  const options = isPlain(values.at(-1)) ? values.pop() : undefined;
  return { call: { name: nameOfExport(name), values: valuesOf(values), returns: undefined }, options };
}

function nameOfExport(name: unknown): string {
  if (name === '') throw refusal('name', name, 'the name of an export');
  return text('name', name);
}

/** What may end one call of an instance, and what it returns. */
export function checkLimits(given: unknown): { limits: Limits; returns: Returns } {
  if (given === undefined) return { limits: unlimited, returns: undefined };
  const { signal, timeoutMs, returns } = fields<InstanceCallOptions>('options', given, limitNames);
  const limits = { signal: signalOf(signal), timeoutMs: milliseconds('timeoutMs', timeoutMs, UINT32_MAX) || Infinity };
  const isLimited = limits.signal !== undefined || limits.timeoutMs < Infinity;
  return { limits: isLimited ? limits : unlimited, returns: returnsOf(returns) };
}

function checkJob(options: Unchecked<SpawnOptions>, stdin: From, what = 'the job'): Checked {
  const terminal = terminalOf(options.tty);
  return {
    what,
    args: [nameOf(options.name), ...argsOf(options.args)],
    env: withSize(envOf(options.env), terminal),
    terminal,
    preopens: preopensOf(options.preopens),
    deadline: performance.now() + (milliseconds('timeoutMs', options.timeoutMs, UINT32_MAX) || Infinity),
    priority: priorityOf(options.priority),
    pipeCapacity: wholeNumber('pipeCapacity', options.pipeCapacity, layout.POOL_PIPE_MAX_BYTES),
    maxCalls: wholeNumber('maxCalls', options.maxCalls, layout.POOL_CALLS_MAX),
    maxMemoryMiB: wholeNumber('maxMemoryMiB', options.maxMemoryMiB, layout.POOL_MEMORY_MAX_MIB),
    signal: signalOf(options.signal),
    host: handlersOf(options.host),
    imports: {
      handlers: importHandlersOf(options.imports),
      from: importsFromOf(options.importsFrom),
      trap: missingImportsOf(options.missingImports),
    },
    stdio: [stdin, toOf('stdout', options.stdout), toOf('stderr', options.stderr)],
  };
}

function nameOf(given: unknown = 'guest'): string {
  return text('name', given);
}

function argsOf(given: unknown): string[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw refusal('args', given, 'an array of strings');
  return elementsOf('args', given).map((arg, i) => text(`args[${i}]`, arg));
}

function envOf(object: unknown): string[] {
  return given('env', object, 'an object of strings').map(([name, value]) => variable(name, value));
}

/** `enum pool_priority`. */
export function priorityOf(given: unknown = 'normal'): number {
  const priority = typeof given === 'string' && Object.hasOwn(priorities, given) ? priorities[given] : undefined;
  if (priority === undefined) throw refusal('priority', given, '"high", "normal" or "low"');
  return priority;
}

/** The entries that are not `undefined`. */
function given(name: string, object: unknown, taken: string): [key: string, value: unknown][] {
  return entriesOf(name, object, taken).filter(([, value]) => value !== undefined);
}

function preopensOf(object: unknown): CheckedPreopen[] {
  const preopens = given('preopens', object, 'an object of directories by their paths');
  if (preopens.length <= layout.POOL_PREOPENS_MAX) return preopens.map(([path, value]) => preopen(path, value));
  throw invalid(`preopens must be ${layout.POOL_PREOPENS_MAX} at most, and are ${preopens.length}`);
}

function preopen(path: string, given: unknown): CheckedPreopen {
  const name = entryName('preopens', path);
  if (path === '') throw invalid(`${name} must have a path`);
  text(`the path of ${name}`, path);
  if (isDirectory(given)) return { path, directory: given, readOnly: false };
  if (!isPlain(given)) throw notDirectory(name, given);
  const { directory, readOnly } = fields<Preopen>(name, given, preopenNames, `${name}.`);
  if (!isDirectory(directory)) throw notDirectory(`${name}.directory`, directory);
  return { path, directory, readOnly: flag(`${name}.readOnly`, readOnly, false) };
}

function notDirectory(name: string, given: unknown): PoolError {
  const copied = typeof read(given, 'writeFile') === 'function' && typeof read(given, 'attach') === 'function';
  const hint = copied
    ? 'it comes from another copy of this package, and each takes only its own'
    : isThenable(given)
      ? 'await it'
      : '';
  return refusal(name, given, 'a Directory, or { directory, readOnly }', hint);
}

function variable(name: string, value: unknown): string {
  if (name === '' || name.includes('=')) throw invalid(`env has ${quote(name)}, which cannot be a variable's name`);
  text(`the name of ${entryName('env', name)}`, name);
  return `${name}=${text(entryName('env', name), value)}`;
}
