/** Watching a word in shared memory without blocking. */
import { layout } from './layout.gen.js';

/** `Atomics.waitAsync`, which not every type library knows yet. */
export type WaitAsync = (words: Int32Array, index: number, value: number) => { async: boolean; value: unknown };

/** The platform's Atomics.waitAsync; `undefined`: there is none, and rings are relayed by messages. */
export function findWaitAsync(): WaitAsync | undefined {
  return (Atomics as unknown as { waitAsync?: WaitAsync }).waitAsync?.bind(Atomics);
}

/** The index of a waiter's bell in an Int32Array of the shared memory. */
export function bellIndex(pool: number, waiter: number): number {
  return (pool + layout.pool_bells + waiter * layout.sizeof_bell) >>> 2;
}
