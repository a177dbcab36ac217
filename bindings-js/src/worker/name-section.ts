/** The custom section "name" of a module (https://webassembly.github.io/spec/core/appendix/custom.html#name-section): what its
 * functions are called. Nobody has checked what is in there: what cannot be read is left out. */
import { leb128 } from '../shared/leb128.js';

const FUNCTION_NAMES = 1;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A number of 32 bits; `undefined`: there is none, and nothing more can be read. */
  u32(): number | undefined {
    const { value, end } = leb128(this.bytes, this.at) ?? { value: Infinity, end: this.bytes.length };
    this.at = end;
    return value < 2 ** 32 ? value : undefined;
  }

  /** A size, and so many bytes; `undefined`: they are not there. */
  sized(): Uint8Array | undefined {
    const size = this.u32();
    if (size === undefined || size > this.left) return undefined;
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }
}

/** The names of some functions, by their numbers, as far as the section has them. */
export function functionNames(section: Uint8Array, wanted: ReadonlySet<number>): Map<number, string> {
  const names = new Map<number, string>();
  const reader = new Reader(section);
  while (reader.left > 0) {
    const kind = reader.bytes[reader.at++]!;
    const part = reader.sized();
    if (!part) break;
    if (kind === FUNCTION_NAMES) readNames(new Reader(part), wanted, names);
  }
  return names;
}

function readNames(reader: Reader, wanted: ReadonlySet<number>, names: Map<number, string>): void {
  for (let left = reader.u32() ?? 0; left > 0; left--) {
    const index = reader.u32();
    const name = reader.sized();
    if (index === undefined || !name) return;
    if (wanted.has(index) && !names.has(index) && name.length > 0) keep(names, index, name);
  }
}

function keep(names: Map<number, string>, index: number, name: Uint8Array): void {
  try {
    names.set(index, decoder.decode(name));
  } catch {
    // it is not UTF-8
  }
}
