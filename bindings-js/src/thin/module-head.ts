/** The part of a module's binary that tells the types of its exports: a small copy that workers can keep. */
import { concat } from '../shared/bytes.js';

const PREAMBLE_BYTES = 8;

/** Types, imports, functions, exports; by the numbers of the binary format. */
const KEPT_SECTIONS = new Set([1, 2, 3, 7]);

/** The sections that are kept, behind the preamble. `undefined`: the bytes are no module, or damaged. */
export function headOf(bytes: Uint8Array): Uint8Array | undefined {
  const parts = [bytes.slice(0, PREAMBLE_BYTES)];
  for (let at = PREAMBLE_BYTES; at < bytes.length;) {
    const size = leb128(bytes, at + 1);
    if (!size) return undefined;
    const end = size.end + size.value;
    if (end > bytes.length) return undefined;
    if (KEPT_SECTIONS.has(bytes[at]!)) parts.push(bytes.slice(at, end));
    at = end;
  }
  return concat(parts);
}

/** An unsigned number of the binary format, and where it ends. */
function leb128(bytes: Uint8Array, begin: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[begin + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: begin + i + 1 };
  }
  return undefined;
}
