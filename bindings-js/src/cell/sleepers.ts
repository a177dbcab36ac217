/** Which guests of a cell sleep until something happens in their pipes. */
import type { Fd } from '../client/client.js';
import { bellIndex } from '../shared/bell.js';
import type { Rings } from '../shared/rings.js';
import type { Thread } from '../shared/thread.js';

export class Sleepers {
  readonly #thread: Thread;
  readonly #pool: number;
  readonly #rings: Rings;

  /** `thread` is the cell's client. */
  constructor(thread: Thread, pool: number, rings: Rings) {
    this.#thread = thread;
    this.#pool = pool;
    this.#rings = rings;
  }

  /** The count of the bell on which a guest sleeps who is woken by nothing but what happens in its pipes and host calls, of
   * which this is one, by the client's end of it. It is another after each ring. `undefined`: nobody sleeps so. */
  at(fd: Fd): number | undefined {
    const waiter = fd && this.#thread.c.script_waiter_at(this.#pool, fd);
    if (!waiter) return undefined;
    const address = bellIndex(this.#pool, waiter) * 4;
    return this.#rings.isAwaited(address) ? this.#thread.heap.u32(address) : undefined;
  }
}
