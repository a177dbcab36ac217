/** Where the package's files are in browsers, if all of it is one file: in blobs. */
import { inlined } from './inlined.js';
import type { Files, ScriptKind } from './platform.js';

const urls = new Map<ScriptKind, string>();

/** Made once, and there as long as the page: any thread may have to be started again. */
function blobOf(kind: ScriptKind): string {
  const url = urls.get(kind) ?? URL.createObjectURL(new Blob([inlined[kind]], { type: 'text/javascript' }));
  urls.set(kind, url);
  return url;
}

async function wasm(): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(inlined.wasm), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export const files: Files = {
  coordinator: () => blobOf('coordinator'),
  worker: () => blobOf('worker'),
  cell: () => blobOf('cell'),
  wasm,
};
