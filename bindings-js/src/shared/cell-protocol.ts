/** The messages between the main thread and a cell: a worker that has a small pool of its own, where memory cannot be shared.
 * What jobs read and write travels here, too. A job is named by its handle in the main thread's pool. */
import type { SmallBytes } from './small-bytes.js';
import type { FilesReply, FilesRequest, ImportsMessage, LogMessage, ModuleMessage, UnloadMessage } from './protocol.js';

/** Of a job's stdin, stdout and stderr. */
export type StreamNumber = 0 | 1 | 2;

/** How one of a job's streams travels; `undefined`: it is a null device. */
export interface CellStream {
  /** Bytes that a pipe holds, and that may be under way. */
  readonly capacity: number;
  /** Another guest is at its other end: what it reads comes from there once the main thread has ended its own part, and what
   * it writes goes there. */
  readonly port: MessagePort | undefined;
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

/** What is said of one stream. */
export type StreamPart =
  /** Some of what it carries. */
  | { readonly type: 'cell:bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Nothing more comes: its writer has ended (0), or why not. Cut: more was written, or would have been. */
  | { readonly type: 'cell:end'; readonly status: number; readonly isCut?: boolean }
  /** So many bytes more may be sent. Buffers in which some came are sent back, to be used again. */
  | { readonly type: 'cell:credit'; readonly bytes: number; readonly buffers: readonly ArrayBuffer[] }
  /** Nobody reads what is sent. */
  | { readonly type: 'cell:gone' };

/** Which stream. */
interface OfStream {
  readonly job: number;
  readonly stream: StreamNumber;
}

export type StreamMessage = StreamPart & OfStream;

/** Of streams that lead from one guest to another, whose parts go through a port of their own. */
export type LinkMessage = OfStream &
  (
    | { readonly type: 'cell:link'; readonly port: MessagePort }
    /** The cell of whoever was at the other end has ended, and what it said last may not have come. 0, or what a reader gets
     * if it has not. */
    | { readonly type: 'cell:lost'; readonly status: number }
  );

/** A host call, and its reply. There are many, and an array takes less time than names: a tenth of all that a call takes. An
 * empty name: what is called is an import. */
export type CallMessage = readonly [call: number, job: number, name: string, data: SmallBytes];
export type ReplyMessage = readonly [call: number, status: number, bytes: SmallBytes];

export function isCall(message: FromCell): message is CallMessage {
  return Array.isArray(message);
}

export function isReply(message: ToCell): message is ReplyMessage {
  return Array.isArray(message);
}

/** Guests that have ended, or answered, were told that it was so late; in nanoseconds. Both sides say so, before they say
 * what follows from it. */
export interface ToldMessage {
  readonly type: 'cell:told';
  readonly ns: bigint;
}

/** Main thread to cell. */
export type ToCell =
  | ReplyMessage
  | {
      readonly type: 'cell:start';
      readonly abi: number;
      readonly wasm: WebAssembly.Module;
      readonly memoryMib: number;
      readonly name: string;
    }
  | { readonly type: 'cell:run'; readonly job: number; readonly submission: CellJob }
  | { readonly type: 'cell:cancel'; readonly job: number }
  | ToldMessage
  /** What its guest waits for. */
  | { readonly type: 'cell:ask'; readonly job: number; readonly round: number }
  | StreamMessage
  | LinkMessage
  | ModuleMessage
  | ImportsMessage
  | UnloadMessage
  | FilesRequest;

/** Cell to main thread. */
export type FromCell =
  | CallMessage
  | { readonly type: 'cell:started' }
  | { readonly type: 'cell:failed'; readonly text: string }
  /** Whether all its guests wait, those of the `runs` jobs that it has been sent until now, and what is used. */
  | {
      readonly type: 'cell:rests';
      readonly rests: boolean;
      readonly runs: number;
      readonly uses: CellUses | undefined;
    }
  | ToldMessage
  | { readonly type: 'cell:ended'; readonly job: number; readonly result: CellResult }
  /** Who called has gone. */
  | { readonly type: 'cell:left'; readonly call: number }
  /** To who has asked: its guest sleeps, and these streams wake it, or a host call's reply. `bell` is another after each sleep. */
  | {
      readonly type: 'cell:asleep';
      readonly job: number;
      readonly round: number;
      readonly streams: readonly StreamNumber[];
      readonly bell: number;
    }
  | StreamMessage
  /** What this job writes goes over its link from now on. */
  | ({ readonly type: 'cell:linked' } & OfStream)
  | LogMessage
  | FilesReply;
