/** Reads on in bytes of WebAssembly's binary format. */
import { leb128 } from './leb128.js';
import { nameDecoder } from './name-decoder.js';

/** What is not understood throws. */
export class Cursor {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('the end');
    return byte;
  }

  number(): number {
    const read = leb128(this.#bytes, this.at);
    if (!read) throw new RangeError('no number');
    this.at = read.end;
    return read.value;
  }

  text(): string {
    const size = this.number();
    this.at += size;
    return nameDecoder.decode(this.#bytes.subarray(this.at - size, this.at));
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.min(this.number(), this.#bytes.length) }, read);
  }

  skipLimits(): void {
    const flags = this.number();
    this.number();
    if (flags & 1) this.number();
  }
}
