/** Where the package's files are in Node, if all of it is one file: in URLs that have their content in them. */
import { gunzipSync } from 'node:zlib';
import { inlined } from './inlined.js';
import type { Files, ScriptKind } from './platform.js';

function dataOf(kind: ScriptKind): string {
  return `data:text/javascript;base64,${Buffer.from(inlined[kind]).toString('base64')}`;
}

export const files: Files = {
  coordinator: () => dataOf('coordinator'),
  worker: () => dataOf('worker'),
  cell: () => dataOf('cell'),
  wasm: () => Promise.resolve(new Uint8Array(gunzipSync(Buffer.from(inlined.wasm, 'base64')))),
};
