// Builds the package's scripts. Usage: node npm/build.mjs OUT_DIR [coordinator|index|thin|plugin]…
//
// Every script is self-contained, since a worker that has to fetch a second script can fail to find it; but for `plugin`,
// which stands on `index` beside it, so that both have the same classes.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const [outdir, ...groups] = process.argv.slice(2);

const entries = {
  coordinator: {
    browser: ['coordinator', 'worker', 'cell'],
    node: ['coordinator', 'worker', 'cell'],
  },
  index: {
    browser: ['index'],
    node: ['index'],
  },
  thin: {
    browser: ['thin'],
    node: ['thin'],
  },
  cells: {
    browser: ['cells'],
    node: ['cells'],
  },
  plugin: {
    browser: ['plugin'],
    node: ['plugin'],
  },
};

/** The same for all platforms. */
const PLAIN = ['plugin', 'cells'];

/** What of the sources the plugins' script may have a copy of: nothing that is a class to its users, or has a state. */
const PLUGIN_INPUTS =
  /^bindings-js\/src\/(plugin|globals|platform\/scope|client\/(abort|callsite)|shared\/(?!errors)[\w-]+)(\.ts|\/)/;

/** The errors are those of the package itself. */
function errorsFrom(index) {
  const isErrors = ({ path, resolveDir }) => resolve(resolveDir, path) === resolve('bindings-js/src/shared/errors.js');
  return {
    name: 'errors-from-index',
    setup: ({ onResolve }) =>
      onResolve({ filter: /\/errors\.js$/ }, (args) => (isErrors(args) ? { path: index, external: true } : undefined)),
  };
}

function checkPlugin({ inputs }) {
  const copies = Object.keys(inputs).filter((input) => !PLUGIN_INPUTS.test(input));
  if (copies.length > 0) throw new Error(`plugin.js would have its own copy of ${copies.join(', ')}`);
}

/** What only pools of one tier need is loaded when they start. */
function cellsFrom(cells) {
  return {
    name: 'cells-from-beside',
    setup: ({ onResolve }) =>
      onResolve({ filter: /\/cells\.js$/ }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: cells, external: true } : undefined,
      ),
  };
}

/** The numbers of the C side are an object to the compiler, and an enum to the bundler: it writes each where it is used. */
const numbers = {
  name: 'numbers',
  setup({ onLoad }) {
    onLoad({ filter: /layout\.gen\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(/export const layout = \{([^}]*)\} as const;/, (_, members) => {
        return `export enum layout {${members.replaceAll(': ', ' = ')}}`;
      });
      if (contents === source) throw new Error(`${path} has no numbers`);
      return { contents, loader: 'ts' };
    });
  },
};

/** The same script for one platform: in sources `name.web.ts` or `name.node.ts`, as a result `name.js` or `name.node.js`. */
function entryPoint(name, platform) {
  const web = name === 'index' ? name : `${name}.web`;
  const input = PLAIN.includes(name) ? name : platform === 'node' ? `${name}.node` : web;
  return { in: `bindings-js/src/${input}.ts`, out: platform === 'node' ? `${name}.node` : name };
}

for (const group of groups) {
  for (const [platform, names] of Object.entries(entries[group])) {
    const { metafile } = await build({
      entryPoints: names.map((name) => entryPoint(name, platform)),
      outdir,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      platform: platform === 'node' ? 'node' : 'browser',
      charset: 'utf8',
      legalComments: 'none',
      footer: group === 'coordinator' ? { js: 'export {};' } : {}, // or linters take it for CommonJS
      minify: group === 'coordinator',
      sourcemap: group !== 'coordinator',
      plugins: [
        numbers,
        cellsFrom(platform === 'node' ? './cells.node.js' : './cells.js'),
        ...(group === 'plugin' ? [errorsFrom(platform === 'node' ? './index.node.js' : './index.js')] : []),
      ],
      metafile: group === 'plugin',
      logLevel: 'warning',
    });
    if (group === 'plugin') checkPlugin(metafile);
  }
}
