/** How the client learns that something happened, without ever blocking: it watches its bell in shared memory.
 *
 * A wake-up costs tens of microseconds, so while the conversation is lively the client listens a little before it goes
 * back to sleep: it looks again between microtasks for up to 50 us after it last answered, half a ms at most in any task. So
 * a guest that calls without a pause delays frames and input by little. */
import { bellIndex, type WaitAsync } from '../shared/bell.js';
import { layout } from '../shared/layout.gen.js';
import type { CoordinatorExports, Thread } from '../shared/thread.js';
import { Rounds } from '../platform/rounds.js';
import { macrotask } from '../platform/scope.js';

const LISTEN_MS = 0.05;
const TASK_MS = 0.5;

/** Awaiting it lets the microtasks that are queued run first. */
const nextMicrotask = Promise.resolve();

/** Microtasks that the page's own reactions are given to answer what they were told. With many more, a thread that is told of
 * one result after the other would never sleep, and keep a core from the engine's own threads, which collect garbage. */
const REACTION_MICROTASKS = 8;

/** The clock is read once in so many microtasks; it costs more than looking at the signals. */
const MICROTASKS_A_CLOCK = 8;

/** Where the clock does not move (some browsers make it coarse), this many microtasks end a task. */
const TASK_MICROTASKS = 20_000;

/** What it needs of the pool. */
interface Shared {
  readonly c: CoordinatorExports;
  readonly words: Int32Array;
}

export class Doorbell {
  /** Let go when it stops: an error that was made in one of its microtasks, and that somebody keeps, keeps this object too. */
  #shared: Shared | undefined;
  readonly #pool: number;
  readonly #waitAsync: WaitAsync | undefined;
  readonly #dispatch: () => void;
  readonly #anyIndex: number;
  readonly #bellIndex: number;
  readonly #rounds = new Rounds();
  #working = false;
  #watching = false;
  #answered = false;

  /** `dispatch` takes every signal there is. */
  constructor(thread: Thread, pool: number, dispatch: () => void) {
    this.#shared = { c: thread.c, words: new Int32Array(thread.heap.memory.buffer) };
    this.#pool = pool;
    this.#waitAsync = thread.waitAsync;
    this.#dispatch = dispatch;
    this.#anyIndex = (pool + layout.pool_client_any) >>> 2;
    this.#bellIndex = bellIndex(pool, layout.WAITER_CLIENT);
  }

  /** Looks at what there is, then watches. Safe to call at any time and for no reason. */
  wake(): void {
    if (this.#working || !this.#shared) return;
    this.#working = true;
    this.#shared.c.client_disarm(this.#pool);
    void this.#work();
  }

  /** The client has just sent something that may be answered at once: worth listening for. */
  answered(): void {
    this.#answered = true;
    this.wake();
  }

  /** Nobody rings any more, and the platform keeps whoever watches a bell: so this rings it for the last time. */
  stop(): void {
    this.#rounds.stop();
    if (this.#watching && this.#shared) Atomics.notify(this.#shared.words, this.#bellIndex);
    this.#shared = undefined;
  }

  #any(): boolean {
    return this.#shared !== undefined && Atomics.load(this.#shared.words, this.#anyIndex) !== 0;
  }

  async #work(): Promise<void> {
    await nextMicrotask; // never dispatch inside the call that woke us: whoever called has not said yet what it waits for
    while (this.#shared) {
      const exhausted = await this.#listen();
      if (exhausted)
        await macrotask(); // rendering and input come first
      else if (this.#sleep(this.#shared)) break;
    }
    this.#working = false;
  }

  /** Dispatches and listens until it is quiet: false; or until the task has taken its time: true. */
  async #listen(): Promise<boolean> {
    const begin = performance.now();
    let quietSince = begin;
    let quiet = 0;
    for (let n = 1; n < TASK_MICROTASKS; n++) {
      if (this.#any()) {
        this.#dispatch();
        quiet = 0;
      }
      await nextMicrotask; // lets the page react
      quiet++;
      if (this.#answered) {
        this.#answered = false;
        quietSince = performance.now();
        quiet = 0;
        if (quietSince - begin > TASK_MS) return true;
      } else if (n % MICROTASKS_A_CLOCK === 0) {
        const now = performance.now();
        if (now - begin > TASK_MS) return true;
        if (quiet > REACTION_MICROTASKS && now - quietSince > LISTEN_MS) return false;
      }
    }
    return true;
  }

  /** Wants a ring from now on. False: something happened meanwhile, so look again. */
  #sleep(shared: Shared | undefined): boolean {
    if (!shared) return true;
    const { c, words } = shared;
    const count = c.client_arm(this.#pool);
    if (this.#any()) {
      c.client_disarm(this.#pool);
      return false;
    }
    this.#rounds.restart();
    return this.#watching || !this.#waitAsync || this.#watch(this.#waitAsync, words, count);
  }

  /** A watch outlives the sleep it was begun for as long as the bell has not rung. */
  #watch(waitAsync: WaitAsync, words: Int32Array, count: number): boolean {
    const { async, value } = waitAsync(words, this.#bellIndex, count);
    if (!async) return false;
    this.#watching = true;
    void (value as Promise<unknown>).then(() => {
      this.#watching = false;
      this.wake();
    });
    return true;
  }
}
