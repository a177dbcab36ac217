/** Bytes that go into a guest's functions and come out, in memory that the guest itself gives out: "bytes in exports" in
 * `pool_guest.h`. */
import type { Ending, Enter } from './ending.js';
import type { ExportedFunction } from './export-call.js';
import { Refusal } from './refusal.js';
import type { Steps } from './steps.js';

/** Bytes in a guest's memory. */
export interface Piece {
  readonly address: number;
  readonly size: number;
}

const HEAP_EXPORTS = [
  ['pool_alloc', 1],
  ['pool_free', 2],
] as const;

const MANUAL = 'see "bytes in exports" in pool_guest.h';

export class GuestBytes {
  readonly #enter: Enter;
  readonly #exports: WebAssembly.Exports;
  readonly #memory: WebAssembly.Memory | undefined;

  constructor(enter: Enter, exports: WebAssembly.Exports) {
    this.#enter = enter;
    this.#exports = exports;
    const memory = exports['memory'];
    this.#memory = memory instanceof WebAssembly.Memory ? memory : undefined;
  }

  /** Why this guest takes no bytes; `undefined`: it does. */
  refusal(): Refusal | undefined {
    for (const [name, takes] of HEAP_EXPORTS) {
      const found = this.#exports[name];
      if (typeof found !== 'function') {
        return new Refusal('POOL_EINVAL', `the module exports no function ${name}, which bytes need: ${MANUAL}`);
      }
      if (found.length !== takes) {
        return new Refusal('POOL_EINVAL', `${name} must take ${takes} values, and takes ${found.length}: ${MANUAL}`);
      }
    }
    return undefined;
  }

  /** Whether they are in the memory. */
  has({ address, size }: Piece): boolean {
    return this.#memory !== undefined && address + size <= this.#memory.buffer.byteLength;
  }

  beyond({ address, size }: Piece): Refusal {
    const where = this.#memory ? `memory, which has ${this.#memory.buffer.byteLength}` : 'memory: it exports none';
    return new Refusal('POOL_EINVAL', `${size} bytes at address ${address} are not in the guest's ${where}`);
  }

  /** Takes memory for so many bytes each, all or none. */
  *take(sizes: readonly number[]): Steps<Piece[] | Refusal | Ending> {
    const pieces: Piece[] = [];
    const failed = yield* this.#enter(() => this.#takeInto(pieces, sizes), refusalOf);
    if (failed === undefined) return pieces;
    return (failed instanceof Refusal ? yield* this.free(pieces) : undefined) ?? failed;
  }

  *#takeInto(pieces: Piece[], sizes: readonly number[]): Steps<Refusal | undefined> {
    const alloc = this.#exports['pool_alloc'] as ExportedFunction;
    for (const size of sizes) {
      const piece = { address: Number(yield [alloc, [Math.max(size, 1)]]) >>> 0, size };
      if (!piece.address) return new Refusal('POOL_ENOMEM', `pool_alloc of the guest has no memory for ${size} bytes`);
      if (!this.has(piece))
        return new Refusal('POOL_EINVAL', `pool_alloc returned what it may not: ${this.beyond(piece).text}`);
      pieces.push(piece);
    }
    return undefined;
  }

  /** Gives back what was taken. */
  *free(pieces: readonly Piece[]): Steps<Ending | undefined> {
    if (pieces.length === 0) return undefined;
    const free = this.#exports['pool_free'] as ExportedFunction;
    return yield* this.#enter(function* () {
      for (const { address, size } of pieces) yield [free, [address, Math.max(size, 1)]];
      return undefined;
    });
  }

  /** Gives back a result as it was returned, unless it is one of the arguments, or nothing. */
  *freeResult(result: Piece, taken: readonly Piece[]): Steps<Ending | undefined> {
    if (!result.address || taken.some(({ address }) => address === result.address)) return undefined;
    const free = this.#exports['pool_free'] as ExportedFunction;
    return yield* this.#enter(function* () {
      yield [free, [result.address, result.size]];
      return undefined;
    });
  }

  /** Where the bytes are that an export returned. */
  resultOf(name: string, returned: unknown): Piece | Refusal {
    if (typeof returned !== 'bigint') {
      const what = returned === undefined ? 'nothing' : Array.isArray(returned) ? 'several values' : 'no i64';
      return new Refusal('POOL_EINVAL', `${name} returned ${what}, and bytes are an i64: ${MANUAL}`);
    }
    const bits = BigInt.asUintN(64, returned);
    return { address: Number(bits & 0xffff_ffffn), size: Number(bits >> 32n) };
  }
}

/** A pool_alloc that takes no i32. */
function refusalOf(thrown: unknown): Refusal | undefined {
  return thrown instanceof TypeError
    ? new Refusal('POOL_EINVAL', `pool_alloc: ${thrown.message}: ${MANUAL}`)
    : undefined;
}
