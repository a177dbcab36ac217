// Runs a guest under node:wasi: node-wasi.mjs GUEST.wasm STDIN_FILE STDOUT_FILE FOLDER ARGS… Its stderr is this
// program's, and the folder is what it is given as `/`.

import { openSync, readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [path, stdin, stdout, folder, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: ['guest', ...args],
  preopens: { '/': folder },
  stdin: openSync(stdin, 'r'),
  stdout: openSync(stdout, 'w'),
  stderr: 2,
});
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), wasi.getImportObject());
process.exitCode = wasi.start(instance);
