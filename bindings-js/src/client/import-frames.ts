/** What is said in the call of an import, as bytes: c/core/import_call.h. */
import { read } from '../shared/brand.js';
import { invalid, refusal, show } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { readValue, typeOfValue, writeValue } from '../shared/value.js';

/** What the guest's side says. */
export interface Question {
  readonly kind: number;
  readonly number: number;
  readonly values: readonly (number | bigint)[];
  /** The types of the results; `undefined`: they are not known. */
  readonly results: readonly number[] | undefined;
  readonly pages: number;
  /** What was read. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const TEXT_MAX_CHARS = 1024;

const encoder = new TextEncoder();

export function questionOf(data: Uint8Array<ArrayBuffer>): Question {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const word = (at: number): number => view.getUint32(at, true);
  const nValues = word(layout.import_question_n_values);
  const nResults = word(layout.import_question_n_results);
  const isTyped = nResults !== layout.IMPORT_UNTYPED;
  const all = Array.from({ length: nValues + (isTyped ? nResults : 0) }, (_, i) =>
    readValue(view, layout.sizeof_import_question + i * layout.sizeof_pool_value),
  );
  return {
    kind: word(layout.import_question_kind),
    number: word(layout.import_question_number),
    values: all.slice(0, nValues).map(({ value }) => value),
    results: isTyped ? all.slice(nValues).map(({ type }) => type) : undefined,
    pages: word(layout.import_question_n_pages),
    bytes: data.subarray(layout.sizeof_import_question),
  };
}

function answer(kind: number, address: number, size: number, whole: number, behind: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(layout.sizeof_import_answer + behind));
  view.setUint32(layout.import_answer_kind, kind, true);
  view.setUint32(layout.import_answer_address, address, true);
  view.setUint32(layout.import_answer_size, size, true);
  view.setUint32(layout.import_answer_whole, whole, true);
  return new Uint8Array(view.buffer);
}

export function readFrame(address: number, size: number, whole: number): Uint8Array<ArrayBuffer> {
  return answer(layout.IMPORT_READ, address, size, whole, 0);
}

export function writeFrame(address: number, bytes: Uint8Array, whole: number): Uint8Array<ArrayBuffer> {
  const frame = answer(layout.IMPORT_WRITE, address, bytes.length, whole, bytes.length);
  frame.set(bytes, layout.sizeof_import_answer);
  return frame;
}

export function measureFrame(): Uint8Array<ArrayBuffer> {
  return answer(layout.IMPORT_MEASURE, 0, 0, 0, 0);
}

export function failureFrame(error: unknown): Uint8Array<ArrayBuffer> {
  const message = typeof error === 'string' ? error : read(error, 'message');
  const text = typeof message === 'string' && message !== '' ? message : show(error);
  const bytes = encoder.encode(text.slice(0, TEXT_MAX_CHARS));
  const frame = answer(layout.IMPORT_FAILS, 0, 0, 0, bytes.length);
  frame.set(bytes, layout.sizeof_import_answer);
  return frame;
}

/** What a handler has given, as results of these types. Throws POOL_EINVAL if it cannot be. */
export function resultsFrame(
  name: string,
  given: unknown,
  types: readonly number[] | undefined,
): Uint8Array<ArrayBuffer> {
  const values = types ? typedValues(name, given, types) : untypedValues(name, given);
  const frame = answer(layout.IMPORT_RETURNS, 0, 0, 0, values.length * layout.sizeof_pool_value);
  const view = new DataView(frame.buffer);
  values.forEach((value, i) => {
    const at = layout.sizeof_import_answer + i * layout.sizeof_pool_value;
    writeValue(view, at, types?.[i] ?? typeOfValue(value), value);
  });
  return frame;
}

/** What is given for an import without results is nobody's business. */
function typedValues(name: string, given: unknown, types: readonly number[]): (number | bigint)[] {
  if (types.length === 0) return [];
  if (types.length === 1) return [valueOf(`what ${name} returns`, given, types[0]!)];
  if (!Array.isArray(given)) throw refusal(`what ${name} returns`, given, `an array of ${types.length} values`);
  if (given.length !== types.length) {
    throw invalid(`what ${name} returns must be ${types.length} values, and is ${given.length}`);
  }
  return types.map((type, i) => valueOf(`[${i}] of what ${name} returns`, given[i], type));
}

/** As it is; the engine converts it, or refuses it. */
function untypedValues(name: string, given: unknown): (number | bigint)[] {
  const values: unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
  const most = layout.POOL_VALUES_MAX;
  if (values.length > most)
    throw invalid(`what ${name} returns must be ${most} values at most, and is ${values.length}`);
  return values.map((value) => {
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    throw refusal(`what ${name} returns`, value, 'a number or a bigint, or an array of them');
  });
}

function valueOf(what: string, given: unknown, type: number): number | bigint {
  const isBig = type === layout.POOL_I64;
  if (typeof given === 'bigint' && isBig) return given;
  if (typeof given === 'number' && !isBig) return given;
  throw refusal(what, given, isBig ? 'a bigint' : 'a number');
}
