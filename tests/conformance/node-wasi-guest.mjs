// Runs a WASI program under node:wasi. Usage: node-wasi-guest.mjs '{"wasm": …, "args": …, "env": …, "preopens": …}'

import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

/** As a shell says that a program was aborted: none of the tests exits with it. */
const TRAPPED = 134;

const { wasm, args, env, preopens } = JSON.parse(process.argv[2]);
const wasi = new WASI({ version: 'preview1', args: ['guest', ...args], env, preopens });
const module = await WebAssembly.compile(await readFile(wasm));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
try {
  process.exitCode = wasi.start(instance);
} catch (error) {
  console.error(String(error));
  process.exitCode = TRAPPED;
}
