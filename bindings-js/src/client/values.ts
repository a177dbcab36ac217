/** What an export is called with, and what it returns. */
import { type Bytes, copyOf, viewOf } from '../shared/bytes.js';
import { PoolError } from '../shared/errors.js';
import { invalid, refusal } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import type { ExportCall } from './client.js';
import { chunkOf } from './input.js';

/** A value that an export is called with. A string, as its UTF-8, and bytes are two parameters to the export, an address and
 * a size: `pool_guest.h` says what the guest needs for that. */
export type CallValue = number | bigint | string | Bytes;

/** What an export returned, if it is numbers. */
export type CallResult = number | bigint | undefined | readonly (number | bigint)[];

/** What an export returned, whatever was asked for. */
export type AnyResult = CallResult | string | Uint8Array<ArrayBuffer>;

/** What is asked for. */
export type Returns = 'bytes' | 'string' | undefined;

/** The option that asks for bytes. */
export interface ReturnsOption {
  /** What the export returns. "bytes": an address and a size in one i64 (`pool_guest.h`), and the call resolves with those
   * bytes; "string": the same, as UTF-8.
   * @default numbers */
  returns?: Returns;
}

/** A call as it goes to an instance. Its bytes are its own. */
export interface InstanceCall {
  readonly name: string;
  readonly values: readonly (number | bigint | Uint8Array<ArrayBuffer>)[];
  readonly returns: Returns;
}

/** What an export is called with. Throws POOL_EINVAL, naming what is wrong, or POOL_E2BIG. */
export function valuesOf(values: readonly unknown[]): InstanceCall['values'] {
  if (values.length > layout.POOL_VALUES_MAX) {
    throw invalid(`values must be ${layout.POOL_VALUES_MAX} at most, and are ${values.length}`);
  }
  let size = 0;
  return values.map((value, i) => {
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    const bytes = bytesOf(`values[${i}]`, value);
    size += bytes.length;
    if (size > layout.POOL_BYTES_MAX) throw tooLarge(size);
    return copyOf(bytes);
  });
}

/** The bytes of a value, not copied. */
function bytesOf(name: string, value: unknown): Uint8Array {
  if (typeof value !== 'string') return viewOf(name, value) ?? refuse(name, value);
  if (value.length > layout.POOL_BYTES_MAX) throw tooLarge(value.length);
  return chunkOf(name, value);
}

function refuse(name: string, value: unknown): never {
  throw refusal(name, value, 'a number, a bigint, a string or bytes');
}

function tooLarge(size: number): PoolError {
  const text = `the strings and bytes among the values must be ${layout.POOL_BYTES_MAX} bytes at most, and are ${size} or more`;
  return new PoolError('POOL_E2BIG', text);
}

export function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return typeof value === 'object';
}

/** What is asked for by an option. Throws POOL_EINVAL. */
export function returnsOf(given: unknown): Returns {
  if (given === undefined || given === 'bytes' || given === 'string') return given;
  throw refusal('returns', given, '"bytes" or "string"');
}

/** The same call as a job without pipes makes it; `undefined`: that carries numbers only. */
export function plainCall({ name, values, returns }: InstanceCall): ExportCall | undefined {
  return returns || values.some(isBytes) ? undefined : { name, values: values as ExportCall['values'] };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that an export returned, or that it is none. */
export function textOf(name: string, bytes: Uint8Array): string | PoolError {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    return new PoolError('POOL_EINVAL', `${name} returned ${bytes.length} bytes that are no UTF-8`, { cause });
  }
}
