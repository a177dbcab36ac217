/** How a pool is to be closed. */
import { isPlain } from '../shared/brand.js';
import { fields, type Names, refusal } from '../shared/gate.js';
import { milliseconds } from '../shared/whole-number.js';
import { signalOf, UINT32_MAX } from './options.js';

/** For how long `pool.close` waits for what is under way. */
export interface GracefulOptions {
  /** Milliseconds from now until what still runs is cancelled.
   * @default none */
  readonly timeoutMs?: number | undefined;
}

/** Options of `pool.close`. */
export interface CloseOptions {
  /** Whether what was begun goes to its end: nothing new is taken, and the pool closes when all jobs, also those that are
   * queued, have ended by themselves, and instances and plugins have answered what they were asked.
   * @default false */
  readonly graceful?: boolean | GracefulOptions | undefined;
  /** Ends a graceful wait when aborted: what still runs is cancelled.
   * @default none */
  readonly signal?: AbortSignal | undefined;
}

export interface CheckedClose {
  readonly graceful: boolean;
  /** When what still runs is cancelled, by `performance.now()`; Infinity: never. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

const gracefulNames = { timeoutMs: true } as const satisfies Names<GracefulOptions>;
const closeNames: Names<CloseOptions> = { graceful: gracefulNames, signal: true };

/** Throws POOL_EINVAL naming what is wrong. */
export function checkClose(given: unknown): CheckedClose {
  const { graceful = false, signal } = fields<CloseOptions>('options', given, closeNames);
  if (typeof graceful !== 'boolean' && !isPlain(graceful)) {
    throw refusal('graceful', graceful, 'true, false or { timeoutMs }');
  }
  const limits =
    typeof graceful === 'boolean' ? {} : fields<GracefulOptions>('graceful', graceful, gracefulNames, 'graceful.');
  const timeoutMs = milliseconds('graceful.timeoutMs', limits.timeoutMs, UINT32_MAX) || Infinity;
  return { graceful: graceful !== false, deadline: performance.now() + timeoutMs, signal: signalOf(signal) };
}
