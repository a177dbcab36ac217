/** The part of a module's binary that tells the types of its exports: a small copy that workers can keep. */
import { concat } from '../shared/bytes.js';
import { leb128 } from '../shared/leb128.js';

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
