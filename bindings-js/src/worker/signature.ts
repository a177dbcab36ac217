/** The types of an export, as the C parser finds them in a module's head. */
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { Heap, Thread } from '../shared/thread.js';

/** The types of what a function takes and returns: POOL_I32, … */
export interface Signature {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

/** The signature of an import: `undefined`, it cannot be told; "other": it has types that are no numbers, or too many. */
export type ImportSignature = Signature | undefined | 'other' | 'no memory';

/** The signature of an export; `undefined`: it cannot be told. */
export function readSignature(
  thread: Thread,
  head: Uint8Array,
  exportName: string,
): Signature | undefined | 'no memory' {
  const { c, heap } = thread;
  const name = encoder.encode(exportName);
  return withHead(thread, head, name, (at, out) => {
    const status = c.worker_signature(at, head.length, at + head.length, name.length, out);
    return status === 0 ? signatureAt(heap, out) : undefined;
  });
}

/** The signature of a module's import, by its index in their list. */
export function importSignature(thread: Thread, head: Uint8Array, number: number): ImportSignature {
  const { c, heap } = thread;
  return withHead<ImportSignature>(thread, head, NO_BYTES, (at, out) => {
    const status = c.worker_import(at, head.length, number, out);
    if (status === errorCodes.POOL_ENOTSUP) return 'other';
    return status === 0 ? signatureAt(heap, out) : undefined;
  });
}

/** Has C look at a head, which is at `at` then, with a name behind it, and room for a signature at `out`. */
function withHead<T>(
  { c, heap }: Thread,
  head: Uint8Array,
  name: Uint8Array,
  look: (at: number, out: number) => T,
): T | undefined | 'no memory' {
  const size = layout.sizeof_module_signature + head.length + name.length;
  if (size > layout.POOL_BYTES_MAX) return undefined;
  const out = c.worker_borrow(size) >>> 0;
  if (!out) return 'no memory';
  try {
    const at = out + layout.sizeof_module_signature;
    const u8 = heap.u8(at + head.length + name.length);
    u8.set(head, at);
    u8.set(name, at + head.length);
    return look(at, out);
  } finally {
    c.worker_return();
  }
}

function signatureAt(heap: Heap, out: number): Signature {
  const types = out + layout.module_signature_types;
  const u8 = heap.u8(out + layout.sizeof_module_signature);
  const results = types + u8[out + layout.module_signature_n_params]!;
  return {
    params: [...u8.slice(types, results)],
    results: [...u8.slice(results, results + u8[out + layout.module_signature_n_results]!)],
  };
}
