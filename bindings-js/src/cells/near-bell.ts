/** How the main thread's client learns that something has happened where it can only happen in this thread: by the ring
 * itself. Listening for more would only keep this thread from what the cells send. */
import { bellIndex } from '../shared/bell.js';
import { layout } from '../shared/layout.gen.js';
import type { Rings } from '../shared/rings.js';
import type { Thread } from '../shared/thread.js';
import { macrotask } from '../platform/scope.js';
import type { Bell } from '../client/client.js';
import { Turn } from './turn.js';

export class NearBell implements Bell {
  readonly #pool: number;
  readonly #dispatch: () => void;
  /** Let go when it stops: see the doorbell. */
  #thread: Thread | undefined;
  readonly #turn = new Turn();
  #isDue = false;

  /** `dispatch` takes every signal there is. */
  constructor(rings: Rings, thread: Thread, pool: number, dispatch: () => void) {
    this.#thread = thread;
    this.#pool = pool;
    this.#dispatch = dispatch;
    thread.c.client_arm(pool);
    rings.listen(bellIndex(pool, layout.WAITER_CLIENT) * 4, () => this.wake());
  }

  /** Never inside the call that rings: whoever called has not said yet what it waits for. */
  wake(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    if (this.#turn.isLong()) void macrotask().then(this.#look);
    else queueMicrotask(this.#look);
  }

  readonly #look = (): void => {
    this.#isDue = false;
    while (this.#any()) this.#dispatch();
    this.#turn.done();
    this.#thread?.c.client_arm(this.#pool);
    if (this.#any()) this.wake();
  };

  #any(): boolean {
    return this.#thread !== undefined && this.#thread.heap.u32(this.#pool + layout.pool_client_any) !== 0;
  }

  answered(): void {
    // It rings.
  }

  stop(): void {
    this.#thread = undefined;
  }
}
