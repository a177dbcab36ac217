// Guests that do nothing: what a job of theirs costs is what the pool costs.

const moduleOf = (/** @type {number[]} */ bytes) => new WebAssembly.Module(new Uint8Array(bytes));

/** (module (func (export "_start"))) */
export const EMPTY = moduleOf([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, 95, 115, 116, 97, 114, 116, 0, 0, 10, 4, 1,
  2, 0, 11,
]);

/** (module (memory (export "memory") 1) (func (export "_start"))) */
export const ONE_PAGE = moduleOf([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 19, 2, 6, 109, 101, 109, 111, 114, 121,
  2, 0, 6, 95, 115, 116, 97, 114, 116, 0, 0, 10, 4, 1, 2, 0, 11,
]);
