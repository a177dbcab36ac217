/** Starting a pool: memory, coordinator, workers, and this thread's place in the shared memory. */
import { fields, invalid, type Names, type Unchecked } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { makeMemory } from '../shared/memory.js';
import type { SharedParts } from '../shared/protocol.js';
import { milliseconds, wholeNumber } from '../shared/whole-number.js';
import type { Platform } from '../platform/platform.js';
import { CallSite } from './callsite.js';
import { EarlyThreads } from './early.js';
import { type Handlers, handlersOf, type Host } from './host.js';
import { Log, type LogHandler } from './log.js';
import { signalOf, UINT32_MAX } from './options.js';
import { Patience, START } from './patience.js';
import { loadWasm, openScript, type PoolUrls, type Sources, sourcesOf, type SpawnWorker, urlNames } from './sources.js';
import { startThreads, type Threads } from './threads.js';
import {
  firstNames,
  type LoadCells,
  openScripts,
  starterOf,
  type Tier,
  tierOf,
  type TierWish,
  wishOf,
} from './tier.js';
import { type CheckedRange, rangeNames, rangeOf, type WorkerRange } from './worker-range.js';

/** Options of `Pool.create`. */
export interface PoolOptions {
  /** How many workers run jobs at the same time. If it is a number, all of them stay. With `{ min, max }` the pool keeps
   * `min`, starts more, up to `max`, while jobs wait, and ends those that have had nothing to do for `idleMs`.
   * @default the number of cores less one, at least 1 */
  workers?: number | WorkerRange | undefined;
  /** Milliseconds for which a worker that need not stay (see `workers`) has nothing to do before it ends; fractions are
   * rounded up.
   * @default 10,000 */
  idleMs?: number | undefined;
  /** Threads at most. While a job waits for a pipe, a clock or another job, one more worker runs a queued job in its
   * place, if there is one.
   * @default `workers`, or its `max`, plus 32; 127 at most */
  maxWorkers?: number | undefined;
  /** Where the package's files are, for those who serve them from elsewhere.
   * @default beside this module */
  urls?: PoolUrls | undefined;
  /** Starts the pool's workers, for those whose bundler or policy wants to see the `new Worker` in their own code.
   * @default they are started from `urls` */
  spawn?: SpawnWorker | undefined;
  /** Bytes of shared memory at most, for pipes, arguments and files together, 32 MiB to 4 GiB.
   * @default 256 MiB */
  maxMemory?: number | undefined;
  /** Milliseconds that a cancelled guest may go on computing before its worker is ended and replaced; fractions
   * are rounded up.
   * @default 50 */
  graceMs?: number | undefined;
  /** Serves the host calls of every job: functions by the names by which guests call them (`pool_guest.h`). A job's own
   * `host` comes first.
   * @default none */
  host?: Host | undefined;
  /** The pool's name. Developer tools show it in the names of its threads, and its errors and logs have it.
   * @default "millrace" */
  name?: string | undefined;
  /** Called with what the pool notices and no promise reports: a worker that was lost, or could not be started, memory
   * that was refused. What it throws is ignored. Without it the pool writes nothing to the console.
   * @default none */
  onlog?: LogHandler | undefined;
  /** How guests run: `shared` over memory that all threads share, which a page has only if it is cross-origin isolated;
   * `jspi` on any page, over a memory for each worker, where the engine can suspend wasm (JSPI: Chrome 137, Firefox 153,
   * Safari 27, Node 25). `auto` takes the first of the two that there is.
   * @default "auto" */
  tier?: Tier | 'auto' | undefined;
  /** Ends the start when aborted: it rejects with a `CancelledError` whose `cause` is the signal's reason, and leaves
   * nothing behind. It does nothing once the pool has started.
   * @default none */
  signal?: AbortSignal | undefined;
}

/** What a started pool stands on. */
export interface Parts extends Threads {
  readonly tier: Tier;
  readonly range: CheckedRange;
  readonly host: Handlers;
  readonly log: Log;
}

const poolNames: Names<PoolOptions> = {
  workers: rangeNames,
  idleMs: true,
  maxWorkers: true,
  urls: urlNames,
  spawn: true,
  maxMemory: true,
  graceMs: true,
  host: true,
  name: true,
  onlog: true,
  tier: true,
  signal: true,
};

const MIB = 1 << 20;

/** Starts everything; on any failure nothing is left behind. */
export async function startParts(
  platform: Platform,
  given: PoolOptions | undefined,
  loadCells: LoadCells,
): Promise<Parts> {
  const site = new CallSite();
  try {
    return await startAll(platform, checkPool(platform, given), loadCells);
  } catch (error) {
    throw site.sign(error);
  }
}

/** Checked options. */
interface CheckedPool {
  readonly range: CheckedRange;
  readonly maxWorkers: number;
  readonly idleMs: number;
  readonly graceMs: number;
  readonly memoryMib: number;
  readonly sources: Sources;
  readonly host: Handlers;
  readonly log: Log;
  readonly tier: TierWish;
  readonly signal: AbortSignal | undefined;
}

/** Throws POOL_EINVAL naming what is wrong. */
export function checkPool(platform: Platform, given: unknown): CheckedPool {
  const options = fields<PoolOptions>('options', given, poolNames);
  return {
    ...workersOf(platform, options),
    idleMs: milliseconds('idleMs', options.idleMs, UINT32_MAX) || layout.POOL_IDLE_DEFAULT_MS,
    graceMs: milliseconds('graceMs', options.graceMs, 60_000) || layout.POOL_GRACE_DEFAULT_MS,
    memoryMib: memoryMibOf(options),
    sources: sourcesOf(platform, options.urls, options.spawn),
    host: handlersOf(options.host),
    log: new Log(options.name, options.onlog),
    tier: wishOf(options.tier),
    signal: signalOf(options.signal),
  };
}

async function startAll(platform: Platform, options: CheckedPool, loadCells: LoadCells): Promise<Parts> {
  const early = new EarlyThreads();
  try {
    return await startWith(early, platform, options, loadCells);
  } finally {
    early.end();
  }
}

async function startWith(
  early: EarlyThreads,
  platform: Platform,
  options: CheckedPool,
  loadCells: LoadCells,
): Promise<Parts> {
  const { range, maxWorkers, idleMs, graceMs, memoryMib, sources, host, log, signal } = options;
  const patience = new Patience(signal, undefined, undefined, START);
  const tier = tierOf(platform, options.tier);
  const loading = loadWasm(platform, sources, patience); // first, since it takes the longest
  const opening = openScripts(tier, (kind) => openScript(platform, sources, kind)).then((scripts) =>
    early.begin(scripts, (kind) => firstNames(log.name, kind, range.min)),
  );
  opening.catch(() => undefined); // if both fail, the wasm is told of
  const parts: SharedParts = {
    abi: layout.POOL_ABI,
    wasm: await loading,
    memory: await makeMemory(memoryMib, (ms) => patience.until(new Promise((resolve) => setTimeout(resolve, ms)))),
  };
  const blocksMib = memoryMib - layout.POOL_MEMORY_MIN_MIB / 2; // the rest is for code, stacks and the pool's own tables
  const scripts = await patience.until(opening);
  const starter = await starterOf(tier, { platform, scripts, parts, memoryMib, loadCells, label: log.name });
  const limits = { range, idleMs, maxWorkers, cores: platform.cores(), graceMs, blocksMib, restMs: platform.restMs };
  const started = await startThreads({ platform, starter, parts, log, limits }, patience);
  return { ...started, tier, range, host, log };
}

function workersOf(platform: Platform, options: Unchecked<PoolOptions>): { range: CheckedRange; maxWorkers: number } {
  const maxWorkers = wholeNumber('maxWorkers', options.maxWorkers, layout.POOL_WORKERS_MAX);
  const most = maxWorkers || layout.POOL_WORKERS_MAX;
  const range = rangeOf(options.workers, Math.min(most, Math.max(1, platform.cores() - 1)));
  if (range.max > most) throw invalid(`maxWorkers must be at least workers, ${range.max}, and is ${most}`);
  return { range, maxWorkers };
}

function memoryMibOf({ maxMemory }: Unchecked<PoolOptions>): number {
  const bytes = wholeNumber('maxMemory', maxMemory, layout.POOL_MEMORY_MAX_MIB * MIB, layout.POOL_MEMORY_MIN_MIB * MIB);
  return Math.ceil(bytes / MIB) || layout.POOL_MEMORY_DEFAULT_MIB;
}
