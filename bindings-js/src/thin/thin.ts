/** The pool for C programs that emscripten built without threads: c/thin keeps the books, in the program's own memory; here
 * is what touches the pool's. The glue between is c/thin/library_millrace.js. */
import { CompileError, FetchError, LostError, NotIsolatedError, PoolError, StartError } from '../shared/errors.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { LogLevel } from '../shared/protocol.js';
import type { CoordinatorExports, Thread } from '../shared/thread.js';
import type { Platform } from '../platform/platform.js';
import { ImportList } from '../client/import-list.js';
import type { LogHandler } from '../client/log.js';
import { ModuleList } from '../client/module-list.js';
import { compileBytes, fetched } from '../client/modules.js';
import { type Parts, type PoolOptions, startParts } from '../client/start.js';
import { closeParts, endParts } from '../client/threads.js';
import { headOf } from './module-head.js';
import { ServedImports } from './served-imports.js';

/** `enum thin_call` of c/thin/bridge.h: what C may call in the pool. */
type CallNumber = (typeof layout)[Extract<keyof typeof layout, `THIN_CALL_${string}`>];

/** The export that each is. */
const calls: Readonly<Record<CallNumber, keyof CoordinatorExports>> = {
  [layout.THIN_CALL_RESIZE]: 'pool_resize_range',
  [layout.THIN_CALL_STATS]: 'pool_stats',
  [layout.THIN_CALL_WORKERS]: 'pool_worker_stats',
  [layout.THIN_CALL_WAIT]: 'script_wait',
  [layout.THIN_CALL_CANCEL]: 'script_cancel',
  [layout.THIN_CALL_RELEASE]: 'script_release',
  [layout.THIN_CALL_PIPE]: 'pool_pipe',
  [layout.THIN_CALL_WRITE]: 'script_write',
  [layout.THIN_CALL_CLOSE]: 'script_close',
  [layout.THIN_CALL_ABORT_WRITE]: 'script_abort_write',
  [layout.THIN_CALL_PEEK]: 'script_peek',
  [layout.THIN_CALL_CONSUME]: 'script_consume',
  [layout.THIN_CALL_RESERVE]: 'script_reserve',
  [layout.THIN_CALL_COMMIT]: 'script_commit',
  [layout.THIN_CALL_POLL]: 'client_poll',
  [layout.THIN_CALL_STAGE]: 'client_stage',
  [layout.THIN_CALL_SUBMIT]: 'client_submit',
  [layout.THIN_CALL_WATCH_CALLER]: 'script_watch_caller',
  [layout.THIN_CALL_REPLY_ROOM]: 'script_reply_room',
  [layout.THIN_CALL_REPLY]: 'script_reply',
  [layout.THIN_CALL_FILE]: 'client_file_call',
  [layout.THIN_CALL_ROOM]: 'client_room',
};

/** The kinds of signals, from the last to the first: where each begins in core/layout.h, and in c/thin/bridge.h. */
const kinds = [
  [layout.SIGNAL_BLOCKS, layout.THIN_SIGNAL_ROOM],
  [layout.SIGNAL_CALL_0, layout.THIN_SIGNAL_CALL_0],
  [layout.SIGNAL_PIPE_0, layout.THIN_SIGNAL_END_0],
  [layout.SIGNAL_JOB_0, layout.THIN_SIGNAL_JOB_0],
] as const;

function translate(signal: number): number {
  const [first, kind] = kinds.find(([begin]) => signal >= begin)!;
  return kind + signal - first;
}

type Call = (pool: number, a: number, b: number, c: number) => number;

/** Those after which something may be answered at once. */
const sends: ReadonlySet<number> = new Set([
  layout.THIN_CALL_WRITE,
  layout.THIN_CALL_COMMIT,
  layout.THIN_CALL_SUBMIT,
  layout.THIN_CALL_REPLY,
]);

/** `enum thin_option` of c/thin/bridge.h. Zeroes are defaults. */
export type ThinOptions = readonly [
  abi: number,
  workers: number,
  maxWorkers: number,
  memoryMib: number,
  graceMs: number,
  minWorkers: number,
  idleMs: number,
  logs: number,
];

/** A host call, as `struct thin_host_call` of c/thin/bridge.h; addresses are of the shared memory. */
export type HostCall = readonly [
  call: number,
  job: number,
  name: number,
  nameBytes: number,
  data: number,
  sizeBytes: number,
];

/** Where its events go. */
export interface ThinEvents {
  /** A signal of c/thin/bridge.h. */
  readonly onSignal: (signal: number) => void;
  /** The coordinator died, and with it everything. */
  readonly onDeath: (text: string) => void;
  /** What the pool notices, as `struct pool_log_entry` has it; `undefined`: nobody wants to know. */
  readonly onLog: ((level: number, worker: number, code: number, message: string) => void) | undefined;
}

/** `enum pool_log_level`. */
const levels: Readonly<Record<LogLevel, number>> = {
  debug: layout.POOL_LOG_DEBUG,
  info: layout.POOL_LOG_INFO,
  warn: layout.POOL_LOG_WARN,
  error: layout.POOL_LOG_ERROR,
};

/** Tells C of an entry. */
function logHandler(onLog: NonNullable<ThinEvents['onLog']>): LogHandler {
  return ({ level, worker, cause, message }) => onLog(levels[level], worker ?? 0, codeOf(cause), message);
}

function codeOf(cause: PoolError | undefined): number {
  if (!cause) return 0;
  return cause instanceof LostError ? layout.POOL_LOST : statusOf(cause);
}

const MIB = 1 << 20;

export class ThinPool {
  readonly scratch: number;
  readonly #parts: Parts;
  readonly #platform: Platform;
  readonly #thread: Thread;
  readonly #pool: number;
  readonly #modules: ModuleList;
  readonly #links: ImportList;
  readonly #imports = new ServedImports();
  /** By number. */
  readonly #calls: Call[] = [];
  #closed = false;
  #dead = false;

  constructor(platform: Platform, parts: Parts, { onSignal, onDeath }: ThinEvents) {
    this.#platform = platform;
    this.#parts = parts;
    this.#modules = new ModuleList(parts.crew);
    this.#links = new ImportList(parts.crew, (url) => url);
    const { thread, pool, scratch } = parts.client.observe((signal) => this.#closed || onSignal(translate(signal)));
    this.#thread = thread;
    this.#pool = pool;
    this.scratch = scratch;
    const exports = thread.c as unknown as Record<string, Call>;
    for (const [number, of] of Object.entries(calls)) this.#calls[Number(number)] = exports[of]!;
    const die = (text: string): void => {
      if (this.#closed || this.#dead) return;
      this.#dead = true;
      parts.client.shut();
      const message = `the coordinator died: ${text}`;
      parts.log.tell({ level: 'error', message, cause: new LostError(message) });
      onDeath(message);
    };
    parts.coordinator.onFailure(die);
    parts.coordinator.onMessage((message) => message.type === 'millrace:failed' && die(message.message));
  }

  /** Calls what has a number of `enum thin_call`; `a` may be a handle. */
  call(which: number, a: number, b: number, c: number): number {
    const status = this.#calls[which]!(this.#pool, a, b, c);
    if (sends.has(which)) this.#parts.client.sent();
    return status;
  }

  /** Fills `target` from the shared memory. */
  read(address: number, target: Uint8Array): void {
    const [begin, end] = [address >>> 0, (address >>> 0) + target.length];
    target.set(this.#thread.heap.u8(end).subarray(begin, end));
  }

  /** Puts `source` into the shared memory. */
  write(address: number, source: Uint8Array): void {
    const begin = address >>> 0;
    this.#thread.heap.u8(begin + source.length).set(source, begin);
  }

  /** The call that a signal told of; `undefined`: there is none any more. */
  takeCall(slot: number): HostCall | undefined {
    const { c, heap } = this.#thread;
    const at = this.scratch;
    if (c.client_call(this.#pool, slot, at) !== 0) return undefined;
    return [
      heap.u64(at + layout.client_call_call),
      heap.u64(at + layout.client_call_job),
      heap.u32(at + layout.client_call_name),
      heap.u32(at + layout.client_call_name_bytes),
      heap.u32(at + layout.client_call_data),
      heap.u32(at + layout.client_call_size_bytes),
    ];
  }

  /** Compiles a binary, or what a URL names: the module's number. */
  async load(source: Uint8Array<ArrayBuffer> | string): Promise<number> {
    const bytes = typeof source === 'string' ? await this.#fetch(source) : source;
    const module = await compileBytes(bytes);
    return this.#modules.add(module, headOf(bytes));
  }

  async #fetch(url: string): Promise<Uint8Array<ArrayBuffer>> {
    const response = await fetched(this.#platform.load(url));
    return new Uint8Array(await response.arrayBuffer());
  }

  /** A job is to run a module, until `done`: 0 or EBADF. */
  use(module: number): number {
    if (!this.#modules.has(module)) return errorCodes.POOL_EBADF;
    this.#modules.use(module);
    return 0;
  }

  done(module: number): void {
    this.#modules.done(module);
  }

  unload(module: number): number {
    if (!this.#modules.has(module)) return errorCodes.POOL_EBADF;
    this.#modules.unload(module);
    return 0;
  }

  /** Imports of a module and a name have a handler with that number; 0: none any more. */
  serveImport(moduleName: string, name: string, handler: number): void {
    this.#imports.set(moduleName, name, handler);
  }

  /** What a job says of the imports of its module; 0: nothing. */
  link(id: number): number {
    const module = this.#modules.get(id);
    const served = module ? this.#imports.placesIn(this.#links.importsOf(module)) : [];
    return served.length > 0 ? this.#links.idOf(served, undefined) : 0;
  }

  /** The handler of a module's import, by its place in the module's list; 0: none. */
  handlerOf(id: number, place: number): number {
    const module = this.#modules.get(id);
    const descriptor = module && this.#links.importsOf(module)[place];
    return descriptor ? this.#imports.get(descriptor) : 0;
  }

  /** Whether the pool keeps the process alive. */
  keepAlive(on: boolean): void {
    this.#parts.coordinator.keepAlive(on);
  }

  /** Lets no job begin any more. */
  shut(): void {
    this.#parts.client.shut();
  }

  /** Ends everything, in the background. */
  close(): void {
    this.#closed = true;
    this.shut();
    const closing = this.#dead ? Promise.resolve() : closeParts(this.#parts);
    void closing.then(() => endParts(this.#parts));
  }
}

async function startThin(
  platform: Platform,
  options: ThinOptions,
  name: string,
  events: ThinEvents,
): Promise<ThinPool> {
  const [abi, workers, maxWorkers, memoryMib, graceMs, minWorkers, idleMs] = options;
  if (abi !== layout.POOL_ABI) {
    throw new PoolError('POOL_EPROTO', `the program is for ABI ${abi}, these files are of ${layout.POOL_ABI}`);
  }
  const wanted: PoolOptions = {
    tier: 'shared', // a program in C reaches for the pool's memory itself
    workers: minWorkers ? { min: minWorkers, max: workers || undefined } : workers || undefined,
    idleMs: idleMs || undefined,
    maxWorkers: maxWorkers || undefined,
    maxMemory: memoryMib * MIB || undefined,
    graceMs: graceMs || undefined,
    name: name || undefined,
    onlog: events.onLog && logHandler(events.onLog),
  };
  const parts = await startParts(platform, wanted, () => Promise.reject(new Error('cells share no memory')));
  return new ThinPool(platform, parts, events);
}

/** The function that starts a pool on a platform, as library_millrace.js calls it. */
export function startOn(
  platform: Platform,
): (
  options: ThinOptions,
  name: string,
  onSignal: ThinEvents['onSignal'],
  onDeath: ThinEvents['onDeath'],
  onLog: ThinEvents['onLog'],
) => Promise<ThinPool> {
  return (options, name, onSignal, onDeath, onLog) => startThin(platform, options, name, { onSignal, onDeath, onLog });
}

/** What C is told of an error. */
export function describe(error: unknown): [status: number, text: string] {
  return [statusOf(error), error instanceof Error ? error.message : String(error)];
}

function statusOf(error: unknown): number {
  if (error instanceof NotIsolatedError) return errorCodes.POOL_ENOTSUP;
  if (error instanceof StartError || error instanceof FetchError) return errorCodes.POOL_EIO;
  if (error instanceof CompileError) return errorCodes.POOL_EINVAL;
  if (error instanceof PoolError && error.code in errorCodes) return errorCodes[error.code as keyof typeof errorCodes];
  return errorCodes.POOL_EIO;
}
