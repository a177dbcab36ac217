/** The `jspi` tier: a pool of which the coordinator and its memory are in the main thread, and whose workers are cells. */
import type { CellUses } from '../shared/cell-protocol.js';
import type { FromCoordinator, FromWorker, SharedParts, ToCoordinator, ToWorker } from '../shared/protocol.js';
import { Rings } from '../shared/rings.js';
import type { Waits } from '../shared/thread.js';
import { localChild } from '../platform/local.js';
import type { CellChild, CoordinatorChild, WorkerChild } from '../platform/platform.js';
import { type Served, serveCoordinator } from '../coordinator/coordinator.js';
import type { Client } from '../client/client.js';
import { CellLink } from './cell-link.js';
import { FarCalls } from './far-calls.js';
import { farClient } from './far-client.js';
import { FarJobs } from './far-jobs.js';
import { FarVolumes } from './far-volumes.js';
import { Parked, Proxy } from './proxy.js';
import { Standstill } from './standstill.js';
import { Told } from './told.js';

/** Code of ours that finds nothing after so many looks never will. */
const LOOKS_MAX = 1000;

/** A cell without directories is kept for so long: many jobs have a new one each. */
const HOME_IDLE_MS = 1000;

export class Cells {
  readonly #rings = new Rings();
  readonly #jobs = new FarJobs((volumes) => this.#volumes.hold(volumes));
  readonly #calls = new FarCalls();
  readonly #parts: Pick<SharedParts, 'abi' | 'wasm'>;
  readonly #memoryMib: number;
  readonly #spawn: (number: number) => CellChild;
  readonly #cells = new Set<CellLink>();
  readonly #told = new Told();
  /** Cells of no worker, in which directories live: a guest that has none of them shall not end them with its own. */
  readonly #homes = new Set<CellLink>();
  readonly #listeners: ((message: FromCoordinator) => void)[] = [];
  readonly #volumes: FarVolumes;
  readonly #standstill: Standstill;
  #tick: () => void = () => undefined;
  #started = 0;
  #looks = 0;
  #isAwake = false;
  #client: Client | undefined;
  /** How instances of the main thread wait: none does. What needs memory lets the coordinator have its turn. */
  readonly waits: Waits = {
    byScript: true,
    yield: () => {
      this.#tick();
      if (++this.#looks > LOOKS_MAX) throw new Parked('the main thread would have waited');
      return 0;
    },
    wait: () => undefined,
    wake: this.#rings.wake,
    waitAsync: this.#rings.watch,
  };

  /** `spawn` starts a cell's thread, each of which has so much memory at most. */
  constructor(parts: Pick<SharedParts, 'abi' | 'wasm'>, memoryMib: number, spawn: (number: number) => CellChild) {
    this.#parts = parts;
    this.#memoryMib = memoryMib;
    this.#spawn = spawn;
    this.#volumes = new FarVolumes(
      (request) => this.#askLocal(request),
      (reply) => this.#listeners.forEach((listener) => listener(reply)),
      (volume) => this.#homeFor(volume),
      (home) => this.#endIfUnused(home),
    );
    this.#standstill = new Standstill(this.#jobs, this.#calls, this.#volumes);
  }

  #askLocal: (request: Extract<ToCoordinator, { type: 'millrace:files' }>) => void = () => undefined;

  /** What keeps the process alive are the cells: the coordinator has no thread. */
  spawnCoordinator(): CoordinatorChild {
    let coordinator: Served | undefined;
    const child = localChild<ToCoordinator, FromCoordinator>((scope) => {
      coordinator = serveCoordinator(scope, this.waits);
      this.#tick = coordinator.tick;
    });
    this.#askLocal = (request) => child.post(request);
    child.onMessage((message) => {
      if (message.type === 'millrace:files') this.#volumes.onReply(message);
      else this.#listeners.forEach((listener) => listener(message));
    });
    return {
      post: (message) => (message.type === 'millrace:files' ? this.#volumes.request(message) : child.post(message)),
      onMessage: (listener) => void this.#listeners.push(listener),
      onFailure: (listener) => child.onFailure(listener),
      keepAlive: (on) => {
        this.#isAwake = on;
        for (const cell of this.#cells) cell.keepAlive(on);
      },
      terminate: () => {
        child.terminate();
        coordinator?.stop();
        for (const cell of [...this.#cells]) cell.end('the pool was closed');
      },
    };
  }

  #startCell(): CellLink {
    const number = ++this.#started;
    const { abi, wasm } = this.#parts;
    const memoryMib = this.#memoryMib;
    const start = { type: 'cell:start', abi, wasm, memoryMib, name: String(number) } as const;
    const cell = new CellLink(this.#spawn(number), start, this.#told);
    this.#cells.add(cell);
    cell.onFiles = this.#volumes.onReply;
    cell.onLog = (message) => this.#listeners.forEach((listener) => listener(message));
    cell.onEnd = () => {
      this.#cells.delete(cell);
      this.#homes.delete(cell);
      this.#volumes.lose(cell);
    };
    cell.keepAlive(this.#isAwake);
    return cell;
  }

  /** The one in which the fewest directories live; there are no more of them than workers. */
  async #homeFor(volume: number): Promise<CellLink> {
    const workers = this.#cells.size - this.#homes.size;
    let [best] = [...this.#homes].sort((a, b) => a.volumes.size - b.volumes.size);
    if (!best || (best.volumes.size > 0 && this.#homes.size < workers)) this.#homes.add((best = this.#startCell()));
    best.volumes.add(volume);
    await best.started;
    return best;
  }

  /** No directory lives in it any more: it ends, unless one comes soon. */
  #endIfUnused(home: CellLink): void {
    const timer: { unref?: () => void } | number = setTimeout(() => {
      if (home.volumes.size === 0) home.end('no directory is in it any more');
    }, HOME_IDLE_MS);
    if (typeof timer === 'object') timer.unref?.(); // Node's would keep the process alive
  }

  /** As the cells have said, and the calls that have come since. */
  #usesOfCells(): CellUses {
    const all = { memory: 0, calls: 0 };
    const callers = this.#calls.callers.map((job) => this.#jobs.get(job)?.cell);
    for (const cell of this.#cells) {
      all.memory += cell.uses.memory;
      all.calls += Math.max(cell.uses.calls, callers.filter((caller) => caller === cell).length);
    }
    return all;
  }

  /** Makes the class of clients whose jobs run in cells. */
  clientOf(Base: typeof Client): typeof Client {
    return farClient(Base, this.#rings, this.#jobs, this.#calls, () => this.#usesOfCells());
  }

  /** The client is there. */
  join(client: Client): void {
    this.#client = client;
  }

  spawnWorker(): WorkerChild {
    let proxy: Proxy | undefined;
    const child = localChild<ToWorker, FromWorker>((scope) => {
      proxy = new Proxy(scope, {
        client: () => this.#client!,
        jobs: this.#jobs,
        calls: this.#calls,
        volumes: this.#volumes,
        standstill: this.#standstill,
        rings: this.#rings,
        waits: this.waits,
        startCell: () => this.#startCell(),
        unload: (id) => this.#cells.forEach((cell) => cell.unload(id)),
        begin: () => {
          this.#looks = 0;
        },
      });
    });
    const terminate = (): void => {
      child.terminate();
      proxy?.terminate();
    };
    return { ...child, terminate };
  }
}
