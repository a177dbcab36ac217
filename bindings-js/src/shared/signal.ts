/** An AbortSignal that a caller gives. */
import { isAbortSignal, read } from './brand.js';
import { refusal } from './gate.js';

/** An AbortSignal, or none. Throws POOL_EINVAL if it is something else. */
export function signalOf(given: unknown): AbortSignal | undefined {
  if (given === undefined || isAbortSignal(given)) return given;
  const hint = isAbortSignal(read(given, 'signal')) ? 'give its signal' : '';
  throw refusal('signal', given, 'an AbortSignal', hint);
}
