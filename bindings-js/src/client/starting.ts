/** Loading what a pool consists of, when the first one is started: a page that starts none has no use for it. */
import { isAbortSignal, isPlain, read } from '../shared/brand.js';
import { StartError } from '../shared/errors.js';
import { canSuspend } from '../shared/jspi.js';
import { Part } from '../shared/part.js';
import type { Platform, ScriptKind } from '../platform/platform.js';
import { CallSite } from './callsite.js';
import type { Core } from './core.js';
import { loadAhead } from './own-files.js';
import { Patience, START } from './patience.js';
import type { PoolOptions } from './start.js';
import type { LoadCells } from './tier.js';

const cores = /* @__PURE__ */ new Part(() => import('./core.js'));

const IN_SERVICE_WORKER = 'a service worker cannot start workers: make the pool in a page';

/** Starts a pool. On any failure nothing is left behind. */
export async function startCore(
  platform: Platform,
  options: PoolOptions | undefined,
  loadCells: LoadCells,
): Promise<Core> {
  const site = new CallSite();
  try {
    const cells: LoadCells = () => new Part(loadCells).load();
    if ('ServiceWorkerGlobalScope' in globalThis) throw new StartError(IN_SERVICE_WORKER); // nor does it import anything
    if (cores.now) return await cores.now.start(platform, options, cells);
    const given = snapshotOf(options);
    const signal = read(given, 'signal');
    const patience = new Patience(isAbortSignal(signal) ? signal : undefined, undefined, undefined, START);
    patience.check();
    if (read(given, 'urls') === undefined && read(given, 'spawn') === undefined)
      loadAhead(platform, kindsOf(platform, given));
    const { start } = await patience.until(cores.load());
    return await start(platform, given, cells);
  } catch (error) {
    throw site.sign(error);
  }
}

/** The scripts of the tier that it will be, as far as one can see yet; none: there is no tier. */
function kindsOf(platform: Platform, options: unknown): readonly ScriptKind[] {
  if (read(options, 'tier') !== 'jspi' && platform.isIsolated()) return ['coordinator', 'worker'];
  return canSuspend() ? ['cell'] : [];
}

/** Rejects if options are wrong. */
export async function checkOptions(platform: Platform, options: unknown): Promise<void> {
  const { checkPool } = await cores.load();
  checkPool(platform, options);
}

/** What options say now: their owner may change them while something is loaded. */
function snapshotOf(options: PoolOptions | undefined): PoolOptions | undefined {
  try {
    return isPlain(options) ? { ...options } : options;
  } catch {
    return options; // it cannot be read, and whoever checks it says so
  }
}
