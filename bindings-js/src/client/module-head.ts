/** The parts of a module's binary that tell the types of its imports and exports: a compiled module tells nothing of them. */
import { concat } from '../shared/bytes.js';
import { leb128 } from '../shared/leb128.js';

const PREAMBLE_BYTES = 8;

/** By the numbers of the binary format. */
const TYPES = 1;
const IMPORTS = 2;
const FUNCTIONS = 3;
const EXPORTS = 7;

/** They come before the exports, and have a number of a later version. */
const TAGS = 13;

/** Of a module that does not come to its exports for so long nothing is kept. */
const MOST_BYTES = 4 << 20;

/** What is known of a module. */
export interface Head {
  /** Its types and imports, behind the preamble: workers need them. */
  readonly imports: Uint8Array<ArrayBuffer>;
  /** The same, with its functions and exports. */
  readonly exports: Uint8Array<ArrayBuffer>;
}

const heads = new WeakMap<WebAssembly.Module, Head>();

/** What is known of the imports of a module that was compiled here. */
export function headOf(module: WebAssembly.Module): Uint8Array<ArrayBuffer> | undefined {
  return heads.get(module)?.imports;
}

/** The same of its exports. */
export function exportHeadOf(module: WebAssembly.Module): Uint8Array<ArrayBuffer> | undefined {
  return heads.get(module)?.exports;
}

/** Remembers it. */
export function keepHead(module: WebAssembly.Module, head: Head | undefined): void {
  if (head) heads.set(module, head);
}

/** `undefined`: the bytes end before, or are damaged. */
export function headIn(bytes: Uint8Array, isWhole = true): Head | undefined {
  const sections: Uint8Array<ArrayBuffer>[] = [];
  let at = PREAMBLE_BYTES;
  while (at < bytes.length) {
    const [id, size] = [bytes[at]!, leb128(bytes, at + 1)];
    if (id > EXPORTS && id !== TAGS) return headOfSections(bytes, sections);
    const end = size ? size.end + size.value : Infinity;
    if (end > bytes.length) return undefined;
    if ([TYPES, IMPORTS, FUNCTIONS, EXPORTS].includes(id)) sections.push(bytes.slice(at, end));
    if (id === EXPORTS) return headOfSections(bytes, sections);
    at = end;
  }
  return isWhole ? headOfSections(bytes, sections) : undefined;
}

function headOfSections(bytes: Uint8Array, sections: readonly Uint8Array<ArrayBuffer>[]): Head {
  const preamble = bytes.slice(0, PREAMBLE_BYTES);
  const early = sections.filter(([id]) => id! <= IMPORTS);
  return { imports: concat([preamble, ...early]), exports: concat([preamble, ...sections]) };
}

/** The same of a stream, of which not much more is read than that: it is looked at whenever it has doubled, since it may come
 * in small pieces. */
export async function headInStream(stream: ReadableStream<Uint8Array>): Promise<Head | undefined> {
  const reader = stream.getReader();
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let [bytes, size] = [new Uint8Array(0), 0];
  try {
    while (size < MOST_BYTES) {
      const { value, done } = await reader.read();
      if (value) pieces.push(new Uint8Array(value));
      size += value?.length ?? 0;
      if (!done && size < 2 * bytes.length) continue;
      bytes = concat([bytes, ...pieces]);
      pieces = [];
      const head = headIn(bytes, done);
      if (head || done) return head;
    }
    return undefined;
  } catch {
    return undefined; // who compiles it hears of that
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
