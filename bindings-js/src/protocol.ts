/** Every message between the three kinds of threads. Each is sent only over the channel between the main thread and a
 * worker that it started, which nobody else can post to. Data never travels here; it is in shared memory.
 *
 * The main thread starts every worker: a worker that starts another can hang for good in Firefox. So what the coordinator
 * has to say to the workers is addressed to the main thread, which carries it out. */

/** What instantiating coordinator.wasm on the shared memory takes. */
export interface SharedParts {
  readonly abi: number;
  readonly wasm: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** How many workers there are, and how many had to be replaced. */
export interface Roster {
  readonly workers: number;
  readonly lost: number;
}

/** A bell rang that its owner cannot watch (see `x_relayed` in c/core/layout.h). */
export interface RingMessage {
  readonly type: 'millrace:ring';
  readonly waiter: number;
}

/** Main thread to coordinator. */
export type ToCoordinator =
  | {
      readonly type: 'millrace:start';
      readonly parts: SharedParts;
      readonly workers: number;
      /** Threads at most, those that stand in for waiting jobs counted; 0: as C thinks best. */
      readonly maxWorkers: number;
      readonly cores: number;
      readonly graceMs: number;
      readonly blocksMib: number;
      /** How long a terminated worker may live on in secret, in milliseconds; -1: perhaps for ever. */
      readonly restMs: number;
    }
  | { readonly type: 'millrace:joined'; readonly number: number }
  | { readonly type: 'millrace:gone'; readonly number: number; readonly text: string; readonly retired: boolean }
  | { readonly type: 'millrace:close' }
  | RingMessage;

/** Coordinator to main thread. */
export type FromCoordinator =
  | { readonly type: 'millrace:created'; readonly pool: number }
  | { readonly type: 'millrace:spawn'; readonly number: number; readonly stack: number }
  | { readonly type: 'millrace:terminate'; readonly number: number }
  | ({ readonly type: 'millrace:ready' } & Roster)
  | ({ readonly type: 'millrace:roster' } & Roster)
  | { readonly type: 'millrace:failed'; readonly message: string }
  | { readonly type: 'millrace:closed' }
  | RingMessage;

/** A compiled guest, numbered by the main thread. */
export interface ModuleMessage {
  readonly type: 'millrace:module';
  readonly id: number;
  readonly module: WebAssembly.Module;
  /** The sections of its binary that tell the types of its exports (see `module-head.ts`), where they are known. */
  readonly head?: Uint8Array;
}

/** No job will use a module any more. */
export interface UnloadMessage {
  readonly type: 'millrace:unload';
  readonly id: number;
}

/** Main thread to compute worker. */
export type ToWorker =
  | {
      readonly type: 'millrace:join';
      readonly parts: SharedParts;
      readonly pool: number;
      readonly number: number;
      readonly stack: number;
    }
  | ModuleMessage
  | UnloadMessage;

/** Compute worker to main thread. */
export type FromWorker =
  | { readonly type: 'millrace:joined' }
  | { readonly type: 'millrace:gone'; readonly text: string; readonly retired: boolean }
  | RingMessage;
