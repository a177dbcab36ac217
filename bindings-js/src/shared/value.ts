/** A number that goes into an export, or comes out: `struct pool_value`. */
import { layout } from './layout.gen.js';

const names: Readonly<Record<number, string>> = {
  [layout.POOL_I32]: 'i32',
  [layout.POOL_I64]: 'i64',
  [layout.POOL_F32]: 'f32',
  [layout.POOL_F64]: 'f64',
};

/** A type's name in WebAssembly's text format. */
export function typeName(type: number): string {
  return names[type] ?? `type ${type}`;
}

/** Whether values of it are numbers, and bigints. */
export function isNumeric(type: number): boolean {
  return type in names;
}

/** The value at an address. */
export function readValue(view: DataView, at: number): { readonly type: number; readonly value: number | bigint } {
  const type = view.getUint32(at + layout.pool_value_type, true);
  const of = at + layout.pool_value_of;
  switch (type) {
    case layout.POOL_I64:
      return { type, value: view.getBigInt64(of, true) };
    case layout.POOL_F32:
      return { type, value: view.getFloat32(of, true) };
    case layout.POOL_F64:
      return { type, value: view.getFloat64(of, true) };
    default:
      return { type, value: view.getInt32(of, true) };
  }
}

/** So many values from an address on. */
export function readValues(view: DataView, at: number, n: number): (number | bigint)[] {
  const values: (number | bigint)[] = [];
  for (let i = 0; i < n; i++) values.push(readValue(view, at + i * layout.sizeof_pool_value).value);
  return values;
}

/** Puts a value of a type to an address. */
export function writeValue(view: DataView, at: number, type: number, value: unknown): void {
  const of = at + layout.pool_value_of;
  view.setUint32(at + layout.pool_value_type, type, true);
  view.setFloat64(of, 0, true); // a narrow one leaves nothing undefined behind it
  switch (type) {
    case layout.POOL_I64:
      return view.setBigInt64(of, BigInt.asIntN(64, value as bigint), true);
    case layout.POOL_I32:
    case layout.INSTANCE_BYTES:
      return view.setInt32(of, Number(value), true);
    case layout.POOL_F32:
      return view.setFloat32(of, Number(value), true);
    default:
      return view.setFloat64(of, Number(value), true);
  }
}

/** Puts values to an address, of these types if they are known. */
export function writeValues(view: DataView, at: number, values: readonly unknown[], types?: readonly number[]): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    writeValue(view, at + i * layout.sizeof_pool_value, types?.[i] ?? typeOfValue(value), value);
  }
}

/** The type of a value of which nothing else is known: a bigint is an i64, a number an f64. */
export function typeOfValue(value: unknown): number {
  return typeof value === 'bigint' ? layout.POOL_I64 : layout.POOL_F64;
}
