/** The messages between the main thread and a cell: a worker that has a small pool of its own, where memory cannot be shared.
 * What jobs read and write travels here, too. A job is named by its handle in the main thread's pool. */
import type { FilesReply, FilesRequest, ImportsMessage, LogMessage, ModuleMessage, UnloadMessage } from './protocol.js';

/** Of a job's stdin, stdout and stderr. */
export type StreamNumber = 0 | 1 | 2;

/** How one of a job's streams travels; `undefined`: it is a null device. */
export interface CellStream {
  /** Bytes that a pipe holds, and that may be under way. */
  readonly capacity: number;
}

/** What a cell is to run: a submission without anything of the main thread's memory. */
export interface CellJob {
  readonly module: number;
  readonly call: undefined | 'instance' | { readonly name: string; readonly values: readonly (number | bigint)[] };
  readonly streams: readonly (CellStream | undefined)[];
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly preopens: readonly { readonly path: string; readonly volume: number; readonly readOnly: boolean }[];
  readonly maxCalls: number;
  readonly maxMemoryMiB: number;
  readonly tty: boolean;
  readonly imports: number;
  readonly traps: boolean;
}

/** How a job has ended in its cell. */
export interface CellResult {
  readonly outcome: number;
  readonly code: number;
  readonly text: string;
  readonly values: readonly (number | bigint)[];
}

/** How much is used in a cell. */
export interface CellUses {
  /** Bytes of its memory. */
  readonly memory: number;
  /** Host calls that its guests have begun and not closed. */
  readonly calls: number;
}

/** Some of what a stream carries. */
interface Bytes {
  readonly type: 'cell:bytes';
  readonly job: number;
  readonly stream: StreamNumber;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Nothing more comes: its writer has ended (0), or why not. */
interface End {
  readonly type: 'cell:end';
  readonly job: number;
  readonly stream: StreamNumber;
  readonly status: number;
}

/** So many bytes more may be sent. */
interface Credit {
  readonly type: 'cell:credit';
  readonly job: number;
  readonly stream: StreamNumber;
  readonly bytes: number;
}

/** Nobody reads what is sent. */
interface Gone {
  readonly type: 'cell:gone';
  readonly job: number;
  readonly stream: StreamNumber;
}

export type StreamMessage = Bytes | End | Credit | Gone;

/** Main thread to cell. */
export type ToCell =
  | {
      readonly type: 'cell:start';
      readonly abi: number;
      readonly wasm: WebAssembly.Module;
      readonly memoryMib: number;
      readonly name: string;
    }
  | { readonly type: 'cell:run'; readonly job: number; readonly submission: CellJob }
  | { readonly type: 'cell:cancel'; readonly job: number }
  | {
      readonly type: 'cell:reply';
      readonly call: number;
      readonly status: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | StreamMessage
  | ModuleMessage
  | ImportsMessage
  | UnloadMessage
  | FilesRequest;

/** Cell to main thread. */
export type FromCell =
  | { readonly type: 'cell:started' }
  | { readonly type: 'cell:failed'; readonly text: string }
  /** Whether all its guests wait, and what is used. */
  | { readonly type: 'cell:rests'; readonly rests: boolean; readonly uses: CellUses | undefined }
  | { readonly type: 'cell:ended'; readonly job: number; readonly result: CellResult }
  | {
      readonly type: 'cell:call';
      readonly call: number;
      readonly job: number;
      readonly name: string;
      readonly data: Uint8Array<ArrayBuffer>;
    }
  /** Who called has gone. */
  | { readonly type: 'cell:left'; readonly call: number }
  | StreamMessage
  | LogMessage
  | FilesReply;
