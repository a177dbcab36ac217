/** The memory of a pool, or of a cell. */
import { PoolError } from './errors.js';

const PAGES_A_MIB = 16;
const INITIAL_PAGES = 256;
const TRIES_MS = [20, 100, 200, 400, 800, 1600];

/** Some engines throw other things than errors when memory is short. Others have room for it as soon as they have collected
 * the garbage of workers, which those at rest have done a moment later (worker/litter.ts), and those that were ended are
 * gone, which takes Chromium up to two seconds. So it is tried again after each `wait`. */
export async function makeMemory(mib: number, wait: (ms: number) => Promise<unknown>): Promise<WebAssembly.Memory> {
  for (const waitMs of [...TRIES_MS, undefined]) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: mib * PAGES_A_MIB, shared: true });
    } catch (cause) {
      const text = `the platform refuses ${mib} MiB of shared memory; try a smaller maxMemory`;
      if (waitMs === undefined) throw new PoolError('POOL_ENOMEM', text, { cause });
      await wait(waitMs);
    }
  }
  throw new Error('unreachable');
}
