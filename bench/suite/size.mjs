// What a page loads, in KB: minified and compressed as well as Brotli can. No engine makes a difference.

import { rowOf } from './guests.mjs';

const PACKAGES = 'build/bench/packages/node_modules';

/** By labels: scripts, which are minified, and other files. */
const SETS = {
  ours: {
    scripts: ['index.js', 'coordinator.js', 'worker.js'].map((name) => `npm/dist/${name}`),
    files: ['npm/dist/coordinator.wasm'],
  },
  'ours without shared memory': {
    scripts: ['index.js', 'cells.js', 'cell.js'].map((name) => `npm/dist/${name}`),
    files: ['npm/dist/coordinator.wasm'],
  },
  comlink: { scripts: ['node_modules/comlink/dist/esm/comlink.mjs'], files: [] },
  workerpool: { scripts: ['build/bench/packages/bundles/workerpool.js'], files: [] },
  threads: {
    scripts: ['build/bench/packages/bundles/threads.js', 'build/bench/packages/bundles/threads-worker.js'],
    files: [],
  },
  'poolifier-web-worker': { scripts: ['build/bench/packages/bundles/poolifier.js'], files: [] },
  browser_wasi_shim: { scripts: ['node_modules/@bjorn3/browser_wasi_shim/dist/index.js'], files: [], bundle: true },
  Runno: { scripts: ['node_modules/@runno/wasi/dist/main.js'], files: [], bundle: true },
  Extism: { scripts: [`${PACKAGES}/@extism/extism/dist/browser/mod.js`], files: [] },
  '@wasmer/sdk': {
    scripts: [`${PACKAGES}/@wasmer/sdk/dist/index.js`],
    files: [`${PACKAGES}/@wasmer/sdk/pkg/wasmer_sdk_js_bg.wasm`],
    bundle: true,
  },
};

/** What was compressed once. @type {Map<object, number>} */
const known = new Map();

/** @param {import('../lib/context.mjs').Env} env @param {{scripts: string[], files: string[], bundle?: boolean}} set */
async function sizeOf(env, set) {
  const size = known.get(set) ?? (await compressed(env, set));
  known.set(set, size);
  return size;
}

/** @param {import('../lib/context.mjs').Env} env @param {{scripts: string[], files: string[], bundle?: boolean}} set */
async function compressed(env, { scripts, files, bundle = false }) {
  const { build } = await import('esbuild');
  const { brotliCompressSync } = await import('node:zlib');
  let bytes = 0;
  for (const path of scripts) {
    const options = { bundle, minify: true, write: false, format: 'esm', platform: 'browser', logLevel: 'silent' };
    const { outputFiles } = await build({ entryPoints: [env.urlOf(path)], ...options });
    bytes += brotliCompressSync(outputFiles[0].contents).length;
  }
  for (const path of files)
    bytes += brotliCompressSync(new Uint8Array(await (await env.fetchFile(path)).arrayBuffer())).length;
  return bytes / 1000;
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'size',
  group: 'start',
  engines: ['node'],
  counts: () => ({ rounds: 1, warmups: 0 }),
  open: async ({ env, sizes }) => {
    const name = 'bytes that a page loads';
    // Five megabytes take a while.
    const sets = Object.entries(SETS).filter(([label]) => !sizes.quick || label !== '@wasmer/sdk');
    const variants = Object.fromEntries(sets.map(([label, set]) => [`${name}: ${label}`, () => sizeOf(env, set)]));
    const rivals = sets.map(([label]) => label).filter((label) => label !== 'ours');
    const about = 'by each for itself; browser_wasi_shim and Runno without what starts and feeds their workers';
    return { variants, rows: [{ ...rowOf(name, 'KB', rivals), about }], close: async () => undefined };
  },
};
