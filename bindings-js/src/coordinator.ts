/** The coordinator's script: moves messages and workers; every decision is taken by the C code it calls. */
import { layout } from './layout.gen.js';
import type { FromCoordinator, FromWorker, ModuleMessage, ToCoordinator, ToWorker } from './protocol.js';
import type { Child, Scope } from './scope.js';
import { errorOfStatus } from './errors.js';
import { instantiate, type Thread } from './thread.js';

type CoordinatorScope = Scope<FromCoordinator, ToCoordinator>;
type Start = Extract<ToCoordinator, { type: 'millrace:start' }>;
type WorkerChild = Child<ToWorker, FromWorker>;

const START_TIMEOUT_MS = 10_000;
const RESPAWN_DELAY_MS = 500;
const CLOSE_RETRY_MS = 5;
const CLOSE_TRIES = 100;

/** So many workers in a row may fail to start before the pool gives up. */
const FAILED_STARTS_MAX = 3;

/** Makes a coordinator's script listen. */
export function serveCoordinator(scope: CoordinatorScope): void {
  let coordinator: Coordinator | undefined;
  scope.onMessage((message) => {
    switch (message.type) {
      case 'millrace:start':
        try {
          coordinator = new Coordinator(scope, message);
        } catch (error) {
          scope.post({ type: 'millrace:failed', message: String(error) });
        }
        return;
      case 'millrace:module':
        return coordinator?.addModule(message);
      case 'millrace:tick':
        return coordinator?.tick();
      case 'millrace:close':
        return void coordinator?.close();
    }
  });
}

class Coordinator {
  readonly #scope: CoordinatorScope;
  readonly #start: Start;
  readonly #thread: Thread;
  readonly #pool: number;
  readonly #modules: ModuleMessage[] = [];
  readonly #workers = new Map<number, WorkerChild>();
  readonly #starting = new Map<number, ReturnType<typeof setTimeout>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failedStarts = 0;
  #lost = 0;
  #ready = false;
  #closing = false;

  constructor(scope: CoordinatorScope, start: Start) {
    this.#scope = scope;
    this.#start = start;
    this.#thread = instantiate(start.parts, (what) => {
      if (what === layout.PORT_POST_RING) scope.post({ type: 'millrace:ring' });
      else this.#tickAfter(0);
    });
    this.#thread.c.__wasm_call_ctors();
    this.#pool = this.#thread.c.coordinator_create(start.cores, start.graceMs, start.blocksMib);
    if (!this.#pool) throw errorOfStatus(-12);
    scope.post({ type: 'millrace:created', pool: this.#pool });
    for (let i = 0; i < start.workers; i++) this.#spawn();
  }

  /** Sends a module to every worker, now and later. */
  addModule(message: ModuleMessage): void {
    this.#modules.push(message);
    for (const worker of this.#workers.values()) worker.post(message);
  }

  /** Lets the C code look at deadlines and wishes, and ends whom it has killed. */
  tick(): void {
    if (this.#closing) return;
    const { c } = this.#thread;
    const nextMs = c.coordinator_tick(this.#pool);
    for (let number = c.coordinator_next_kill(this.#pool); number; number = c.coordinator_next_kill(this.#pool)) {
      this.#replace(number, 'lost');
    }
    if (nextMs >= 0) this.#tickAfter(nextMs);
  }

  #tickAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.tick(), Math.min(Math.ceil(ms), 0x7fffffff));
  }

  #spawn(): void {
    if (this.#closing) return;
    const { c } = this.#thread;
    const number = c.coordinator_add_worker(this.#pool);
    if (number < 0) {
      setTimeout(() => this.#spawn(), RESPAWN_DELAY_MS); // all slots rest; one will have rested enough
      return;
    }
    const { workerUrl, parts } = this.#start;
    const worker = this.#scope.spawn<ToWorker, FromWorker>(workerUrl, `millrace-worker-${number}`);
    this.#workers.set(number, worker);
    this.#starting.set(number, setTimeout(() => this.#onFailure(number, 'it did not start in time'), START_TIMEOUT_MS));
    worker.onFailure((text) => this.#onFailure(number, text));
    worker.onMessage((message) => this.#onMessage(number, message));
    const stack = c.coordinator_worker_stack(this.#pool, number);
    worker.post({ type: 'millrace:join', parts, pool: this.#pool, number, stack });
    for (const module of this.#modules) worker.post(module);
  }

  #onMessage(number: number, message: FromWorker): void {
    switch (message.type) {
      case 'millrace:joined':
        this.#settleStart(number);
        this.#failedStarts = 0;
        return this.#report();
      case 'millrace:tick':
        return this.tick();
      case 'millrace:ring':
        return this.#scope.post({ type: 'millrace:ring' });
      case 'millrace:retire':
        return this.#replace(number, 'retired');
      case 'millrace:failed':
        return this.#onFailure(number, message.message);
    }
  }

  #settleStart(number: number): void {
    clearTimeout(this.#starting.get(number));
    this.#starting.delete(number);
  }

  /** Says that the pool is ready once every worker has started or failed, and how many there are. */
  #report(): void {
    const roster = { workers: this.#workers.size - this.#starting.size, lost: this.#lost };
    const first = this.#starting.size === 0 && !this.#ready;
    this.#ready ||= first;
    this.#scope.post({ type: first ? 'millrace:ready' : 'millrace:roster', ...roster });
  }

  /** A worker failed by itself. What it ran is lost; another takes its place, unless none ever starts. */
  #onFailure(number: number, text: string): void {
    if (!this.#workers.has(number) || this.#closing) return;
    const starting = this.#starting.has(number);
    this.#failedStarts += starting ? 1 : 0;
    if (this.#failedStarts < FAILED_STARTS_MAX) return this.#replace(number, 'lost');
    this.#bury(number, this.#scope.restMs);
    if (this.#workers.size > 0) return this.#report();
    this.#scope.post({ type: 'millrace:failed', message: `no compute worker could be started: ${text}` });
  }

  #bury(number: number, restMs: number): void {
    this.#workers.get(number)?.terminate();
    this.#workers.delete(number);
    this.#settleStart(number);
    this.#thread.c.coordinator_bury_worker(this.#pool, number, restMs);
  }

  #replace(number: number, why: 'lost' | 'retired'): void {
    if (!this.#workers.has(number)) return;
    this.#bury(number, this.#scope.restMs);
    this.#lost += why === 'lost' ? 1 : 0;
    this.#spawn();
  }

  /** Ends every job, then every worker. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    clearTimeout(this.#timer);
    for (let i = 0; i < CLOSE_TRIES && this.#thread.c.coordinator_close(this.#pool) > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, CLOSE_RETRY_MS));
    }
    for (const number of [...this.#workers.keys()]) this.#bury(number, -1);
    this.#scope.post({ type: 'millrace:closed' });
  }
}
