// How much JavaScript the main thread of a page gets from the package, minified and compressed, against a budget for each way
// of counting. Usage: node tests/package/size.mjs
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const KB = 1000;

/** `loads`: which of the parts that are loaded when they are first needed count, by how their names begin. */
const counts = [
  { what: 'all exports, what the page loads with it', exports: '*', loads: [], budget: 16 },
  { what: 'run and spawn, what the page loads with them', exports: '{ run, spawn }', loads: [], budget: 12 },
  {
    what: 'run and spawn, with what a pool loads that has run and spawned',
    exports: '{ run, spawn }',
    loads: ['core'],
    budget: 36,
  },
  { what: 'all exports, with every part', exports: '*', loads: [''], budget: 56 },
];

/** Leaves those parts out that are not to be counted. */
function leaveOut(loads) {
  const counts = (path) => loads.some((name) => path.startsWith(`./index-${name}`));
  return {
    name: 'leave-out',
    setup: ({ onResolve }) =>
      onResolve({ filter: /./ }, ({ kind, path }) =>
        kind === 'dynamic-import' && !counts(path) ? { path, external: true } : undefined,
      ),
  };
}

/** @returns {Promise<Uint8Array>} what an application's bundler makes of it */
async function bundled({ exports, loads }) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${exports} from './npm/dist/index.js';`, resolveDir: process.cwd() },
    plugins: [leaveOut(loads)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    legalComments: 'none',
  });
  return outputFiles[0].contents;
}

let failed = 0;
for (const count of counts) {
  const script = await bundled(count);
  const bytes = gzipSync(script, { level: 9 }).length;
  const isOver = bytes > count.budget * KB;
  if (isOver) failed++;
  const figures = `${(bytes / KB).toFixed(1)} kB of ${count.budget}, ${(script.length / KB).toFixed(1)} kB before compression`;
  console.log(`${isOver ? 'TOO MUCH' : 'ok'} ${count.what}: ${figures}`);
}
if (failed > 0) process.exit(1);
