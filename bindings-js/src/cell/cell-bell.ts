/** How a cell's client learns that something has happened: in the ring itself. It has no other turn while a guest computes, and
 * what that one writes, and whom it calls, is to be heard of nevertheless. */
import type { Bell } from '../client/client.js';
import { bellIndex } from '../shared/bell.js';
import { layout } from '../shared/layout.gen.js';
import type { Rings } from '../shared/rings.js';
import type { Thread } from '../shared/thread.js';

export class CellBell implements Bell {
  readonly #thread: Thread;
  readonly #pool: number;
  readonly #dispatch: () => void;
  #isBusy = false;

  constructor(rings: Rings, thread: Thread, pool: number, dispatch: () => void) {
    this.#thread = thread;
    this.#pool = pool;
    this.#dispatch = dispatch;
    rings.listen(bellIndex(pool, layout.WAITER_CLIENT) * 4, () => this.wake());
  }

  wake(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      do {
        while (this.#any()) this.#dispatch();
        this.#thread.c.client_arm(this.#pool);
      } while (this.#any());
    } finally {
      this.#isBusy = false;
    }
  }

  #any(): boolean {
    return this.#thread.heap.u32(this.#pool + layout.pool_client_any) !== 0;
  }

  answered(): void {
    // The bell is armed at any time.
  }

  stop(): void {
    // A cell ends as a whole.
  }
}
