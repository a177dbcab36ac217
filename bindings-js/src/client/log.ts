/** What a pool notices and no promise reports: told to a function of the caller's, if there is one. */
import { LostError, PoolError, type PoolErrorCode, StartError } from '../shared/errors.js';
import { refusal, text } from '../shared/gate.js';
import type { LogLevel, LogMessage } from '../shared/protocol.js';
import type { CoordinatorChild } from '../platform/platform.js';

/** Something that a pool has noticed: what `onlog` is given. */
export interface LogEntry {
  /** "debug": workers come and go as they should. "info": the slot of a lost one is not used again yet. "warn":
   * something was lost or refused, and the pool goes on. "error": it goes on with less than it should have, or not at
   * all. */
  readonly level: LogLevel;
  /** What it is, in English. */
  readonly message: string;
  /** The pool's `name`; "millrace" if it has none. */
  readonly pool: string;
  /** The worker's number, if it is about one: the same as in `stats().perWorker`. */
  readonly worker: number | undefined;
  /** The error behind it, if there is one. */
  readonly cause: PoolError | undefined;
}

/** Is told of what a pool notices. What it throws, or rejects with, is ignored. */
export type LogHandler = (entry: LogEntry) => unknown;

/** What threads of a pool without a name are called after. */
const DEFAULT_NAME = 'millrace';

const errors: Partial<Record<PoolErrorCode, (text: string) => PoolError>> = {
  POOL_LOST: (text) => new LostError(text),
  POOL_START_FAILED: (text) => new StartError(text),
};

export class Log {
  /** The pool's, or the one that stands for it. */
  readonly name: string;
  /** How errors call the pool. */
  readonly label: string;
  readonly #handler: LogHandler | undefined;

  /** Checks `name` and `onlog`. */
  constructor(name: unknown, onlog: unknown) {
    if (name === '') throw refusal('name', name, 'a text');
    this.name = name === undefined ? DEFAULT_NAME : text('name', name);
    this.label = name === undefined ? 'the pool' : `the pool ${JSON.stringify(this.name)}`;
    if (onlog !== undefined && typeof onlog !== 'function') throw refusal('onlog', onlog, 'a function');
    this.#handler = onlog as LogHandler | undefined;
  }

  get isNamed(): boolean {
    return this.name !== DEFAULT_NAME;
  }

  get isWanted(): boolean {
    return this.#handler !== undefined;
  }

  /** Hands on what the coordinator notices. */
  listen(coordinator: CoordinatorChild): void {
    if (!this.#handler) return;
    coordinator.onMessage((message) => {
      if (message.type === 'millrace:log') this.#onMessage(message);
    });
  }

  #onMessage({ level, message, worker, code, text }: LogMessage): void {
    const why = text ?? message;
    const cause = code && (errors[code]?.(why) ?? new PoolError(code, why));
    this.tell({ level, message, worker, cause });
  }

  tell({ level, message, worker, cause }: Pick<LogEntry, 'level' | 'message'> & Partial<LogEntry>): void {
    try {
      const told = this.#handler?.({ level, message, pool: this.name, worker, cause });
      if (told instanceof Promise) told.catch(() => undefined);
    } catch {
      return; // it is not the pool's business
    }
  }
}
