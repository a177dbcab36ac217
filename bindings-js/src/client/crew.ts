/** The compute workers' threads: the coordinator commands them, but only the main thread can start and end them. */
import { layout } from '../shared/layout.gen.js';
import type {
  FromCoordinator,
  ImportsMessage,
  ModuleMessage,
  RingMessage,
  SharedParts,
  WorkerLife,
} from '../shared/protocol.js';
import { errorText } from '../platform/error-text.js';
import type { CoordinatorChild, WorkerChild } from '../platform/platform.js';

export class Crew {
  /** Called when the client's bell rang and was relayed. */
  onClientRing: () => void = () => undefined;
  readonly #coordinator: CoordinatorChild;
  /** Let go at the end, with the modules: whoever keeps a closed pool shall not keep its memory. */
  #parts: SharedParts | undefined;
  readonly #start: (number: number) => WorkerChild;
  readonly #workers = new Map<number, WorkerChild>();
  readonly #modules = new Map<number, ModuleMessage>();
  readonly #imports: ImportsMessage[] = [];
  #pool = 0;

  /** Carries out what `coordinator` says; `start` starts a worker's thread. */
  constructor(coordinator: CoordinatorChild, parts: SharedParts, start: (number: number) => WorkerChild) {
    this.#coordinator = coordinator;
    this.#parts = parts;
    this.#start = start;
    coordinator.onMessage((message) => this.#onMessage(message));
  }

  #onMessage(message: FromCoordinator): void {
    switch (message.type) {
      case 'millrace:created':
        this.#pool = message.pool;
        return;
      case 'millrace:spawn':
        return this.#spawn(message, message.stack);
      case 'millrace:terminate':
        return this.#terminate(message.number);
      case 'millrace:ring':
        return this.relay(message);
    }
  }

  /** Tells a waiter that its bell rang. */
  relay(message: RingMessage): void {
    if (message.waiter === layout.WAITER_CLIENT) this.onClientRing();
    else this.#coordinator.post(message);
  }

  #spawn({ number, life }: WorkerLife, stack: number): void {
    const parts = this.#parts;
    if (!parts) return; // what the coordinator said last can come late
    let worker: WorkerChild;
    const gone = (text: string): void => {
      this.#coordinator.post({ type: 'millrace:gone', number, life, text, retired: false });
    };
    try {
      worker = this.#start(number);
    } catch (error) {
      return gone(errorText(error));
    }
    this.#workers.set(number, worker);
    const isHere = (): boolean => this.#workers.get(number) === worker; // another may have its number by now
    worker.onFailure((text) => {
      if (!isHere()) return;
      worker.terminate(); // an error is no end: until then its thread would go on
      gone(text);
    });
    worker.onMessage((message) => {
      if (!isHere()) return;
      if (message.type === 'millrace:ring') this.relay(message);
      else this.#coordinator.post({ ...message, number, life });
    });
    worker.post({ type: 'millrace:join', parts, pool: this.#pool, number, stack });
    for (const message of [...this.#modules.values(), ...this.#imports]) worker.post(message);
  }

  #terminate(number: number): void {
    this.#workers.get(number)?.terminate();
    this.#workers.delete(number);
  }

  /** Ends them all, for good. */
  terminateAll(): void {
    this.#parts = undefined;
    this.#modules.clear();
    for (const number of [...this.#workers.keys()]) this.#terminate(number);
  }

  /** Sends a module to every worker, now and later. */
  addModule(id: number, module: WebAssembly.Module, head: Uint8Array | undefined): void {
    const message: ModuleMessage = { type: 'millrace:module', id, module, head };
    this.#modules.set(id, message);
    for (const worker of this.#workers.values()) worker.post(message);
  }

  /** Tells every worker, now and later, what imports are linked with. */
  addImports(message: ImportsMessage): void {
    this.#imports.push(message);
    for (const worker of this.#workers.values()) worker.post(message);
  }

  /** Has every worker forget a module that no job uses. */
  dropModule(id: number): void {
    this.#modules.delete(id);
    for (const worker of this.#workers.values()) worker.post({ type: 'millrace:unload', id });
  }
}
