/** Where a call was made, for the stacks of errors that come later, by a message or out of another task. */
import { PoolError } from '../shared/errors.js';

/** What engines have beside the standard. */
interface Stacks {
  stackTraceLimit?: number | undefined;
  /** Leaves the frames out that are above a function. */
  readonly captureStackTrace?: (target: { stack?: string }, above: unknown) => void;
}

const stacks = Error as unknown as Stacks;
const { captureStackTrace, stackTraceLimit: usualLimit = 0 } = stacks;

/** Our own frame, the caller's, and some of those above it. Every call pays for each of them, and few calls fail. */
const FRAMES = 5;

export class CallSite {
  readonly #trace: { stack?: string };

  constructor() {
    const limit = stacks.stackTraceLimit;
    const isLowered = limit === usualLimit && limit > FRAMES; // whoever has changed it wants what it is
    if (isLowered) setLimit(FRAMES);
    try {
      this.#trace = captureStackTrace ? {} : new Error();
      captureStackTrace?.(this.#trace, CallSite);
    } finally {
      if (isLowered) setLimit(limit); // also when the engine's own stack is used up
    }
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

/** Does nothing where a page has frozen it. */
function setLimit(limit: number): void {
  try {
    stacks.stackTraceLimit = limit;
  } catch {
    // then stacks are as long as it says
  }
}

/** Only V8 puts a line above the frames, which says what the error is. */
function withHeader(stack: string, error: Error): string {
  const [first = '', ...rest] = stack.split('\n');
  if (/^\s+at /.test(first)) return `${error.name}: ${error.message}\n${stack}`;
  return /^\s+at /.test(rest[0] ?? '') ? [`${error.name}: ${error.message}`, ...rest].join('\n') : stack;
}
