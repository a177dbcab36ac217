/** What a map goes through. */
import { read } from '../shared/brand.js';
import { invalid, refusal, show } from '../shared/gate.js';
import type { CallValue } from './values.js';

/** What an export is called with for one item. */
export type MapItem = CallValue | readonly CallValue[];

/** What `pool.map` goes through. */
export type MapItems = Iterable<MapItem> | AsyncIterable<MapItem>;

/** What is gone through. */
export type Items =
  | { readonly isAsync: true; readonly iterator: AsyncIterator<unknown> }
  | { readonly isAsync: false; readonly iterator: Iterator<unknown> };

/** Begins to go through what was given. Throws POOL_EINVAL if it is no iterable. */
export function itemsOf(given: unknown): Items {
  const later = iteratorOf(given, Symbol.asyncIterator);
  if (later) return { isAsync: true, iterator: later as AsyncIterator<unknown> };
  const plain = iteratorOf(given, Symbol.iterator);
  if (plain) return { isAsync: false, iterator: plain as Iterator<unknown> };
  throw refusal('iterable', given, 'an iterable, or an async one');
}

/** `undefined`: it has no such method. */
function iteratorOf(given: unknown, symbol: symbol): unknown {
  const method = read(given, symbol);
  if (typeof method !== 'function') return undefined;
  let iterator: unknown;
  try {
    iterator = Reflect.apply(method, given, []);
  } catch (cause) {
    throw invalid('iterable must give an iterator, and gives no iterator', { cause });
  }
  if (typeof read(iterator, 'next') === 'function') return iterator;
  throw invalid(`iterable must give an iterator, and gives no iterator but ${show(iterator)}`);
}

/** Does not wait for the iterable: one that has nothing now may take for ever. */
export function letGo({ iterator }: Items): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  } catch {
    // whoever waits for the end does not ask how it was
  }
}
