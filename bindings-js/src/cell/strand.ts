/** How a strand waits: a worker that shares its thread with others. Where a worker blocks its thread, a strand is suspended, by
 * the engine's JSPI: between our script and where it waits there are frames of wasm only. */
import { promising, suspending } from '../shared/jspi.js';
import type { Rings } from '../shared/rings.js';
import type { Waits } from '../shared/thread.js';
import type { Running } from '../worker/worker.js';
import type { Driver, Step } from '../worker/steps.js';

/** Code of ours that finds nothing after so many turns of the others never will. */
const TURNS_MAX = 10_000;

/** A worker that naps is ended only when it looks, and a cell as soon as the job's grace is over. */
const NAP_MS = 10;

const CANNOT_WAIT = 'in a pool of the tier "jspi" a guest cannot wait in its start section';

/** What a cell knows of its strands. */
export interface Strands {
  readonly rings: Rings;
  /** Does what is due in the coordinator. */
  tick(): void;
  /** One strand more is suspended, or one less. */
  onSuspend(more: 1 | -1): void;
}

/** How one strand waits, and runs what may wait. */
export function strand(strands: Strands): Running {
  let isPromising = false;
  let turns = 0;
  const goOn = (): void => strands.onSuspend(-1);
  const waits: Waits = {
    byScript: true,
    yield: () => {
      strands.tick();
      if (isPromising) return 1;
      if (++turns > TURNS_MAX) throw new WebAssembly.LinkError(CANNOT_WAIT);
      return 0;
    },
    wait: suspending((address: number, _: number, timeoutMs: number) => {
      strands.onSuspend(1);
      return strands.rings.wait(address, timeoutMs, goOn);
    }),
    wake: strands.rings.wake,
    waitAsync: strands.rings.watch,
  };
  const take = async (step: Step): Promise<unknown> => {
    if (typeof step === 'number') return new Promise((resolve) => setTimeout(resolve, Math.min(step, NAP_MS)));
    const [called, values] = step;
    turns = 0;
    isPromising = true;
    try {
      return await promising(called)(...values);
    } finally {
      isPromising = false;
    }
  };
  const drive: Driver = async (steps) => {
    for (let next = steps.next(); ;) {
      if (next.done) return next.value;
      let result: unknown;
      try {
        result = await take(next.value);
      } catch (thrown) {
        next = steps.throw(thrown);
        continue;
      }
      next = steps.next(result);
    }
  };
  return { waits, drive };
}
