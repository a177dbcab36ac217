/** The call of an export: its values out of shared memory, and its results into it. */
import { show } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { nameDecoder } from '../shared/name-decoder.js';
import type { Thread } from '../shared/thread.js';
import { readValue } from '../shared/value.js';

/** A number that goes into an export, as JavaScript hands it over. */
export interface Value {
  /** POOL_I32, … */
  readonly type: number;
  readonly value: number | bigint;
}

/** What a job calls instead of `_start`. */
export interface ExportCall {
  readonly name: string;
  readonly values: readonly Value[];
}

/** A function of a guest's, as JavaScript sees it. */
export type ExportedFunction = (...values: unknown[]) => unknown;

/** What a job calls, as a `struct worker_call` has it; `undefined`: it is a command. */
export function exportCallAt({ heap }: Thread, at: number): ExportCall | undefined {
  const nameBytes = heap.u32(at + layout.worker_call_name_bytes);
  if (nameBytes === 0) return undefined;
  const name = heap.u32(at + layout.worker_call_name);
  const values = heap.u32(at + layout.worker_call_values);
  const n = heap.u32(at + layout.worker_call_n_values);
  const view = heap.view(values + n * layout.sizeof_pool_value);
  return {
    name: nameDecoder.decode(heap.u8(name + nameBytes).slice(name, name + nameBytes)),
    values: Array.from({ length: n }, (_, i) => readValue(view, values + i * layout.sizeof_pool_value)),
  };
}

/** That a function was given too many values or too few. */
export function takesNumber(name: string, takes: number, given: number): string {
  return `${name} takes ${takes} values and was given ${given}`;
}

/** That an engine has not taken the values of a call: which of them, it does not say. */
export function notTaken(name: string, values: readonly unknown[], { message }: Error): string {
  const list = values.map(show).join(', ');
  return `${name} takes other values than (${list}): an i64 is a bigint, and all others are numbers (${message})`;
}

/** What an export returned, as a list. */
export function resultsOf(returned: unknown): readonly unknown[] {
  if (returned === undefined) return [];
  return Array.isArray(returned) ? returned : [returned];
}
