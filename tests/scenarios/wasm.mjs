// Makes modules that no compiler would, byte by byte: imports and exports of any name and kind. No guest file has them.

const encoder = new TextEncoder();
const KINDS = { function: 0, table: 1, memory: 2, global: 3 };
const I32 = 0x7f;

function leb128(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

const text = (string) => [...leb128(encoder.encode(string).length), ...encoder.encode(string)];
const vector = (items) => [...leb128(items.length), ...items.flat()];
const section = (id, items) => (items.length === 0 ? [] : [id, ...leb128(vector(items).length), ...vector(items)]);

/** What stands for the type of an import of each kind: type 0, or as small as can be. */
const typeOf = { function: [0], table: [0x70, 0, 0], memory: [0, 0], global: [I32, 0] };

/**
 * A module with one function that takes `params` numbers and does nothing, one global, and one memory of one page unless
 * it imports one.
 *
 * @param {object} parts
 * @param {[module: string, name: string, kind?: string][]} [parts.imports]
 * @param {[name: string, kind: string][]} [parts.exports]
 * @param {number} [parts.params]
 * @param {boolean} [parts.memory64] whether the memory has 64-bit addresses
 */
export function moduleOf({ imports = [], exports = [], params = 0, memory64 = false }) {
  const imported = (kind) => imports.filter(([, , k = 'function']) => k === kind).length;
  const ownMemory = imported('memory') === 0; // not every engine takes a second
  const own = (kind) => (kind === 'memory' ? 0 : imported(kind)); // behind those that are imported
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...vector(Array.from({ length: params }, () => [I32])), 0]]),
    ...section(
      2,
      imports.map(([module, name, kind = 'function']) => [
        ...text(module),
        ...text(name),
        KINDS[kind],
        ...typeOf[kind],
      ]),
    ),
    ...section(3, [[0]]),
    ...section(5, ownMemory ? [[memory64 ? 4 : 0, 1]] : []),
    ...section(6, [[I32, 0, 0x41, 0, 0x0b]]),
    ...section(
      7,
      exports.map(([name, kind]) => [...text(name), KINDS[kind], ...leb128(own(kind))]),
    ),
    ...section(10, [[2, 0, 0x0b]]),
  ]);
}

/** What a command has to export. */
export const command = [
  ['_start', 'function'],
  ['memory', 'memory'],
];
