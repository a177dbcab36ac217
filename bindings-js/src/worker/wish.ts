/** What the job that worker_next began wants of its guest. */
import { layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import { type ExportCall, exportCallAt } from './export-call.js';

export interface Wish {
  /** What is called; `undefined`: it is a command, or serves. */
  readonly call: ExportCall | undefined;
  /** It is an instance, which is called by what comes through its stdin. */
  readonly serves: boolean;
  /** What its imports are linked with beside WASI; 0: nothing. */
  readonly imports: number;
  /** Imports that nobody provides trap when they are called. */
  readonly traps: boolean;
}

/** A command that imports nothing but WASI, as most jobs are. */
export const plainWish: Wish = { call: undefined, serves: false, imports: 0, traps: false };

export function readWish(thread: Thread): Wish {
  const { c, heap } = thread;
  const at = c.worker_call() >>> 0;
  const imports = heap.u32(at + layout.worker_call_imports);
  const traps = heap.u32(at + layout.worker_call_traps) !== 0;
  const serves = heap.u32(at + layout.worker_call_serves) !== 0;
  const call = exportCallAt(thread, at);
  return imports === 0 && !traps && !serves && !call ? plainWish : { call, serves, imports, traps };
}
