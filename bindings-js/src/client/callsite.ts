/** Where a call was made, for the stacks of errors that come later, by a message or out of another task. */
import { PoolError } from '../shared/errors.js';

type Capture = (target: { stack?: string }, above: unknown) => void;

/** Leaves the frames out that are this file's own, where the engine can. */
const { captureStackTrace } = Error as unknown as { captureStackTrace?: Capture };

export class CallSite {
  readonly #trace: { stack?: string };

  constructor() {
    this.#trace = captureStackTrace ? {} : new Error();
    captureStackTrace?.(this.#trace, CallSite);
  }

  /** Gives one of the library's errors the stack of the call that it belongs to. */
  sign<E>(error: E): E {
    return error instanceof PoolError ? this.stamp(error) : error;
  }

  /** The same for an error that is known to be the library's. */
  stamp<E extends Error>(error: E): E {
    const { stack } = this.#trace;
    if (typeof stack === 'string') error.stack = withHeader(stack, error);
    return error;
  }
}

/** Only V8 puts a line above the frames, which says what the error is. */
function withHeader(stack: string, error: Error): string {
  const [first = '', ...rest] = stack.split('\n');
  if (/^\s+at /.test(first)) return `${error.name}: ${error.message}\n${stack}`;
  return /^\s+at /.test(rest[0] ?? '') ? [`${error.name}: ${error.message}`, ...rest].join('\n') : stack;
}
