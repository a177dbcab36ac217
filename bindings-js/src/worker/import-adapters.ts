/** What a guest is linked with in place of imports that the main thread serves: small wasm functions, made from the imports'
 * types, so that no script stands between a guest and where its worker waits. */
import { promising } from '../shared/jspi.js';
import { layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import { readValues, typeOfValue, writeValue } from '../shared/value.js';
import type { Signature } from './signature.js';

type AnyFunction = (...values: unknown[]) => unknown;

/** An import that is to be called over shared memory. */
export interface AdapterPlan {
  readonly number: number;
  readonly signature: Signature;
}

const I32 = 0x7f;
const I32_CONST = 0x41;
const LOCAL_GET = 0x20;
const CALL = 0x10;
const DROP = 0x1a;
const END = 0x0b;

const LOADS: Readonly<Record<number, number>> = {
  [layout.POOL_I32]: 0x28,
  [layout.POOL_I64]: 0x29,
  [layout.POOL_F32]: 0x2a,
  [layout.POOL_F64]: 0x2b,
};

const STORES: Readonly<Record<number, number>> = {
  [layout.POOL_I32]: 0x36,
  [layout.POOL_I64]: 0x37,
  [layout.POOL_F32]: 0x38,
  [layout.POOL_F64]: 0x39,
};

/** The largest alignment that each may be said to have, as a power of two. */
const ALIGNMENTS: Readonly<Record<number, number>> = {
  [layout.POOL_I32]: 2,
  [layout.POOL_I64]: 3,
  [layout.POOL_F32]: 2,
  [layout.POOL_F64]: 3,
};

const encoder = new TextEncoder();

/** Functions of wasm for imports whose types are known, in their order. */
export function makeAdapters({ c, heap }: Thread, plans: readonly AdapterPlan[]): AnyFunction[] {
  const { import_call: call } = c as unknown as Readonly<Record<'import_call', AnyFunction>>;
  const values = (c.import_buffer() >>> 0) + layout.import_buffer_values;
  const module = new WebAssembly.Module(moduleOf(plans, values));
  const { exports } = new WebAssembly.Instance(module, {
    m: { memory: heap.memory, call },
  });
  return plans.map((_, i) => exports[String(i)] as AnyFunction);
}

/** The same for one whose types nobody knows, because the module was compiled elsewhere. The host's numbers become what the
 * import returns as the engine converts them. Where the thread may not block, it gives a promise. */
export function untypedAdapter(thread: Thread, number: number): AnyFunction {
  const { c } = thread;
  if (!thread.byScript) {
    return (...given) => resultsOf(thread, given, c.import_call(number, put(thread, given), layout.IMPORT_UNTYPED));
  }
  const call = promising(c.import_call);
  return async (...given) =>
    resultsOf(thread, given, (await call(number, put(thread, given), layout.IMPORT_UNTYPED)) as number);
}

/** Puts what an import was given to where C finds it: how many values. */
function put({ c, heap }: Thread, given: readonly unknown[]): number {
  if (given.length > layout.POOL_VALUES_MAX) throw new TypeError('it was given more than 16 values');
  const first = (c.import_buffer() >>> 0) + layout.import_buffer_values;
  const view = heap.view(first + layout.sizeof_import_buffer);
  given.forEach((value, i) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') throw new TypeError('it was given what is no number');
    writeValue(view, first + i * layout.sizeof_pool_value, typeOfValue(value), value);
  });
  return given.length;
}

/** The `n` results, which are behind what was given. */
function resultsOf({ c, heap }: Thread, given: readonly unknown[], n: number): unknown {
  const behind = (c.import_buffer() >>> 0) + layout.import_buffer_values + given.length * layout.sizeof_pool_value;
  const results = readValues(heap.view(behind + n * layout.sizeof_pool_value), behind, n);
  return n > 1 ? results : results[0];
}

function moduleOf(plans: readonly AdapterPlan[], values: number): Uint8Array<ArrayBuffer> {
  const callType = [0x60, ...vector([[I32], [I32], [I32]]), ...vector([[I32]])];
  const types = plans.map(({ signature }) => [
    0x60,
    ...vector(signature.params.map(one)),
    ...vector(signature.results.map(one)),
  ]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [callType, ...types]),
    ...section(2, [
      [...text('m'), ...text('memory'), 2, 3, 1, ...unsigned(65536)],
      [...text('m'), ...text('call'), 0, 0],
    ]),
    ...section(
      3,
      plans.map((_, i) => unsigned(i + 1)),
    ),
    ...section(
      7,
      plans.map((_, i) => [...text(String(i)), 0, ...unsigned(i + 1)]),
    ),
    ...section(
      10,
      plans.map((plan) => sized([0, ...codeOf(plan, values), END])),
    ),
  ]);
}

/** Puts the parameters and the results' types to where C finds them, calls, and takes the results. */
function codeOf({ number, signature: { params, results } }: AdapterPlan, values: number): number[] {
  const addressOf = (i: number): number[] => [I32_CONST, ...signed((values + i * layout.sizeof_pool_value) | 0)];
  const typed = (type: number, i: number): number[] => [
    ...addressOf(i),
    ...[I32_CONST, ...signed(type)],
    ...access(STORES, layout.POOL_I32, layout.pool_value_type),
  ];
  return [
    ...params.flatMap((type, i) => [
      ...typed(type, i),
      ...addressOf(i),
      ...[LOCAL_GET, ...unsigned(i)],
      ...access(STORES, type, layout.pool_value_of),
    ]),
    ...results.flatMap((type, i) => typed(type, params.length + i)),
    ...[I32_CONST, ...signed(number), I32_CONST, ...signed(params.length), I32_CONST, ...signed(results.length)],
    ...[CALL, 0, DROP],
    ...results.flatMap((type, i) => [...addressOf(params.length + i), ...access(LOADS, type, layout.pool_value_of)]),
  ];
}

function access(codes: Readonly<Record<number, number>>, type: number, offset: number): number[] {
  return [codes[type]!, ALIGNMENTS[type]!, ...unsigned(offset)];
}

const one = (type: number): number[] => [type];

function unsigned(value: number): number[] {
  const bytes = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function signed(value: number): number[] {
  const bytes = [];
  for (; value < -0x40 || value > 0x3f; value >>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value & 0x7f];
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  return [id, ...sized(vector(items))];
}

function text(string: string): number[] {
  return sized([...encoder.encode(string)]);
}
