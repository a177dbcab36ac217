/** What the package's files have in them, where all of it is one file: npm/build.mjs puts the contents in the place of this. */
import type { ScriptKind } from './platform.js';

/** The scripts as they are; the wasm is gzip, in base64. */
export const inlined: Readonly<Record<ScriptKind | 'wasm', string>> = {
  coordinator: '',
  worker: '',
  cell: '',
  wasm: '',
};
