/** The types of an export, as the C parser finds them in a module's head. */
import { layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';

/** The types of what a function takes and returns: POOL_I32, … */
export interface Signature {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** The signature of the export that the job which worker_next began calls; `undefined`: it cannot be told. */
export function readSignature({ c, heap }: Thread, head: Uint8Array): Signature | undefined | 'no memory' {
  const size = layout.sizeof_module_signature + head.length;
  if (size > layout.POOL_BYTES_MAX) return undefined;
  const bytes = c.worker_borrow(size) >>> 0;
  if (!bytes) return 'no memory';
  try {
    const out = bytes;
    const at = bytes + layout.sizeof_module_signature;
    heap.u8(at + head.length).set(head, at);
    const call = c.worker_call() >>> 0;
    const name = heap.u32(call + layout.worker_call_name);
    const nameBytes = heap.u32(call + layout.worker_call_name_bytes);
    if (c.worker_signature(at, head.length, name, nameBytes, out) !== 0) return undefined;
    const u8 = heap.u8(at);
    const types = out + layout.module_signature_types;
    const results = types + u8[out + layout.module_signature_n_params]!;
    return {
      params: [...u8.slice(types, results)],
      results: [...u8.slice(results, results + u8[out + layout.module_signature_n_results]!)],
    };
  } finally {
    c.worker_return();
  }
}
