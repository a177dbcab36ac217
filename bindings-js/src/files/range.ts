/** Which bytes of a file are wanted. */
import { PoolError } from '../shared/errors.js';
import { fields, type Names } from '../shared/gate.js';
import { wholeNumber } from '../shared/whole-number.js';

/** Which bytes of a file. */
export interface ReadRange {
  /** Where to begin.
   * @default at its beginning */
  offset?: number | undefined;
  /** How many, or as many as there are.
   * @default up to its end */
  length?: number | undefined;
}

/** Options of `readFile`. */
export interface ReadFileOptions extends ReadRange {
  /** How many bytes may be read at once. If there are more, the call rejects with POOL_EFBIG, before any memory is taken: a
   * guest's file may be large although it takes no memory, because it has holes.
   * @default `length`, if that is given; or 256 MiB */
  maxBytes?: number | undefined;
}

/** What `readFile` reads unless it is told otherwise. */
const READ_MAX_BYTES = 256 * 1024 * 1024;

const rangeNames: Names<ReadRange> = { offset: true, length: true };
const readNames: Names<ReadFileOptions> = { ...rangeNames, maxBytes: true };

/** A range. `length` is Infinity up to the end. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A range that was given as options. */
export function rangeOf(options: unknown): Range {
  return checked(fields<ReadRange>('options', options, rangeNames));
}

/** The same, and how many bytes may be read at once. */
export function boundedRangeOf(options: unknown): Range & { readonly most: number } {
  const { maxBytes, ...given } = fields<ReadFileOptions>('options', options, readNames);
  const range = checked(given);
  const most = range.length < Infinity ? range.length : READ_MAX_BYTES;
  return { ...range, most: maxBytes === undefined ? most : wholeNumber('maxBytes', maxBytes, Number.MAX_SAFE_INTEGER) };
}

function checked({ offset, length }: { offset?: unknown; length?: unknown }): Range {
  return {
    offset: wholeNumber('offset', offset, Number.MAX_SAFE_INTEGER, 0),
    length: length === undefined ? Infinity : wholeNumber('length', length, Number.MAX_SAFE_INTEGER, 0),
  };
}

/** Says in an error what was too large. */
export function withLimit(error: unknown, most: number): unknown {
  if (!(error instanceof PoolError) || error.code !== 'POOL_EFBIG') return error;
  const hint = `there are more bytes than maxBytes (${most}) lets be read at once; readable() reads them in pieces`;
  return new PoolError('POOL_EFBIG', `${hint}: ${error.message}`, { cause: error });
}
