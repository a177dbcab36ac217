/** The script of a cell: a worker with a small pool of its own, all of it in this one thread. Its coordinator, its client and its
 * strands each have an instance of coordinator.wasm over one memory, as the threads of a pool have elsewhere. */
import { layout } from '../shared/layout.gen.js';
import { isReply, type ToCell } from '../shared/cell-protocol.js';
import { makeMemory } from '../shared/memory.js';
import type { FromWorker, SharedParts, ToWorker } from '../shared/protocol.js';
import { Rings } from '../shared/rings.js';
import { instantiate, type Waits } from '../shared/thread.js';
import { localChild } from '../platform/local.js';
import type { CoordinatorChild, WorkerChild } from '../platform/platform.js';
import { serveCoordinator } from '../coordinator/coordinator.js';
import { serveWorker } from '../worker/worker.js';
import { Client } from '../client/client.js';
import { Crew } from '../client/crew.js';
import { CellBell } from './cell-bell.js';
import { CellJobs, type CellScope } from './jobs.js';
import { Rest } from './rest.js';
import { Sleepers } from './sleepers.js';
import { strand } from './strand.js';
import { CellTold } from './told.js';

type Start = Extract<ToCell, { type: 'cell:start' }>;

/** A cell's own coordinator never kills: it has no turn while a guest computes. The main thread ends the cell. */
const GRACE_MS = 0x7fff_ffff;
const IDLE_MS = 1000;

/** Makes a cell's script listen. */
export function serveCell(scope: CellScope): void {
  let cell: Cell | undefined;
  const fail = (error: unknown): void => scope.post({ type: 'cell:failed', text: String(error) });
  const start = async (message: Start): Promise<void> => {
    const memory = await makeMemory(message.memoryMib, (ms) => new Promise((resolve) => setTimeout(resolve, ms)));
    cell = new Cell(scope, message, memory);
  };
  scope.onMessage((message) => {
    try {
      if (!isReply(message) && message.type === 'cell:start') start(message).catch(fail);
      else cell?.take(message);
    } catch (error) {
      fail(error);
    }
  });
}

class Cell {
  readonly #scope: CellScope;
  readonly #rings = new Rings();
  readonly #rest: Rest;
  readonly #coordinator: CoordinatorChild;
  readonly #crew: Crew;
  #tick: () => void = () => undefined;
  #jobs: CellJobs | undefined;
  #told: CellTold | undefined;

  constructor(scope: CellScope, start: Start, memory: WebAssembly.Memory) {
    this.#scope = scope;
    this.#rest = new Rest(
      () => this.#jobs!.uses(),
      (told) => scope.post({ type: 'cell:rests', ...told }),
    );
    const { abi, wasm, memoryMib } = start;
    const parts: SharedParts = { abi, wasm, memory };
    this.#coordinator = localChild((own) => {
      this.#tick = serveCoordinator(own, this.#waits).tick;
    });
    this.#crew = new Crew(this.#coordinator, parts, () => this.#startStrand());
    this.#coordinator.onMessage((message) => {
      if (message.type === 'millrace:created') this.#join(parts, message.pool);
      if (message.type === 'millrace:failed') scope.post({ type: 'cell:failed', text: message.message });
      if (message.type === 'millrace:log' && message.level !== 'debug') scope.post(message);
      if (message.type === 'millrace:files')
        scope.post(message, message.value instanceof ArrayBuffer ? [message.value] : []);
    });
    const blocksMib = memoryMib - layout.POOL_MEMORY_MIN_MIB / 2;
    const limits = { range: { min: 1, max: layout.POOL_WORKERS_MAX }, idleMs: IDLE_MS, maxWorkers: 0, cores: 1 };
    const times = { graceMs: GRACE_MS, restMs: 0 };
    this.#coordinator.post({ type: 'millrace:start', parts, logs: true, blocksMib, ...limits, ...times });
  }

  /** How coordinator and client wait: never. */
  get #waits(): Waits {
    const refuse = (): never => {
      throw new Error('only strands wait');
    };
    const { wake, watch } = this.#rings;
    return { byScript: true, yield: refuse, wait: refuse, wake, waitAsync: watch };
  }

  #startStrand(): WorkerChild {
    const strands = { rings: this.#rings, tick: () => this.#tick(), onSuspend: this.#rest.onSuspend };
    this.#rest.onStrand(1);
    const child = localChild<ToWorker, FromWorker>((own) => serveWorker(own, strand(strands)));
    const terminate = (): void => {
      this.#rest.onStrand(-1);
      child.terminate();
    };
    return { ...child, terminate };
  }

  #join(parts: SharedParts, pool: number): void {
    const thread = instantiate(parts, () => undefined, this.#waits);
    const client = new Client(thread, pool, (...given) => new CellBell(this.#rings, ...given));
    const sleepers = new Sleepers(thread, pool, this.#rings);
    const told = (this.#told = new CellTold(thread, pool, (ns) => this.#scope.post({ type: 'cell:told', ns })));
    const post: CellScope['post'] = (message, transfer) => {
      told.look();
      this.#scope.post(message, transfer);
    };
    this.#jobs = new CellJobs(client, sleepers, post, () => this.#rest.look());
    this.#scope.post({ type: 'cell:started' });
  }

  take(message: Exclude<ToCell, Start>): void {
    if (isReply(message)) return this.#jobs?.take(message);
    switch (message.type) {
      case 'millrace:module':
        return this.#crew.addModule(message.id, message.module, message.head);
      case 'millrace:imports':
        return this.#crew.addImports(message);
      case 'millrace:unload':
        return this.#crew.dropModule(message.id);
      case 'cell:told':
        return this.#told?.take(message.ns);
      case 'cell:run':
        this.#rest.onRun();
        return this.#jobs?.take(message);
      case 'millrace:files':
        this.#rest.look();
        return this.#coordinator.post(message);
      default:
        return this.#jobs?.take(message);
    }
  }
}
