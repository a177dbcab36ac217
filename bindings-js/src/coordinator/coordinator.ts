/** The coordinator's script: moves messages and keeps time; every decision is taken by the C code it calls. */
import { bellIndex } from '../shared/bell.js';
import { errorOfStatus } from '../shared/errors.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { FilesReply, FilesRequest, FromCoordinator, ToCoordinator, WorkerLife } from '../shared/protocol.js';
import { instantiate, type Thread, threadWaits, type Waits } from '../shared/thread.js';
import { TIMER_MAX_MS } from '../shared/timer.js';
import { Rounds } from '../platform/rounds.js';
import type { Scope } from '../platform/scope.js';
import { Journal } from './journal.js';
import { Slicer } from './slices.js';
import { Volumes } from './volumes.js';

type CoordinatorScope = Scope<FromCoordinator, ToCoordinator>;
type Start = Extract<ToCoordinator, { type: 'millrace:start' }>;
type Gone = Extract<ToCoordinator, { type: 'millrace:gone' }>;

const START_TIMEOUT_MS = 10_000;
const RESPAWN_DELAY_MS = 500;
const RESTART_DELAY_MS = 5000;
const CLOSE_RETRY_MS = 5;
const CLOSE_TRIES = 100;

/** So many workers in a row may fail to start before the pool makes do with those that it has. */
const FAILED_STARTS_MAX = 3;

/** What a coordinator that has no thread of its own needs of who has. */
export interface Served {
  /** Does at once what is due. */
  readonly tick: () => void;
  /** Ends it, as the end of its thread would. */
  readonly stop: () => void;
}

/** Makes a coordinator's script listen. */
export function serveCoordinator(scope: CoordinatorScope, waits = threadWaits): Served {
  let coordinator: Coordinator | undefined;
  scope.onMessage((message) => {
    switch (message.type) {
      case 'millrace:start':
        try {
          coordinator = new Coordinator(scope, message, waits);
        } catch (error) {
          scope.post({ type: 'millrace:failed', message: String(error) });
        }
        return;
      case 'millrace:ring':
        return coordinator?.tick();
      case 'millrace:joined':
        return coordinator?.onJoined(message);
      case 'millrace:gone':
        return coordinator?.onGone(message);
      case 'millrace:files':
        return coordinator?.onFiles(message);
      case 'millrace:close':
        return void coordinator?.close();
    }
  });
  return { tick: () => coordinator?.tickIfDue(), stop: () => coordinator?.stop() };
}

class Coordinator {
  readonly #scope: CoordinatorScope;
  readonly #thread: Thread;
  readonly #pool: number;
  readonly #volumes: Volumes;
  readonly #slicer = new Slicer(() => this.tickIfDue());
  readonly #rounds = new Rounds();
  readonly #journal: Journal;
  readonly #restMs: number;
  readonly #words: Int32Array;
  /** By their numbers, the lives that they are. */
  readonly #workers = new Map<number, number>();
  readonly #starting = new Map<number, ReturnType<typeof setTimeout>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next tick is due, by `performance.now`, and the bell's count as of the last. */
  #dueAt = Infinity;
  #count = 0;
  #respawn: ReturnType<typeof setTimeout> | undefined;
  #restart: ReturnType<typeof setTimeout> | undefined;
  /** How many workers were ever started. */
  #lives = 0;
  #failedStarts = 0;
  /** Why the last of them did. */
  #startFailure = '';
  #lost = 0;
  #ready = false;
  #watching = false;
  #closing = false;

  constructor(scope: CoordinatorScope, start: Start, waits: Waits) {
    const { parts, cores, graceMs, blocksMib, restMs, range, idleMs, maxWorkers } = start;
    this.#scope = scope;
    this.#restMs = restMs;
    this.#journal = new Journal(start.logs ? (message) => scope.post(message) : undefined, restMs);
    this.#thread = instantiate(parts, (waiter) => scope.post({ type: 'millrace:ring', waiter }), waits);
    this.#words = new Int32Array(parts.memory.buffer);
    this.#thread.c.__wasm_call_ctors();
    if (waits.byScript) this.#thread.c.port_wait_by_script();
    this.#pool = this.#thread.c.coordinator_create(cores, graceMs, blocksMib, range.max, maxWorkers);
    if (!this.#pool) throw errorOfStatus(errorCodes.POOL_ENOMEM);
    this.#thread.c.coordinator_set_range(this.#pool, range.min, idleMs);
    this.#volumes = new Volumes(this.#thread, this.#pool);
    scope.post({ type: 'millrace:created', pool: this.#pool });
    this.tick();
  }

  /** Lets the C code look at deadlines and wishes, and ends whom it has killed; until the bell rings or time has come. */
  tick(): void {
    if (this.#closing) return;
    const { c } = this.#thread;
    const count = c.coordinator_arm(this.#pool, this.#thread.waitAsync ? 0 : 1);
    const nextMs = c.coordinator_tick(this.#pool);
    this.#count = count;
    this.#dueAt = nextMs >= 0 ? performance.now() + nextMs : Infinity;
    const lost = this.#lost;
    for (let number = c.coordinator_next_kill(this.#pool); number; number = c.coordinator_next_kill(this.#pool)) {
      if (!this.#workers.has(number)) continue;
      this.#bury(number, 'lost');
      this.#journal.lost(number, 'its guest was to end and computed on, or the module of its importsFrom did');
    }
    this.#journal.refused(c.coordinator_refusals(this.#pool));
    this.#fillVacancies();
    if (this.#lost > lost) this.#report(); // perhaps no successor starts, and then nothing else would tell of it
    clearTimeout(this.#timer);
    if (nextMs >= 0) this.#timer = setTimeout(() => this.tick(), Math.min(Math.ceil(nextMs), TIMER_MAX_MS));
    if (!this.#watching) this.#watch(count);
    this.#rounds.restart();
    this.#slicer.unblock();
  }

  /** While there is other work, neither the timer nor the watch may run in time. */
  tickIfDue(): void {
    const rung = Atomics.load(this.#words, bellIndex(this.#pool, layout.WAITER_COORDINATOR)) !== this.#count;
    if (rung || performance.now() >= this.#dueAt) this.tick();
  }

  /** A watch stays valid for as long as the bell has not rung, however often it is armed meanwhile. */
  #watch(count: number): void {
    const { waitAsync } = this.#thread;
    if (!waitAsync) return;
    this.#watching = true;
    const index = bellIndex(this.#pool, layout.WAITER_COORDINATOR);
    const { async, value } = waitAsync(this.#words, index, count);
    void (async ? (value as Promise<unknown>) : Promise.resolve()).then(() => {
      this.#watching = false;
      this.tick();
    });
  }

  /** Starts as many workers as there are too few, unless none ever starts. */
  #fillVacancies(): void {
    if (this.#failedStarts >= FAILED_STARTS_MAX) return this.#onNoStart();
    const { c } = this.#thread;
    for (let n = c.coordinator_vacancies(this.#pool); n > 0; n--) {
      const number = c.coordinator_add_worker(this.#pool);
      if (number < 0) {
        return this.#onNoSlot();
      }
      this.#spawn(number);
    }
  }

  /** No slot may be used now. By and by one may; unless none ever will, and nobody is left. */
  #onNoSlot(): void {
    this.#journal.noSlot();
    if (this.#restMs < 0 && this.#workers.size === 0) {
      return this.#fail('every worker that there may be was lost to a guest which this browser cannot end');
    }
    clearTimeout(this.#respawn);
    this.#respawn = setTimeout(() => this.tick(), RESPAWN_DELAY_MS);
  }

  /** No other starts, so those that did go on, and one more is tried by and by; unless they are lost by now, too. */
  #onNoStart(): void {
    const retry = (): void => {
      this.#restart = undefined;
      this.#failedStarts = FAILED_STARTS_MAX - 1;
      this.tick();
    };
    if (this.#workers.size > 0) {
      if (!this.#restart) this.#journal.fewWorkers(this.#workers.size, this.#startFailure);
      return void (this.#restart ??= setTimeout(retry, RESTART_DELAY_MS));
    }
    this.#fail(`no compute worker could be started: ${this.#startFailure}`);
  }

  #fail(message: string): void {
    this.#scope.post({ type: 'millrace:failed', message });
  }

  #spawn(number: number): void {
    const { c } = this.#thread;
    const life = ++this.#lives;
    this.#workers.set(number, life);
    const onTimeout = (): void =>
      this.onGone({ type: 'millrace:gone', number, life, text: 'it did not start in time', retired: false });
    this.#starting.set(number, setTimeout(onTimeout, START_TIMEOUT_MS));
    this.#scope.post({ type: 'millrace:spawn', number, life, stack: c.coordinator_worker_stack(this.#pool, number) });
  }

  onJoined({ number, life }: WorkerLife): void {
    if (this.#workers.get(number) !== life) return;
    this.#settleStart(number);
    this.#failedStarts = 0;
    this.#journal.started(number);
    this.#report();
  }

  /** A worker ended by itself. What it ran is lost; a successor is started, unless none ever can be. */
  onGone({ number, life, text, retired }: Gone): void {
    if (this.#workers.get(number) !== life || this.#closing) return; // one may be told of twice
    const starting = this.#starting.has(number);
    if (starting) {
      this.#failedStarts++;
      this.#startFailure = text;
    }
    this.#bury(number, retired ? 'retired' : 'lost');
    if (starting) this.#journal.notStarted(number, text);
    else if (retired) this.#journal.retired(number);
    else this.#journal.lost(number, text);
    this.tick();
    if (this.#workers.size > 0) this.#report();
  }

  onFiles(request: FilesRequest): void {
    const reply = (message: FilesReply): void =>
      this.#scope.post(message, message.value instanceof ArrayBuffer ? [message.value] : []);
    this.#slicer.add(this.#volumes.answer(request, reply));
  }

  #settleStart(number: number): void {
    clearTimeout(this.#starting.get(number));
    this.#starting.delete(number);
  }

  /** Says how many workers there are; the first time, once every worker has started, or one has and another has failed:
   * of those that are started instead of the failed ones nothing may ever be heard. */
  #report(): void {
    const counts = { workers: this.#workers.size - this.#starting.size, lost: this.#lost };
    const first = !this.#ready && (this.#starting.size === 0 || (this.#failedStarts > 0 && counts.workers > 0));
    this.#ready ||= first;
    this.#scope.post({ type: first ? 'millrace:ready' : 'millrace:workers', ...counts });
  }

  /** Ends a worker's thread. One that was lost may live on in secret, so its slot rests before it is used again; one
   * that retires has left our code for good. */
  #bury(number: number, why: 'lost' | 'retired'): void {
    this.#scope.post({ type: 'millrace:terminate', number });
    this.#workers.delete(number);
    this.#settleStart(number);
    this.#lost += why === 'lost' ? 1 : 0;
    this.#thread.c.coordinator_bury_worker(
      this.#pool,
      number,
      why === 'lost' ? this.#restMs : 0,
      why === 'lost' ? 1 : 0,
    );
  }

  /** Nothing of it goes on by itself. */
  stop(): void {
    this.#rest();
    for (const number of [...this.#starting.keys()]) this.#settleStart(number);
  }

  #rest(): void {
    this.#closing = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#respawn);
    clearTimeout(this.#restart);
    this.#slicer.stop();
    this.#rounds.stop();
  }

  /** Ends every job, then every worker. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#rest();
    for (let i = 0; i < CLOSE_TRIES && this.#thread.c.coordinator_close(this.#pool) > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, CLOSE_RETRY_MS));
    }
    for (const number of [...this.#workers.keys()]) this.#bury(number, 'retired');
    this.#scope.post({ type: 'millrace:closed' });
  }
}
