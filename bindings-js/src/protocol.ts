/** Every message between the three kinds of threads. Each is sent only over the channel between a worker and whoever
 * started it, which nobody else can post to. Data never travels here; it is in shared memory. */

/** What instantiating coordinator.wasm on the shared memory takes. */
export interface SharedParts {
  readonly abi: number;
  readonly wasm: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** Main thread to coordinator. */
export type ToCoordinator =
  | {
      readonly type: 'millrace:start';
      readonly parts: SharedParts;
      readonly workerUrl: string;
      readonly workers: number;
      readonly cores: number;
      readonly graceMs: number;
      readonly blocksMib: number;
    }
  | ModuleMessage
  | { readonly type: 'millrace:tick' }
  | { readonly type: 'millrace:close' };

/** A compiled guest, numbered by the main thread. */
export interface ModuleMessage {
  readonly type: 'millrace:module';
  readonly id: number;
  readonly module: WebAssembly.Module;
}

/** Coordinator to main thread. */
export type FromCoordinator =
  | { readonly type: 'millrace:created'; readonly pool: number }
  | ({ readonly type: 'millrace:ready' } & Roster)
  | ({ readonly type: 'millrace:roster' } & Roster)
  | { readonly type: 'millrace:ring' }
  | { readonly type: 'millrace:failed'; readonly message: string }
  | { readonly type: 'millrace:closed' };

/** How many workers there are, and how many had to be replaced. */
export interface Roster {
  readonly workers: number;
  readonly lost: number;
}

/** Coordinator to compute worker. */
export type ToWorker =
  | {
      readonly type: 'millrace:join';
      readonly parts: SharedParts;
      readonly pool: number;
      readonly number: number;
      readonly stack: number;
    }
  | ModuleMessage;

/** Compute worker to coordinator. */
export type FromWorker =
  | { readonly type: 'millrace:joined' }
  | { readonly type: 'millrace:tick' }
  | { readonly type: 'millrace:ring' }
  | { readonly type: 'millrace:retire' }
  | { readonly type: 'millrace:failed'; readonly message: string };
