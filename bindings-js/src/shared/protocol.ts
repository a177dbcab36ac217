/** Every message between the three kinds of threads. Each is sent only over the channel between the main thread and a
 * worker that it started, which nobody else can post to. What jobs read and write never travels here; it is in shared memory.
 *
 * The main thread starts every worker: a worker that starts another can hang for good in Firefox. So what the coordinator
 * has to say to the workers is addressed to the main thread, which carries it out. */

import type { PoolErrorCode } from './errors.js';

/** What instantiating coordinator.wasm on the shared memory takes. */
export interface SharedParts {
  readonly abi: number;
  readonly wasm: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** How many workers there are, and how many had to be replaced. */
export interface WorkerCounts {
  readonly workers: number;
  readonly lost: number;
}

/** A bell rang that its owner cannot watch (see `x_relayed` in c/core/layout.h). */
export interface RingMessage {
  readonly type: 'millrace:ring';
  readonly waiter: number;
}

/** What something in a directory is. */
export type EntryKind = 'file' | 'directory' | 'symlink';

/** What `stat` tells of something in a directory. */
export interface EntryStat {
  /** What it is. */
  readonly kind: EntryKind;
  /** Bytes of a file; of a directory 0. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/** Something in a directory. */
export interface DirectoryEntry extends EntryStat {
  /** Its own name, without a path. */
  readonly name: string;
}

/** Some of a directory's entries. */
export interface DirectoryPage {
  readonly entries: DirectoryEntry[];
  /** Where to go on; 0: there are no more. */
  readonly cookie: number;
}

/** A part of a file. */
export interface FileRun {
  readonly offset: number;
  readonly bytes: ArrayBuffer;
}

/** Something that a new volume is filled with, and what it is: a file of so many bytes, a symlink with a target, or a directory. */
export type Leaf = readonly [path: string, content: number | string | undefined];

/** What the main thread calls in the coordinator, for files. Paths are relative to the volume's root. */
export interface VolumeCalls {
  /** A volume with these in it. 0 for a limit means none. */
  make(maxBytes: number, maxFiles: number, leaves?: readonly Leaf[], bytes?: ArrayBuffer): number;
  /** Adds these to a new volume, which is gone if that fails. The bytes of all files are one behind the other. */
  fill(volume: number, leaves: readonly Leaf[], bytes: ArrayBuffer): void;
  drop(volume: number): void;
  /** So many bytes from `offset` on, or as many as there are: of all of them, when that is more than `max`, POOL_EFBIG. */
  read(volume: number, path: string, offset: number, length: number, max: number): ArrayBuffer;
  /** Where a file has bytes next, from an offset on: those before are zeros. Its size: nowhere. */
  nextData(volume: number, path: string, offset: number): number;
  write(volume: number, path: string, data: ArrayBuffer): void;
  /** Bytes that a file has behind each other, from the first on at `offset` or later; none: there are no more. */
  run(volume: number, path: string, offset: number): FileRun;
  writeAt(volume: number, path: string, offset: number, data: ArrayBuffer): void;
  resize(volume: number, path: string, size: number): void;
  /** What something itself is: a `struct pool_stat`. */
  node(volume: number, path: string): ArrayBuffer;
  /** Gives something the times of another's `node`. */
  setTimes(volume: number, path: string, node: ArrayBuffer): void;
  /** Gives something one more name. */
  link(volume: number, path: string, to: string): void;
  /** Some of what comes after `cookie`, 0 at first. */
  list(volume: number, path: string, cookie: number): DirectoryPage;
  stat(volume: number, path: string, follow: boolean): EntryStat;
  mkdir(volume: number, path: string): void;
  symlink(volume: number, path: string, target: string): void;
  readlink(volume: number, path: string): string;
  rename(volume: number, from: string, to: string): void;
  remove(volume: number, path: string): void;
}

/** One of these calls. Buffers among `args` are transferred. */
export interface FilesRequest {
  readonly type: 'millrace:files';
  readonly id: number;
  readonly call: keyof VolumeCalls;
  readonly args: readonly unknown[];
}

export interface FilesReply {
  readonly type: 'millrace:files';
  readonly id: number;
  /** 0, or an error of `pool.h`. */
  readonly status: number;
  readonly value: unknown;
}

/** A worker's number, and which of those that have ever had it: what one said that is gone may come when another has its
 * number. */
export interface WorkerLife {
  readonly number: number;
  readonly life: number;
}

/** Main thread to coordinator. */
export type ToCoordinator =
  | {
      readonly type: 'millrace:start';
      readonly parts: SharedParts;
      /** How many workers stay, and how many run jobs at the same time. */
      readonly range: Readonly<Record<'min' | 'max', number>>;
      /** How long one that need not stay may have nothing to do. */
      readonly idleMs: number;
      /** Threads at most, those that stand in for waiting jobs counted; 0: as C thinks best. */
      readonly maxWorkers: number;
      readonly cores: number;
      readonly graceMs: number;
      readonly blocksMib: number;
      /** How long a terminated worker may live on in secret, in milliseconds; -1: perhaps for ever. */
      readonly restMs: number;
      /** Somebody wants to be told what the coordinator notices. */
      readonly logs: boolean;
    }
  | ({ readonly type: 'millrace:joined' } & WorkerLife)
  | ({ readonly type: 'millrace:gone'; readonly text: string; readonly retired: boolean } & WorkerLife)
  | { readonly type: 'millrace:close' }
  | FilesRequest
  | RingMessage;

/** How much something matters that was noticed. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What the coordinator noticed. `code` and `text` are of an error behind it. */
export interface LogMessage {
  readonly type: 'millrace:log';
  readonly level: LogLevel;
  readonly message: string;
  readonly worker?: number | undefined;
  readonly code?: PoolErrorCode | undefined;
  readonly text?: string | undefined;
}

/** Coordinator to main thread. */
export type FromCoordinator =
  | { readonly type: 'millrace:created'; readonly pool: number }
  | ({ readonly type: 'millrace:spawn'; readonly stack: number } & WorkerLife)
  | { readonly type: 'millrace:terminate'; readonly number: number }
  | ({ readonly type: 'millrace:ready' } & WorkerCounts)
  | ({ readonly type: 'millrace:workers' } & WorkerCounts)
  | { readonly type: 'millrace:failed'; readonly message: string }
  | { readonly type: 'millrace:closed' }
  | LogMessage
  | FilesReply
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

/** What a guest's imports are linked with beside WASI, numbered by the main thread. */
export interface ImportsMessage {
  readonly type: 'millrace:imports';
  readonly id: number;
  /** The imports that the main thread serves, by their indices in the list of the module's imports. */
  readonly served: readonly number[];
  /** The URL of a module that has further ones. */
  readonly from: string | undefined;
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
  | ImportsMessage
  | UnloadMessage;

/** Compute worker to main thread. */
export type FromWorker =
  | { readonly type: 'millrace:joined' }
  | { readonly type: 'millrace:gone'; readonly text: string; readonly retired: boolean }
  | RingMessage;
