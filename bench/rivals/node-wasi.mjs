// Runs a guest under node:wasi: node-wasi.mjs GUEST.wasm VERSION STDIN_FILE STDOUT_FILE FOLDER ARGS… Its stderr is this
// program's, the folder is what it is given as `/`, and it says to its parent how many milliseconds it took, from before
// the instance to the exit.

import { openSync, readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [path, version, stdin, stdout, folder, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version,
  args,
  preopens: { '/': folder },
  stdin: openSync(stdin, 'r'),
  stdout: openSync(stdout, 'w'),
  stderr: 2,
  returnOnExit: true,
});
const module = new WebAssembly.Module(readFileSync(path));
const imports = /** @type {any} */ (wasi.getImportObject());
// Some programs import what only another runtime has, and call it only when it is wanted.
const refused = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 52]));
for (const name of Object.keys(imports)) imports[name] = { ...refused, ...imports[name] };
const begin = performance.now();
const code = wasi.start(new WebAssembly.Instance(module, imports));
process.send?.({ code, ms: performance.now() - begin });
