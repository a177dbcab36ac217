/** What a module's exports take, as far as its binary is known: a compiled module tells nothing of that. */
import { Cursor } from '../shared/cursor.js';
import { NotStartedError } from '../shared/errors.js';
import { show } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { isNumeric, typeName } from '../shared/value.js';
import { exportHeadOf } from './module-head.js';
import { isBytes } from './values.js';

/** The types of a function's parameters, by their numbers in the binary format, which are POOL_I32, … */
export type ParameterTypes = readonly number[];

/** By the names of exports. */
type ByName = ReadonlyMap<string, ParameterTypes>;

/** By the numbers of the binary format. */
const [TYPES, IMPORTS, FUNCTIONS, EXPORTS] = [1, 2, 3, 7];
const FUNCTION = 0x60;
const [KIND_FUNCTION, KIND_TABLE, KIND_MEMORY, KIND_GLOBAL, KIND_TAG] = [0, 1, 2, 3, 4];
const [FIRST_TYPE, LAST_TYPE] = [0x6f, 0x7f];

const PREAMBLE_BYTES = 8;

const known = new WeakMap<WebAssembly.Module, ByName>();

/** What the exports of a module take; of one that is not known, or has types that are newer, nothing is there. */
export function parametersOf(module: WebAssembly.Module): ByName {
  let found = known.get(module);
  if (!found) {
    const head = exportHeadOf(module);
    known.set(module, (found = (head && parse(head)) ?? new Map()));
  }
  return found;
}

/** Why an export cannot be called with these values; `undefined`: it can, as far as it shows. */
export function refusalOfValues(
  name: string,
  types: ParameterTypes | undefined,
  values: readonly unknown[],
): NotStartedError | undefined {
  if (!types) return undefined;
  const given = values.reduce((n: number, value) => n + (isBytes(value) ? 2 : 1), 0);
  if (given !== types.length) return given === values.length ? wrongNumber(name, types, given) : undefined;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const type = types[at]!;
    at += isBytes(value) ? 2 : 1;
    if (isBytes(value) || !isNumeric(type) || (typeof value === 'bigint') === (type === layout.POOL_I64)) continue;
    const taken = type === layout.POOL_I64 ? 'a bigint' : 'a number';
    return refused(`values[${i}] of ${name} must be ${taken}, since it is an ${typeName(type)}, and is ${show(value)}`);
  }
  return undefined;
}

function wrongNumber(name: string, types: ParameterTypes, given: number): NotStartedError {
  const list = types.map((type) => (isNumeric(type) ? typeName(type) : 'another type')).join(', ');
  return refused(`${name} takes ${types.length} values and was given ${given}: its parameters are (${list})`);
}

function refused(text: string): NotStartedError {
  return new NotStartedError('POOL_NOT_STARTED', text);
}

function typeAt(cursor: Cursor): number {
  const type = cursor.byte();
  if (type < FIRST_TYPE || type > LAST_TYPE) throw new RangeError('a newer type');
  return type;
}

/** `undefined`: it has something that is not understood. */
function parse(head: Uint8Array): ByName | undefined {
  try {
    let types: ParameterTypes[] = [];
    let functions: number[] = [];
    const byName = new Map<string, ParameterTypes>();
    for (let at = PREAMBLE_BYTES; at < head.length;) {
      const cursor = new Cursor(head, at + 1);
      const end = cursor.number() + cursor.at;
      const id = head[at];
      if (id === TYPES) types = cursor.list(() => parametersAt(cursor));
      else if (id === IMPORTS) functions = cursor.list(() => importedAt(cursor)).filter((type) => type >= 0);
      else if (id === FUNCTIONS) functions = functions.concat(cursor.list(() => cursor.number()));
      else if (id === EXPORTS) cursor.list(() => addExport(cursor, byName, (number) => types[functions[number]!]));
      at = end;
    }
    return byName;
  } catch {
    return undefined;
  }
}

function parametersAt(cursor: Cursor): ParameterTypes {
  if (cursor.byte() !== FUNCTION) throw new RangeError('a newer type');
  const parameters = cursor.list(() => typeAt(cursor));
  cursor.list(() => typeAt(cursor));
  return parameters;
}

/** The type's number of an imported function; -1: it is none. */
function importedAt(cursor: Cursor): number {
  cursor.text();
  cursor.text();
  switch (cursor.byte()) {
    case KIND_FUNCTION:
      return cursor.number();
    case KIND_TABLE:
      typeAt(cursor);
      cursor.skipLimits();
      return -1;
    case KIND_MEMORY:
      cursor.skipLimits();
      return -1;
    case KIND_GLOBAL:
      typeAt(cursor);
      cursor.byte();
      return -1;
    case KIND_TAG:
      cursor.byte();
      cursor.number();
      return -1;
    default:
      throw new RangeError('a newer kind');
  }
}

function addExport(
  cursor: Cursor,
  byName: Map<string, ParameterTypes>,
  typesOf: (number: number) => ParameterTypes | undefined,
): void {
  const [name, kind, number] = [cursor.text(), cursor.byte(), cursor.number()];
  const types = kind === KIND_FUNCTION ? typesOf(number) : undefined;
  if (types) byName.set(name, types);
}
