/** All of the package in one file, with its workers and its wasm in it: `millrace/inline`. It has what `millrace` and
 * `millrace/plugin` have, and is a copy of its own. */
export * from './index.js';
export * from './plugin.js';
