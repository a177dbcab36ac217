// Builds the package's scripts. Usage: node npm/build.mjs OUT_DIR [coordinator|index|thin|cells|plugin|inline|require]…
//
// Every script is self-contained, since a worker that has to fetch a second script can fail to find it; but for `plugin`,
// which stands on `index` beside it, so that both have the same classes, and for `index`, which loads parts of itself when
// they are first needed. `inline` has all others in it, and `require` is the same as index, plugin and inline for Node's
// require().
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
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
  inline: {
    browser: ['inline'],
    node: ['inline'],
  },
  require: {
    node: ['index', 'plugin', 'inline'],
  },
};

/** The same for all platforms. */
const PLAIN = ['plugin', 'cells'];

/** What `index` loads when it is first needed, and what is there by then. */
const parts = {
  'client/core': 'index',
  'client/hosts': 'client/core',
  'client/instance-part': 'client/core',
  'client/map': 'client/core',
  'client/run-pipeline': 'client/core',
  'files/directory-part': 'index',
  'files/directory-part.node': 'index',
};

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

/** Says of each part what is there by then, or what several need would be cut into a file for each set of them. */
function partsOf(index) {
  const folder = resolve('bindings-js/src');
  const known = new Map(Object.entries(parts).map(([part, above]) => [`${folder}/${part}.ts`, above]));
  return {
    name: 'parts',
    setup({ onLoad, onEnd }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const above = known.get(path);
        if (!above) return undefined;
        const file = above === 'index' ? index : `${above}.ts`;
        return { contents: `${await readFile(path, 'utf8')}\nimport '${folder}/${file}';`, loader: 'ts' };
      });
      onEnd(async ({ metafile }) => {
        for (const file of Object.keys(metafile?.outputs ?? {})) await forgetBareImports(file);
      });
    },
  };
}

/** Nothing of the package does anything by being imported, and bundlers warn of such imports. */
async function forgetBareImports(file) {
  if (!file.endsWith('.js')) return;
  const script = await readFile(file, 'utf8');
  const without = script.replaceAll(/\bimport ?"\.\/index-[\w.-]+";/g, '');
  if (without !== script) await writeFile(file, without);
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

/** Minified, the classes that users see keep their names, which errors and consoles show. */
const classNames = {
  name: 'class-names',
  async setup({ onLoad }) {
    const lists = await Promise.all(['public', 'plugin'].map((name) => readFile(`bindings-js/src/${name}.ts`, 'utf8')));
    const known = new Set(['Pool', 'Directory', ...lists.join().match(/\b[A-Z]\w+/g)]);
    onLoad({ filter: /bindings-js\/src\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(/^export class (\w+)[^{]*\{$/gm, (head, name) =>
        known.has(name) ? `${head} static name = '${name}';` : head,
      );
      return { contents, loader: 'ts' };
    });
  },
};

/** The same script for one platform: in sources `name.web.ts` or `name.node.ts`, as a result `name.js` or `name.node.js`. */
function entryPoint(name, platform) {
  const web = ['index', 'inline'].includes(name) ? name : `${name}.web`;
  const input = PLAIN.includes(name) ? name : platform === 'node' ? `${name}.node` : web;
  return { in: `bindings-js/src/${input}.ts`, out: platform === 'node' ? `${name}.node` : name };
}

/** Where the packed wasm comes to stand. Each zlib packs it otherwise, and short names are given by how often letters stand in
 * a script: with the wasm among them, everything would be named otherwise. */
const WASM_PLACE = 'coordinator.wasm in base64';

async function putWasm(file) {
  const wasm = gzipSync(await readFile('coordinator-dist/coordinator.wasm'), { level: 9 }).toString('base64');
  const parts = (await readFile(file, 'utf8')).split(WASM_PLACE);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places for the wasm`);
  await writeFile(file, parts.join(wasm));
}

/** The one file has the others in it. */
function filesInside(platform) {
  const suffix = platform === 'node' ? '.node.mjs' : '.js';
  return {
    name: 'files-inside',
    setup({ onLoad, onEnd }) {
      onLoad({ filter: /files\.(web|node)\.ts$/ }, async ({ path }) => {
        const inline = path.replace('files.', 'files.inline.');
        return { contents: await readFile(inline, 'utf8'), loader: 'ts', resolveDir: dirname(path) };
      });
      onLoad({ filter: /inlined\.ts$/ }, async () => {
        const script = (name) => readFile(`coordinator-dist/${name}${suffix}`, 'utf8');
        const [coordinator, worker, cell] = await Promise.all(['coordinator', 'worker', 'cell'].map(script));
        const inlined = { coordinator, worker, cell, wasm: WASM_PLACE };
        return { contents: `export const inlined = ${JSON.stringify(inlined)};`, loader: 'js' };
      });
      onEnd(async ({ metafile }) => {
        for (const file of Object.keys(metafile?.outputs ?? {})) await putWasm(file);
      });
    },
  };
}

/** What is different in a group. */
function settingsOf(group, platform) {
  const suffix = platform === 'node' ? '.node' : '';
  const cells = cellsFrom(`./cells${suffix}.js`);
  const footer = { js: 'export {};' }; // or linters take it for CommonJS
  if (group === 'coordinator') {
    return { footer, plugins: [numbers], outExtension: platform === 'node' ? { '.js': '.mjs' } : {} };
  }
  if (group === 'inline') return { footer, plugins: [numbers, filesInside(platform), classNames] };
  if (group === 'plugin') return { plugins: [numbers, errorsFrom(`./index${suffix}.js`), classNames] };
  if (group === 'index') {
    const plugins = [numbers, cells, partsOf(platform === 'node' ? 'index.node.ts' : 'index.ts'), classNames];
    return { plugins, splitting: true, chunkNames: 'index-[name]-[hash]' };
  }
  return { plugins: [numbers, cells, classNames] };
}

/** For require(): one file each, without anything that is loaded later. */
function requireSettings(name) {
  const plugins = [numbers];
  if (name === 'inline') plugins.push(filesInside('node'));
  if (name === 'plugin') plugins.push(errorsFrom('./index.node.cjs'));
  plugins.push(classNames);
  return {
    plugins,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    inject: ['bindings-js/src/platform/require.node.ts'],
    define: { 'import.meta.url': 'moduleUrl' },
  };
}

function buildOne(group, platform, name) {
  const isRequire = group === 'require';
  const own = isRequire ? requireSettings(name) : settingsOf(group, platform);
  return build({
    entryPoints: [entryPoint(name, platform)],
    outdir,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: platform === 'node' ? 'node' : 'browser',
    charset: 'utf8',
    legalComments: 'none',
    minify: true,
    logLevel: 'warning',
    metafile: true,
    ...own,
  });
}

for (const group of groups) {
  for (const [platform, names] of Object.entries(entries[group])) {
    for (const name of names) {
      const { metafile } = await buildOne(group, platform, name);
      if (group === 'plugin') checkPlugin(metafile);
    }
  }
}
