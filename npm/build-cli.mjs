// Builds the package's command line, which stands on the package's own script beside it. Usage: node npm/build-cli.mjs OUT_DIR
import { build } from 'esbuild';

const [outdir] = process.argv.slice(2);

/** The one module that it has in common with every other program. */
const packageBeside = {
  name: 'package-beside',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/index\.node\.js$/ }, ({ path }) => ({ path, external: true })),
};

await build({
  entryPoints: [{ in: 'bindings-js/src/cli.ts', out: 'cli' }],
  outdir,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'node',
  charset: 'utf8',
  legalComments: 'none',
  minify: true,
  plugins: [packageBeside],
  logLevel: 'warning',
});
