/** What callers give that is to become JSON. */
import { read, tagOf } from './brand.js';
import { invalid, refusal, show } from './gate.js';

/** The JSON of a value. Throws POOL_EINVAL, naming it, if it is of a kind that JSON would leave out or empty without a
 * word: a function, a bigint, `NaN`, a `Map`, a `Blob`, a circle. `taken` says in the refusal what there may be. */
export function jsonOf(what: string, value: unknown, taken: string): string {
  const isSimple = value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value);
  if (!isSimple && !isRecord(value)) throw refusal(what, value, taken);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw invalid(`${what} has no JSON: ${messageOf(cause)}`, { cause });
  }
  if (text === undefined) throw refusal(what, value, taken);
  return text;
}

/** An object of no class of the platform's, an array, or one that says itself what it is in JSON. */
function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const tag = tagOf(value);
  return tag === 'Object' || tag === 'Array' || typeof read(value, 'toJSON') === 'function';
}

/** What something says that was thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const message = read(error, 'message');
  return typeof message === 'string' && message !== '' ? message : show(error);
}
