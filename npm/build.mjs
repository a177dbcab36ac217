// Builds the package's scripts. Usage: node npm/build.mjs OUT_DIR [coordinator|index|thin]…
//
// Every script is self-contained: a worker that has to fetch a second script can fail to find it.
import { build } from 'esbuild';

const [outdir, ...groups] = process.argv.slice(2);

const entries = {
  coordinator: {
    browser: ['coordinator', 'worker'],
    node: ['coordinator', 'worker'],
  },
  index: {
    browser: ['index'],
    node: ['index'],
  },
  thin: {
    browser: ['thin'],
    node: ['thin'],
  },
};

/** The same script for one platform: in sources `name.web.ts` or `name.node.ts`, as a result `name.js` or `name.node.js`. */
function entryPoint(name, platform) {
  const input = platform === 'node' ? `${name}.node` : name === 'index' ? name : `${name}.web`;
  return { in: `bindings-js/src/${input}.ts`, out: platform === 'node' ? `${name}.node` : name };
}

for (const group of groups) {
  for (const [platform, names] of Object.entries(entries[group])) {
    await build({
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
      logLevel: 'warning',
    });
  }
}
