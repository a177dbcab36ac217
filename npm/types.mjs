// Rolls the package's types up: one file an entry, and a copy for require(). Usage: node npm/types.mjs TYPES_DIR OUT_DIR
//
// TYPES_DIR is what the compiler has made of the sources. `plugin` refers to `index`, whose classes it has; `inline` to both.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

const [from, to] = process.argv.slice(2);

/** What the plugin's types have of their own; all else they find in the package's. */
const OF_PLUGIN = /\/(plugin|plugin\/\w+)\.d\.ts$/;

const fromIndex = {
  name: 'from-index',
  resolveId(id, importer) {
    if (!importer || !id.startsWith('.')) return null;
    const path = resolve(importer, '..', id).replace(/\.js$/, '.d.ts');
    return OF_PLUGIN.test(path) ? null : { id: './index.js', external: true };
  },
};

async function rollUp(name, plugins) {
  const bundle = await rollup({
    input: `${from}/${name}.d.ts`,
    plugins: [...plugins, dts()],
    onwarn: (warning) => {
      throw new Error(`${name}.d.ts: ${warning.message}`);
    },
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  if (output.length !== 1) throw new Error(`${name}.d.ts would be ${output.length} files`);
  return output[0].code;
}

async function write(name, text) {
  await writeFile(`${to}/${name}.d.ts`, text);
  await writeFile(
    `${to}/${name}.d.cts`,
    text.replaceAll("'./index.js'", "'./index.cjs'").replaceAll("'./plugin.js'", "'./plugin.cjs'"),
  );
}

// What the roll-up drops, since it must stand first.
const [reference] = /^\/\/\/ <reference .*\n/.exec(await readFile(`${from}/globals.d.ts`, 'utf8'));
await write('index', `${reference}${(await rollUp('index', [])).replace(reference, '')}`);
await write('plugin', await rollUp('plugin', [fromIndex]));
await write('inline', "export * from './index.js';\nexport * from './plugin.js';\n");
