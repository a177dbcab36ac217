/** What the main thread's side needs of the platform, so that browsers and Node look alike. */
import type { FromCell, ToCell } from '../shared/cell-protocol.js';
import type { FromCoordinator, FromWorker, ToCoordinator, ToWorker } from '../shared/protocol.js';
import type { Child } from './scope.js';

export type CoordinatorChild = Child<ToCoordinator, FromCoordinator>;
export type WorkerChild = Child<ToWorker, FromWorker>;
export type CellChild = Child<ToCell, FromCell>;

export interface Platform {
  /** Where the package's own files are, as absolute URLs. */
  readonly urls: {
    readonly wasm: string;
    readonly coordinator: string;
    readonly worker: string;
    readonly cell: string;
  };
  /** Whether memory can be shared with workers. */
  isIsolated(): boolean;
  cores(): number;
  spawnCoordinator(url: string, name: string): CoordinatorChild;
  spawnWorker(url: string, name: string): WorkerChild;
  spawnCell(url: string, name: string): CellChild;
  /** How long a terminated worker may live on in secret, in milliseconds; -1: perhaps for ever. */
  readonly restMs: number;
  /** A stream into this program's own stdout (1) or stderr (2). Closing or aborting it leaves them open. */
  inherit(fd: 1 | 2): WritableStream<Uint8Array>;
  /** A string as an absolute URL. Throws if it is none. */
  urlOf(text: string): string;
  /** Fetches what a string or a request names, until `signal` aborts. May throw. */
  load(source: string | Request, signal?: AbortSignal): Promise<Response>;
}
