/** What a caller may say about a plugin and its calls, and how that is checked. */
import { isPlain, read } from '../shared/brand.js';
import {
  elementsOf,
  entriesOf,
  entryName,
  fields,
  flag,
  invalid,
  type Names,
  refusal,
  type Unchecked,
} from '../shared/gate.js';
import { jsonOf } from '../shared/json.js';
import { signalOf } from '../shared/signal.js';
import { milliseconds, wholeNumber } from '../shared/whole-number.js';
import type { JobOptions, SpawnOptions } from '../client/options.js';
import type { Pool } from '../client/pool.js';
import type { PluginEndedError, ProtocolError, RpcError } from './errors.js';
import type { PluginCallOptions, PluginMethod, PluginMethods, PluginRequest } from './peer.js';

/** When and how often a guest that has ended is started again. */
export interface RestartOptions {
  /** How many times in a row, without one answer to a call in between; `Infinity` is one, too.
   * @default 5 */
  retries?: number | undefined;
  /** Milliseconds before the first time; each further time waits twice as long.
   * @default 100 */
  minDelayMs?: number | undefined;
  /** Milliseconds that it waits at most.
   * @default 10_000 */
  maxDelayMs?: number | undefined;
}

/** Options of `openPlugin`: its own, and those of a job, as of `pool.spawn`. */
export interface PluginOptions extends Omit<JobOptions, 'signal' | 'timeoutMs'> {
  /** The host's methods: functions by the names by which the guest calls them. A call of another is -32601 to the guest.
   * @default none */
  methods?: PluginMethods | undefined;
  /** Told each line that the guest writes to stderr, without its end. One of more than 65,536 characters comes in pieces.
   * @default this program's own stderr, in browsers the console */
  onLog?: ((line: string) => void) | undefined;
  /** Told of what nobody else is told of: a line of the guest's that is no JSON-RPC, an answer to a call that nobody made,
   * and a `RpcError` for a notification that failed or that no method takes.
   * @default its message goes to `onLog`; without that, a warning to the console */
  onError?: ((error: ProtocolError | RpcError) => void) | undefined;
  /** Whether a guest that has ended, in whatever way but by `close`, is started again. What it knew is gone then. Calls that it
   * was to answer reject all the same; those that are made before the next one is there wait for it, and reject when it has
   * been tried often enough. `true`: with the defaults.
   * @default false */
  restart?: boolean | RestartOptions | undefined;
  /** Called when the guest has been started again, with the error of the one before. What is called and notified in here
   * comes before all that has waited.
   * @default none */
  onRestart?: ((error: PluginEndedError) => void) | undefined;
  /** Ends the plugin when aborted, at once, and also what comes before it, as fetching the module: then `openPlugin` rejects
   * with a `CancelledError`.
   * @default none */
  signal?: AbortSignal | undefined;
  /** Bytes of a message of the guest's, 1 GiB at most. A guest that writes a longer line is ended, and that is the `cause` of
   * what its calls reject with; so is one that writes a batch with more than 1,000 messages that are none. What it has asked,
   * and has not read the answers of, may be four times as much; until it reads, no more is read of it.
   * @default 16 MiB */
  maxMessageBytes?: number | undefined;
}

/** Options of `plugin.close`. */
export interface PluginCloseOptions {
  /** Milliseconds that the guest has to answer what it was asked, and then to exit. 0: none, it is ended at once.
   * @default 5000 */
  timeoutMs?: number | undefined;
}

/** The same, checked. */
export interface Restart {
  readonly retries: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export interface CheckedPlugin {
  readonly methods: ReadonlyMap<string, PluginMethod>;
  readonly onLog: ((line: string) => void) | undefined;
  readonly onError: ((error: ProtocolError | RpcError) => void) | undefined;
  readonly onRestart: ((error: PluginEndedError) => void) | undefined;
  readonly restart: Restart | undefined;
  readonly signal: AbortSignal | undefined;
  readonly maxMessageBytes: number;
  /** For `pool.spawn`, which checks it. */
  readonly job: SpawnOptions;
}

/** What may end a call. */
export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** Infinity: none. */
  readonly timeoutMs: number;
}

/** A message of the host's, checked. */
export interface CheckedRequest {
  readonly method: string;
  /** As JSON; `undefined`: none. */
  readonly params: string | undefined;
  readonly isCall: boolean;
}

type Own = Pick<PluginOptions, Exclude<keyof PluginOptions, keyof JobOptions> | 'signal'>;

const restartNames = { retries: true, minDelayMs: true, maxDelayMs: true } as const satisfies Names<RestartOptions>;
const ownNames: Names<Own> = {
  methods: true,
  onLog: true,
  onError: true,
  restart: restartNames,
  onRestart: true,
  signal: true,
  maxMessageBytes: true,
};

/** Those of its job, which the pool checks. */
const jobNames: Names<Omit<JobOptions, keyof Own | 'timeoutMs'>> = {
  args: true,
  name: true,
  env: true,
  preopens: true,
  priority: true,
  pipeCapacity: true,
  host: true,
  imports: true,
  importsFrom: true,
  missingImports: true,
  maxCalls: true,
  maxMemoryMiB: true,
  tty: true,
};
const callNames: Names<PluginCallOptions> = { signal: true, timeoutMs: true };
const closeNames: Names<PluginCloseOptions> = { timeoutMs: true };
const requestNames: Names<PluginRequest> = { method: true, params: true, notify: true };

const UINT32_MAX = 0xffff_ffff;
const MESSAGE_MAX_BYTES = 1 << 30;
const DEFAULT_MESSAGE_BYTES = 16 << 20;
const DEFAULT_RETRIES = 5;
const DEFAULT_MIN_DELAY_MS = 100;
const DEFAULT_MAX_DELAY_MS = 10_000;

/** What `close` waits without being told. */
export const DEFAULT_CLOSE_MS = 5000;

/** What a job has and a plugin has not: they are spoken over. */
const TAKEN = ['stdin', 'stdout', 'stderr', 'timeoutMs'];

const unlimited: Limits = { signal: undefined, timeoutMs: Infinity };

/** Throws POOL_EINVAL if it is no pool, of whichever copy of this package. */
export function checkPool(pool: unknown): asserts pool is Pool {
  const isPool = typeof read(pool, 'spawn') === 'function' && typeof read(pool, 'compile') === 'function';
  if (!isPool) throw refusal('pool', pool, 'a Pool');
}

/** Checks what a caller of `openPlugin` gave, but for the options of its job. */
export function checkPlugin(given: unknown): CheckedPlugin {
  const { own: options, job } = divided(given);
  return {
    methods: methodsOf(options.methods),
    onLog: listener('onLog', options.onLog),
    onError: listener('onError', options.onError),
    onRestart: listener('onRestart', options.onRestart),
    restart: restartOf(options.restart),
    signal: signalOf(options.signal),
    maxMessageBytes:
      wholeNumber('maxMessageBytes', options.maxMessageBytes, MESSAGE_MAX_BYTES) || DEFAULT_MESSAGE_BYTES,
    job,
  };
}

/** A plugin's own options, and those of its job. */
function divided(given: unknown): { own: Unchecked<Own>; job: SpawnOptions } {
  const taken = isPlain(given) ? TAKEN.find((key) => read(given, key) !== undefined) : undefined;
  if (taken) throw invalid(`${taken} is no option of a plugin, which has its guest's input and outputs for itself`);
  const all = Object.entries(fields<PluginOptions>('options', given, { ...jobNames, ...ownNames }));
  const isOwn = ([key]: [string, unknown]): boolean => Object.hasOwn(ownNames, key);
  const job = all.filter((entry) => !isOwn(entry));
  return { own: Object.fromEntries(all.filter(isOwn)), job: Object.fromEntries(job) };
}

function methodsOf(given: unknown): ReadonlyMap<string, PluginMethod> {
  const entries = entriesOf('methods', given, 'an object of functions by their names');
  const methods = entries.filter(([, value]) => value !== undefined);
  for (const [name, value] of methods) {
    if (typeof value !== 'function') throw refusal(entryName('methods', name), value, 'a function');
  }
  return new Map(methods as [string, PluginMethod][]);
}

/** A function that takes one thing and is called back with it. */
function listener(name: string, given: unknown): ((told: unknown) => void) | undefined {
  if (given !== undefined && typeof given !== 'function') throw refusal(name, given, 'a function');
  return given as ((told: unknown) => void) | undefined;
}

function restartOf(given: unknown = false): Restart | undefined {
  if (given === false) return undefined;
  const isOptions = given !== true && isPlain(given);
  if (given !== true && !isOptions)
    throw refusal('restart', given, 'true, false, or { retries, minDelayMs, maxDelayMs }');
  const options = fields<RestartOptions>('restart', isOptions ? given : {}, restartNames, 'restart.');
  const min = milliseconds('restart.minDelayMs', options.minDelayMs, UINT32_MAX);
  const max = milliseconds('restart.maxDelayMs', options.maxDelayMs, UINT32_MAX);
  if (min && max && min > max) throw invalid(`restart.maxDelayMs must be at least minDelayMs, ${min}, and is ${max}`);
  return {
    retries: retriesOf(options.retries),
    minDelayMs: min || Math.min(DEFAULT_MIN_DELAY_MS, max || Infinity),
    maxDelayMs: max || Math.max(DEFAULT_MAX_DELAY_MS, min),
  };
}

function retriesOf(given: unknown): number {
  if (given === Infinity) return Infinity;
  return wholeNumber('restart.retries', given, UINT32_MAX) || DEFAULT_RETRIES;
}

/** What may end one call. */
export function checkLimits(given: unknown): Limits {
  if (given === undefined) return unlimited;
  const { signal, timeoutMs } = fields<PluginCallOptions>('options', given, callNames);
  return { signal: signalOf(signal), timeoutMs: milliseconds('timeoutMs', timeoutMs, UINT32_MAX) || Infinity };
}

/** How long `close` waits. */
export function checkClose(given: unknown): number {
  const { timeoutMs } = fields<PluginCloseOptions>('options', given, closeNames);
  return timeoutMs === 0 ? 0 : milliseconds('timeoutMs', timeoutMs, UINT32_MAX) || DEFAULT_CLOSE_MS;
}

/** One message. `prefix` is what stands before the names of its parts. */
export function checkRequest(method: unknown, params: unknown, isCall: boolean, prefix = ''): CheckedRequest {
  if (typeof method !== 'string' || method === '') throw refusal(`${prefix}method`, method, 'the name of a method');
  return { method, params: paramsOf(`${prefix}params`, params), isCall };
}

function paramsOf(name: string, given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const taken = 'an object or an array that has JSON';
  if (typeof given !== 'object' || given === null) throw refusal(name, given, taken);
  const text = jsonOf(name, given, taken);
  if (!/^[[{]/.test(text)) throw refusal(name, given, taken); // it has a toJSON
  return text;
}

/** All messages of a batch. */
export function checkBatch(given: unknown): CheckedRequest[] {
  const taken = 'an array that has some requests, each { method, params, notify }';
  if (!Array.isArray(given)) throw refusal('requests', given, taken);
  if (given.length === 0) throw invalid(`requests must be ${taken}, and is empty`);
  return elementsOf('requests', given).map((each, i) => {
    const { method, params, notify } = fields<PluginRequest>(`requests[${i}]`, each, requestNames, `requests[${i}].`);
    return checkRequest(method, params, !flag(`requests[${i}].notify`, notify, false), `requests[${i}].`);
  });
}
