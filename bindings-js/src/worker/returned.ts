/** What a function of `importsFrom` has returned: an engine converts most of it without a word, and says little of the rest. */
import { isIterable, isThenable } from '../shared/brand.js';
import { refusal } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';

/** Throws POOL_EINVAL if the engine would not take it as results of these types, or would make 0 of a promise. */
export function checkReturned(name: string, value: unknown, results: readonly number[]): void {
  const [type] = results;
  if (type === undefined || (results.length === 1 && isFine(value, type))) return;
  const what = `what ${name} returns`;
  if (results.length > 1) return checkMany(what, value, results.length);
  const taken = type === layout.POOL_I64 ? 'a bigint' : 'a number';
  throw refusal(what, value, taken, isThenable(value) ? 'functions of importsFrom are synchronous' : '');
}

/** A number, and what a script's author may mean as one: true and false, or nothing. */
function isFine(value: unknown, type: number): boolean {
  if (typeof value === 'object' && value !== null) return !isThenable(value);
  if (typeof value === 'boolean' || typeof value === 'string') return true;
  return type === layout.POOL_I64 ? typeof value === 'bigint' : typeof value !== 'bigint' && typeof value !== 'symbol';
}

function checkMany(what: string, value: unknown, n: number): void {
  if (Array.isArray(value) ? value.length === n : isIterable(value)) return;
  throw refusal(what, value, `an array of ${n} values`);
}
