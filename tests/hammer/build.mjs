// Bundles the hammer's scripts. Usage: node tests/hammer/build.mjs OUT_DIR
import { build } from 'esbuild';

const common = { outdir: process.argv[2], bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning' };
await build({ ...common, entryPoints: ['tests/hammer/inside.web.ts'], platform: 'browser' });
await build({ ...common, entryPoints: ['tests/hammer/inside.node.ts'], platform: 'node' });
