// Unpacks archives, as far as those need it that are used here: regular files of the ustar format.
import { assert, text } from '../harness.mjs';

const BLOCK = 512;

/** A field of a header: text up to a NUL. */
function field(header, at, size) {
  const bytes = header.subarray(at, at + size);
  const end = bytes.indexOf(0);
  return text(end < 0 ? bytes : bytes.subarray(0, end));
}

async function gunzip(bytes) {
  const stream = new Response(bytes).body.pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The files of a .tar.gz by their paths, as a `Directory` takes them. */
export async function untarGz(compressed) {
  const archive = await gunzip(compressed);
  const files = {};
  for (let at = 0; archive[at] !== 0;) {
    const header = archive.subarray(at, at + BLOCK);
    assert(field(header, 257, 5) === 'ustar', 'this is no tar archive');
    const size = parseInt(field(header, 124, 12), 8);
    const prefix = field(header, 345, 155);
    const path = `${prefix && `${prefix}/`}${field(header, 0, 100)}`;
    at += BLOCK;
    if (field(header, 156, 1) === '0') files[path] = archive.slice(at, at + size);
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
