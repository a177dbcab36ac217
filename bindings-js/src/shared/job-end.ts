/** What a worker writes of a job that has ended: what its export returned, and how it ended. */
import { layout } from './layout.gen.js';
import type { Thread } from './thread.js';
import { writeValues } from './value.js';

const TEXT_MAX_BYTES = 16384;

const encoder = new TextEncoder();

/** Hands over what an export returned. Without `types` a bigint is an i64 and a number an f64. False: there are too many, or
 * there is no memory for them. */
export function writeResults(
  { c, heap }: Thread,
  results: readonly unknown[],
  types: readonly number[] | undefined,
): boolean {
  if (results.length === 0) return true;
  const at = c.worker_results(results.length) >>> 0;
  if (!at) return false;
  writeValues(heap.view(at + results.length * layout.sizeof_pool_value), at, results, types);
  return true;
}

/** Ends the job that worker_next, or proxy_next, has begun. */
export function endJob({ c, heap }: Thread, outcome: number, code: number, text: string): void {
  if (text === '') return c.worker_end(outcome, code, 0);
  const bytes = encoder.encode(text).subarray(0, TEXT_MAX_BYTES);
  const address = bytes.length > 0 ? c.worker_text(bytes.length) >>> 0 : 0;
  if (address) heap.u8(address + bytes.length).set(bytes, address);
  c.worker_end(outcome, code, address ? bytes.length : 0);
}
