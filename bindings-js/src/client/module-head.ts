/** The part of a module's binary that tells the types of its imports: workers need it, and a compiled module tells nothing of
 * them. */
import { concat } from '../shared/bytes.js';
import { leb128 } from '../shared/leb128.js';

const PREAMBLE_BYTES = 8;

/** By the numbers of the binary format. */
const CUSTOM = 0;
const IMPORTS = 2;

/** Of a module that does not come to its imports for so long nothing is kept. */
const MOST_BYTES = 4 << 20;

const heads = new WeakMap<WebAssembly.Module, Uint8Array<ArrayBuffer>>();

/** What is known of a module that was compiled here. */
export function headOf(module: WebAssembly.Module): Uint8Array<ArrayBuffer> | undefined {
  return heads.get(module);
}

/** Remembers it. */
export function keepHead(module: WebAssembly.Module, head: Uint8Array<ArrayBuffer> | undefined): void {
  if (head) heads.set(module, head);
}

/** The sections of types and imports, behind the preamble. `undefined`: the bytes end before, or are damaged. */
export function importHead(bytes: Uint8Array, isWhole = true): Uint8Array<ArrayBuffer> | undefined {
  const parts = [bytes.slice(0, PREAMBLE_BYTES)];
  let at = PREAMBLE_BYTES;
  while (at < bytes.length) {
    const [id, size] = [bytes[at]!, leb128(bytes, at + 1)];
    if (id > IMPORTS) return concat(parts);
    const end = size ? size.end + size.value : Infinity;
    if (end > bytes.length) return undefined;
    if (id !== CUSTOM) parts.push(bytes.slice(at, end));
    at = end;
  }
  return isWhole ? concat(parts) : undefined;
}

/** The same of a stream, of which no more is read than that. */
export async function importHeadOfStream(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = stream.getReader();
  let bytes = new Uint8Array(0);
  try {
    while (bytes.length < MOST_BYTES) {
      const { value, done } = await reader.read();
      if (value) bytes = concat([bytes, new Uint8Array(value)]);
      const head = importHead(bytes, done);
      if (head || done) return head;
    }
    return undefined;
  } catch {
    return undefined; // who compiles it hears of that
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
