// Node as it runs this: modules, require, bundles, threads, text that is evaluated.
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { rename } from 'node:fs/promises';
import { TEXT } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';

const use = (binding) => `${binding}
const { run, Pool } = millrace;
async function main() {
  const pool = await Pool.create({ workers: 2 });
  const { stdoutText } = await pool.run('guest.wasm', { stdin: ${JSON.stringify(TEXT)} });
  console.log(JSON.stringify({ text: stdoutText, same: (await run('guest.wasm', { stdin: 'x' })).stdoutText }));
  await pool.close();
}
main().catch((error) => console.log(JSON.stringify({ name: error.name, message: error.message })));
`;

const esm = (entry = 'millrace') => use(`import * as millrace from '${entry}';`);
const cjs = (entry = 'millrace') => use(`const millrace = require('${entry}');`);

const EXPECTED = { text: TEXT, same: 'x' };

export async function projectWith(t, files) {
  const project = await makeProject(t, { name: 'node', files, manifest: {} });
  await project.guest();
  return project;
}

/** What a program prints, run by this Node or another. */
export async function printed(project, args, node = process.execPath) {
  const out = await project.run(node, args, { timeout: 60_000 });
  return JSON.parse(out.trim().split('\n').at(-1));
}

async function bundle(project, { entry, format, out, external }) {
  await build({
    absWorkingDir: project.folder,
    stdin: { contents: esm(entry), resolveDir: project.folder },
    bundle: true,
    platform: 'node',
    format,
    outfile: out,
    external,
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  });
}

/** All that a version of Node should be able to do. */
export async function expectNode(t, node = process.execPath) {
  const files = {
    'app.mjs': esm(),
    'app.cjs': cjs(),
    'inline.mjs': esm('millrace/inline'),
    'inline.cjs': cjs('millrace/inline'),
  };
  const project = await projectWith(t, files);
  for (const name of Object.keys(files)) assert.deepEqual(await printed(project, [name], node), EXPECTED, name);
  const evaluated = await printed(project, ['--input-type=module', '-e', esm()], node);
  assert.deepEqual(evaluated, EXPECTED, '--input-type');
  await bundle(project, { entry: 'millrace', format: 'cjs', out: 'bundled.cjs' });
  assert.deepEqual(await printed(project, ['bundled.cjs'], node), EXPECTED, 'bundled');
  await bundle(project, { entry: 'millrace', format: 'esm', out: 'bundled.mjs' });
  assert.deepEqual(await printed(project, ['bundled.mjs'], node), EXPECTED, 'bundled');
  await bundle(project, { entry: 'millrace/inline', format: 'cjs', out: 'alone.cjs' });
  await bundle(project, { entry: 'millrace', format: 'cjs', out: 'lost.cjs' });
  await rename(project.path('node_modules'), project.path('elsewhere'));
  assert.deepEqual(await printed(project, ['alone.cjs'], node), EXPECTED, 'one file');
  const { name, message } = await printed(project, ['lost.cjs'], node);
  assert.equal(name, 'StartError');
  assert.match(message, /millrace\/inline/);
}

const inThread = `import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import * as millrace from 'millrace';
if (isMainThread) new Worker(new URL(import.meta.url)).on('message', (text) => console.log(text));
else {
  const pool = await millrace.Pool.create({ workers: 2 });
  const { stdoutText } = await pool.run('guest.wasm', { stdin: 'x' });
  await pool.close();
  parentPort.postMessage(JSON.stringify({ text: stdoutText }));
}`;

const withPaths = `import { Pool } from 'millrace';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { relative } from 'node:path';
import { Worker } from 'node:worker_threads';
const { resolve } = createRequire(import.meta.url);
const names = { wasm: 'coordinator.wasm', coordinator: 'coordinator.node.mjs', worker: 'worker.node.mjs' };
const as = (make) => Object.fromEntries(Object.entries(names).map(([key, name]) => [key, make(resolve('millrace/' + name))]));
const all = [as((path) => path), as((path) => relative(process.cwd(), path)), as((path) => pathToFileURL(path).href), as(pathToFileURL)];
const spawn = (kind, name) => new Worker(resolve('millrace/' + kind + '.node.mjs'), { name });
const said = [];
for (const options of [...all.map((urls) => ({ urls })), { spawn }]) {
  const pool = await Pool.create({ workers: 1, ...options });
  said.push((await pool.run('guest.wasm', { stdin: 'x' })).stdoutText);
  await pool.close();
}
console.log(JSON.stringify(said));`;

const wrong = `import { Pool } from 'millrace';
const said = [];
const wrongs = [{ spawn: () => 5 }, { spawn: () => { throw new RangeError('no more') } }, { urls: { worker: 'nowhere.mjs' } },
  { urls: { wasm: 'package.json' } }, { urls: { coordinator: 'data:text/javascript,' + 'throw 1;'.repeat(100) } }];
for (const options of wrongs) {
  const error = await Pool.create({ workers: 1, ...options }).catch((error) => error);
  said.push([error.name, error.message, error.cause !== undefined]);
}
console.log(JSON.stringify(said));`;

export const stacks = [
  { name: `modules, require, bundles, evaluated text`, run: (t) => expectNode(t) },
  {
    name: 'a pool in a thread',
    async run(t) {
      const project = await projectWith(t, { 'app.mjs': inThread });
      assert.deepEqual(await printed(project, ['app.mjs']), { text: 'x' });
    },
  },
  {
    name: 'urls as paths, strings and URLs, and threads that the program starts',
    async run(t) {
      const project = await projectWith(t, { 'app.mjs': withPaths });
      assert.deepEqual(await printed(project, ['app.mjs']), ['x', 'x', 'x', 'x', 'x']);
    },
  },
  {
    name: 'whatever fails at the start is a StartError with its cause',
    async run(t) {
      const project = await projectWith(t, { 'app.mjs': wrong });
      for (const [name, message, hasCause] of await printed(project, ['app.mjs'])) {
        t.say(`${name}: ${message}`);
        assert.equal(name, 'StartError', message);
        assert.ok(hasCause, message);
        assert.doesNotMatch(message, /throw/);
      }
    },
  },
];
