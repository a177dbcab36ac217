/** The types of what a module imports and exports, out of its binary: engines tell kinds and names only. */
import { Cursor } from '../shared/cursor.js';

/** By indices, as the engine lists them; `undefined`: it is not known. */
export interface ModuleTypes {
  readonly imports: readonly (string | undefined)[];
  readonly exports: readonly (string | undefined)[];
}

const PREAMBLE_BYTES = 8;
const [TYPES, IMPORTS, FUNCTIONS, TABLES, MEMORIES, EXPORTS] = [1, 2, 3, 4, 5, 7];
const [KIND_FUNCTION, KIND_TABLE, KIND_MEMORY, KIND_GLOBAL, KIND_TAG] = [0, 1, 2, 3, 4];
const FUNCTION = 0x60;
const [HAS_MOST, IS_SHARED, IS_64] = [1, 2, 4];

const valueNames: Readonly<Record<number, string>> = {
  0x7f: 'i32',
  0x7e: 'i64',
  0x7d: 'f32',
  0x7c: 'f64',
  0x7b: 'v128',
  0x70: 'funcref',
  0x6f: 'externref',
};

/** Goes through the sections up to the exports, and has what of each kind there is. */
class Reader {
  readonly imports: (string | undefined)[] = [];
  readonly exports: (string | undefined)[] = [];
  #types: string[] = [];
  /** By the numbers of kinds; globals that the module has itself have initial values, of which nothing is read. */
  readonly #items: Record<number, (string | undefined)[]> = { 0: [], 1: [], 2: [], 3: [], 4: [] };
  readonly #cursor: Cursor;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  section(id: number): void {
    const cursor = this.#cursor;
    if (id === TYPES) this.#types = cursor.list(() => this.#functionType());
    else if (id === IMPORTS) cursor.list(() => this.#import());
    else if (id === FUNCTIONS) cursor.list(() => this.#items[KIND_FUNCTION]!.push(this.#types[cursor.number()]));
    else if (id === TABLES) cursor.list(() => this.#items[KIND_TABLE]!.push(undefined));
    else if (id === MEMORIES) cursor.list(() => this.#items[KIND_MEMORY]!.push(this.#memory()));
    else if (id === EXPORTS) cursor.list(() => this.#export());
  }

  #functionType(): string {
    if (this.#cursor.byte() !== FUNCTION) throw new RangeError('a newer type');
    const list = (): string => `(${this.#cursor.list(() => this.#value()).join(', ')})`;
    return `${list()} -> ${list()}`;
  }

  #value(): string {
    const name = valueNames[this.#cursor.byte()];
    if (name === undefined) throw new RangeError('a newer type');
    return name;
  }

  #import(): void {
    this.#cursor.text();
    this.#cursor.text();
    const kind = this.#cursor.byte();
    const type = this.#imported(kind);
    this.imports.push(type);
    this.#items[kind]?.push(type);
  }

  #imported(kind: number): string | undefined {
    const cursor = this.#cursor;
    switch (kind) {
      case KIND_FUNCTION:
        return this.#types[cursor.number()];
      case KIND_TABLE:
        this.#value();
        cursor.skipLimits();
        return undefined;
      case KIND_MEMORY:
        return this.#memory();
      case KIND_GLOBAL: {
        const value = this.#value();
        return cursor.byte() === 1 ? `mutable ${value}` : value;
      }
      case KIND_TAG:
        cursor.byte();
        return this.#types[cursor.number()];
      default:
        throw new RangeError('a newer kind');
    }
  }

  #memory(): string {
    const flags = this.#cursor.number();
    const least = this.#cursor.number();
    const most = flags & HAS_MOST ? ` to ${this.#cursor.number()}` : '';
    return `${least}${most} ${least === 1 && most === '' ? 'page' : 'pages'}${flags & IS_SHARED ? ', shared' : ''}${flags & IS_64 ? ', 64 bit' : ''}`;
  }

  #export(): void {
    this.#cursor.text();
    const kind = this.#cursor.byte();
    this.exports.push(this.#items[kind]?.[this.#cursor.number()]);
  }
}

/** Of what has something newer in it nothing is known. */
export function typesOf(bytes: Uint8Array): ModuleTypes {
  try {
    const cursor = new Cursor(bytes, PREAMBLE_BYTES);
    const reader = new Reader(cursor);
    while (cursor.at < bytes.length) {
      const id = cursor.byte();
      const end = cursor.number() + cursor.at;
      reader.section(id);
      if (id === EXPORTS) break;
      cursor.at = end;
    }
    return reader;
  } catch {
    return { imports: [], exports: [] };
  }
}
