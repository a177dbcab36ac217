/** How a job ended, as its worker tells it. */
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { ExportedFunction } from './export-call.js';
import type { Steps } from './steps.js';
import { textOf, trapOf } from './trap.js';

export class Ending {
  constructor(
    /** `enum pool_outcome`. */
    readonly outcome: number,
    readonly code = 0,
    readonly text?: string,
  ) {}

  isOutOfMemory(): boolean {
    return this.outcome === layout.POOL_NOT_STARTED && this.code === -errorCodes.POOL_ENOMEM;
  }
}

/** Runs a guest's code, in the state that says so; otherwise how the job ends. */
export type Enter = <T>(code: () => Steps<T>, survives?: (thrown: unknown) => T | undefined) => Steps<T | Ending>;

/** The same where the thread may block: calls a function of the guest's at once. */
export type EnterNow = (
  called: ExportedFunction,
  values: readonly unknown[],
  survives: (thrown: unknown) => unknown,
) => unknown;

export function notStarted(code: keyof typeof errorCodes, text: string): Ending {
  return new Ending(layout.POOL_NOT_STARTED, -errorCodes[code], text);
}

/** What an exception out of a guest, or out of instantiating it, means for its job. */
export function endingOf(thrown: unknown): Ending {
  const text = textOf(thrown);
  const trap = trapOf(thrown);
  if (trap !== undefined) return new Ending(layout.POOL_TRAPPED, trap, text);
  if (isRefusal(thrown)) return notStarted('POOL_EINVAL', text);
  if (/out of memory|allocat/i.test(text.split('\n')[0]!)) return notStarted('POOL_ENOMEM', text);
  return new Ending(layout.POOL_LOST, 0, text);
}

/** Whether it says that a guest's code could not be entered like that: nothing of it has run. */
export function isRefusal(thrown: unknown): thrown is Error {
  return thrown instanceof WebAssembly.LinkError || thrown instanceof TypeError;
}
