// Runs a guest under node:wasi: node-wasi.mjs GUEST.wasm STDIN_FILE STDOUT_FILE FOLDER ARGS… Its stderr is this
// program's, the folder is what it is given as `/`, and it says to its parent how many milliseconds it took, from before
// the instance to the exit. It has run once before, in a copy of the folder, so that its code is as warm as the others'.

import { cpSync, openSync, readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
import { isUnstable, unstableOf } from './unstable.mjs';

const [path, stdin, stdout, folder, ...args] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(path));
// Some programs import what only another runtime has, and call it only when it is wanted.
const refused = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 52]));

/** @param {string} root @param {number} stderr */
function run(root, stderr) {
  const wasi = new WASI({
    version: 'preview1',
    args,
    env: { HOME: '/' }, // it refuses to give an empty one, and old programs ask for that as well
    preopens: { '/': root },
    stdin: openSync(stdin, 'r'),
    stdout: openSync(stdout, 'w'),
    stderr,
    returnOnExit: true,
  });
  /** @type {any} */
  let instance;
  const preview1 = { ...refused, .../** @type {any} */ (wasi.getImportObject()).wasi_snapshot_preview1 };
  const imports = isUnstable(module)
    ? { wasi_unstable: unstableOf(preview1, () => instance.exports.memory) }
    : { wasi_snapshot_preview1: preview1 };
  const begin = performance.now();
  instance = new WebAssembly.Instance(module, imports);
  const code = wasi.start(instance);
  return { code, ms: performance.now() - begin };
}

const copy = `${folder}-before`;
cpSync(folder, copy, { recursive: true });
run(copy, openSync('/dev/null', 'w'));
process.send?.(run(folder, 2));
