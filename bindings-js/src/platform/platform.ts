/** What the main thread's side needs of the platform, so that browsers and Node look alike. */
import type { FromCell, ToCell } from '../shared/cell-protocol.js';
import type { FromCoordinator, FromWorker, ToCoordinator, ToWorker } from '../shared/protocol.js';
import type { Child } from './scope.js';

export type CoordinatorChild = Child<ToCoordinator, FromCoordinator>;
export type WorkerChild = Child<ToWorker, FromWorker>;
export type CellChild = Child<ToCell, FromCell>;

/** Which of the package's scripts a thread runs. */
export type ScriptKind = 'coordinator' | 'worker' | 'cell';

/** Where a script is. */
export interface ScriptPlace {
  /** As an absolute URL. */
  readonly url: string;
  /** What the embedder named it by, if not by a string: a policy of the page may trust that, and no string. */
  readonly given?: object | undefined;
  /** It is the package's own, beside its module or in it. */
  readonly isOwn: boolean;
}

/** A script that any number of threads can be started from. */
export interface Script {
  /** Where it is, in few words. */
  readonly place: string;
  /** Starts a thread. What throws is the platform's error. */
  spawn<Out, In>(name: string): Child<Out, In>;
}

/** Where the package's files are. Each is asked for when a pool starts, and throws if that is not known. */
export type Files = Readonly<Record<ScriptKind, () => string>> & {
  /** A URL, or the bytes. */
  readonly wasm: () => string | Promise<Uint8Array<ArrayBuffer>>;
};

export interface Platform {
  readonly files: Files;
  /** What those are called. */
  readonly fileNames: Readonly<Record<keyof Files, string>>;
  /** Whether memory can be shared with workers. */
  isIsolated(): boolean;
  cores(): number;
  /** Gets a script ready. Rejects with a `ScriptError` if no thread can be started from it. */
  open(place: ScriptPlace): Promise<Script>;
  /** A worker that the embedder has started; `undefined`: it is none. */
  adopt<Out, In>(worker: unknown): Child<Out, In> | undefined;
  /** Why a policy of the page has just refused a connection, and what to do. */
  refusedConnection(): Promise<string | undefined>;
  /** How long a terminated worker may live on in secret, in milliseconds; -1: perhaps for ever. */
  readonly restMs: number;
  /** A stream into this program's own stdout (1) or stderr (2). Closing or aborting it leaves them open. */
  inherit(fd: 1 | 2): WritableStream<Uint8Array>;
  /** A string as an absolute URL. Throws if it is none. */
  urlOf(text: string): string;
  /** Fetches what a string or a request names, until `signal` aborts. May throw. */
  load(source: string | Request, signal?: AbortSignal): Promise<Response>;
}

/** Why a script cannot be started, and what to do. */
export class ScriptError extends Error {}

/** What is there in the place of a script. */
export class NoScriptError extends ScriptError {}
