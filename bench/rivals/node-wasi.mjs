// Runs a guest under node:wasi: node-wasi.mjs GUEST.wasm STDIN_FILE STDOUT_FILE FOLDER ARGS… Its stderr is this
// program's, the folder is what it is given as `/`, and it says to its parent how many milliseconds it took, from before
// the instance to the exit.

import { openSync, readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
import { isUnstable, unstableOf } from './unstable.mjs';

const [path, stdin, stdout, folder, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args,
  env: { HOME: '/' }, // it refuses to give an empty one, and old programs ask for that as well
  preopens: { '/': folder },
  stdin: openSync(stdin, 'r'),
  stdout: openSync(stdout, 'w'),
  stderr: 2,
  returnOnExit: true,
});
const module = new WebAssembly.Module(readFileSync(path));
/** @type {any} */
let instance;
// Some programs import what only another runtime has, and call it only when it is wanted.
const refused = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 52]));
const preview1 = { ...refused, .../** @type {any} */ (wasi.getImportObject()).wasi_snapshot_preview1 };
const imports = isUnstable(module)
  ? { wasi_unstable: unstableOf(preview1, () => instance.exports.memory) }
  : { wasi_snapshot_preview1: preview1 };
const begin = performance.now();
instance = new WebAssembly.Instance(module, imports);
const code = wasi.start(instance);
process.send?.({ code, ms: performance.now() - begin });
