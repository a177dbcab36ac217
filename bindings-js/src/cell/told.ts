/** What guests here and elsewhere were told of the time: see `cells/told.ts`. Each side tells the other before whatever it says
 * next, so that who hears that a guest has ended, or answered, has heard how far its clock was. */
import { layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';

export class CellTold {
  readonly #thread: Thread;
  readonly #pool: number;
  readonly #tell: (ns: bigint) => void;
  /** What the main thread knows. */
  #known = 0n;

  /** `thread` is the cell's client. */
  constructor(thread: Thread, pool: number, tell: (ns: bigint) => void) {
    this.#thread = thread;
    this.#pool = pool;
    this.#tell = tell;
  }

  /** Something is about to be said. */
  look(): void {
    const ns = this.#ns;
    if (ns === this.#known) return;
    this.#known = ns;
    this.#tell(ns);
  }

  take(ns: bigint): void {
    this.#thread.c.client_told(this.#pool, ns);
    if (ns === this.#ns) this.#known = ns; // otherwise guests here were told more, and that is to be said
  }

  get #ns(): bigint {
    const at = this.#pool + layout.pool_told_ns;
    return this.#thread.heap.view(at + 8).getBigUint64(at, true);
  }
}
