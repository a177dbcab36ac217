/** Bytes, in every shape in which callers have them. */
import { isArrayBuffer, isSharedArrayBuffer, read } from './brand.js';
import { PoolError } from './errors.js';
import { invalid } from './gate.js';

/** A buffer, shared or not, or a view of one: typed arrays, `Buffer`, `DataView`. */
export type Bytes = ArrayBufferLike | ArrayBufferView;

/** Of every typed array. */
const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;

/** Those bytes themselves; `undefined`: it is something else. Throws POOL_EINVAL, naming it, if its buffer is gone. */
export function viewOf(name: string, given: unknown): Uint8Array | undefined {
  const isView = ArrayBuffer.isView(given);
  if (!isView && !isArrayBuffer(given) && !isSharedArrayBuffer(given)) return undefined;
  try {
    if (!isView) return new Uint8Array(given);
    // This throws, as a DataView's length does by itself, if the buffer is gone or has shrunk below the view.
    if (read(given, Symbol.toStringTag) !== 'DataView') prototype.at.call(given, 0);
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  } catch (cause) {
    throw invalid(`${name} must have its bytes: its buffer was transferred, or shrank`, { cause });
  }
}

/** So few bytes lie in the object that has them, as long as nobody asks for their buffer. */
const FEW = 64;

/** A copy of them if they are few, and in a `Uint8Array`: a view of them would cost ten times as much. */
export function fewBytesOf(given: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (Reflect.get(prototype, Symbol.toStringTag, given) !== 'Uint8Array') return undefined;
  const length = Reflect.get(prototype, 'length', given);
  return length > 0 && length <= FEW ? new Uint8Array(given as Uint8Array) : undefined;
}

/** A copy, which its owner can neither change nor take away. */
export function copyOf(view: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(view);
  } catch (cause) {
    throw new PoolError('POOL_ENOMEM', `there is no memory for a copy of ${view.length} bytes`, { cause });
  }
}

/** Joins pieces into one array; a single piece stays what it is. */
export function concat(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (parts.length <= 1) return parts[0] ?? new Uint8Array(0);
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
