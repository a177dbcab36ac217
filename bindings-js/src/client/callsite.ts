/** Where a call was made, for the stacks of errors that come later, by a message or out of another task. */
import { PoolError } from '../shared/errors.js';

/** What engines have beside the standard. */
interface Stacks {
  stackTraceLimit?: number | undefined;
  /** Leaves the frames out that are above a function. */
  readonly captureStackTrace?: (target: { stack?: string }, above: unknown) => void;
}

const stacks = Error as unknown as Stacks;
const { captureStackTrace, stackTraceLimit: usualLimit } = stacks;

/** Our own frame, the caller's, and some of those above it. Every call pays for each of them, and few calls fail. */
const FRAMES = 5;

/** Calls that come so close together are many at once, as in a loop. */
const GROUP = 64;
const GROUP_MS = 2;

interface Trace {
  stack?: string;
}

export class CallSite {
  readonly #trace: Trace;
  /** The trace is of another call, made a moment before. */
  readonly #isNear: boolean;

  /** `near` is such a call. The trace begins with who has called `above`. */
  constructor(near?: CallSite, above: unknown = CallSite) {
    this.#isNear = near !== undefined;
    this.#trace = near ? near.#trace : traceAbove(above);
  }

  /** Gives one of the library's errors the stack of the call that it belongs to. */
  sign<E>(error: E): E {
    return error instanceof PoolError ? this.stamp(error) : error;
  }

  /** The same for an error that is known to be the library's. */
  stamp<E extends Error>(error: E): E {
    const { stack } = this.#trace;
    if (typeof stack === 'string') error.stack = withHeader(stack, error, this.#isNear ? NEAR : '');
    return error;
  }
}

/** The calls of one method of one object. Walking the stack costs as much as a third of all else that this thread does for a job; so of
 * many at once only the first of each group does it, and the others say that they were made near it. */
export class CallSites {
  #n = 0;
  #since = -Infinity;
  /** The first of a group. Weak, since engines keep in a trace what its functions were called on. */
  #first: WeakRef<CallSite> | undefined;
  /** The same in the go in which it was made: asking the clock, or the other, costs more than all else here. */
  #firstNow: CallSite | undefined;
  #areMany = false;

  /** Where the function that calls this was called. It stays on the stack meanwhile: a call at the end of a function takes
   * the place of that in WebKit. */
  next(): CallSite {
    const near = this.#near();
    const site = new CallSite(near, this.next); // eslint-disable-line @typescript-eslint/unbound-method
    if (this.#n % GROUP === 0) this.#begin(site);
    return site;
  }

  /** The first of many calls; `undefined`: the next one is such a one, or they are few. */
  #near(): CallSite | undefined {
    const isNow = this.#firstNow !== undefined && (this.#n + 1) % GROUP > 0;
    const now = isNow ? this.#since : performance.now();
    const isSoon = now - this.#since < GROUP_MS;
    this.#n = isSoon ? this.#n + 1 : 0;
    if (this.#n % GROUP > 0)
      return this.#areMany && hasUsualLimit() ? (this.#firstNow ?? this.#first?.deref()) : undefined;
    this.#areMany = isSoon;
    this.#since = now;
    return undefined;
  }

  #begin(site: CallSite): void {
    this.#first = new WeakRef(site);
    if (this.#firstNow === undefined) queueMicrotask(() => (this.#firstNow = undefined));
    this.#firstNow = site;
  }
}

/** Whoever has changed it wants what it is, of every call. Firefox has none. */
function hasUsualLimit(): boolean {
  return stacks.stackTraceLimit === usualLimit || !captureStackTrace;
}

function traceAbove(above: unknown): Trace {
  const limit = stacks.stackTraceLimit;
  const isLowered = hasUsualLimit() && limit !== undefined && limit > FRAMES;
  if (isLowered) setLimit(FRAMES);
  try {
    if (!captureStackTrace) return new Error();
    const trace = {};
    captureStackTrace(trace, above);
    return trace;
  } finally {
    if (isLowered) setLimit(limit); // also when the engine's own stack is used up
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

/** What stands above the frames of a call that was made near the one that failed. */
const NEAR = '    (one of many calls at once: made near this one)\n';

/** Only V8 puts a line above the frames, which says what the error is. */
function withHeader(stack: string, error: Error, near: string): string {
  const [first = '', ...rest] = stack.split('\n');
  const header = `${error.name}: ${error.message}\n${near}`;
  if (/^\s+at /.test(first)) return `${header}${stack}`;
  return /^\s+at /.test(rest[0] ?? '') ? `${header}${rest.join('\n')}` : `${near}${stack}`;
}
