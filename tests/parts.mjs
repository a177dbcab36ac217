// What the package loads when it is first needed, in Node: when a part cannot be loaded, whoever needs it gets a typed error,
// and everything else works; and what waits for a part is begun. Usage: node tests/parts.mjs
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const guest = (name) => `${root}examples/guests/${name}.gen.wasm`;

/** Of a script that is not there. */
const COULD_NOT = /^a part of the package could not be loaded; deploy all files of its folder: .*index-/;

async function unloaded(promise) {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (error) => error,
  );
  assert.equal(error.name, 'StartError', error.stack);
  assert.equal(error.code, 'POOL_START_FAILED');
  assert.match(error.message, COULD_NOT);
  assert.match(error.cause.code, /MODULE_NOT_FOUND/);
}

async function cats(pool) {
  const { stdoutText } = await pool.run(guest('cat'), { stdin: 'all else works' });
  assert.equal(stdoutText, 'all else works');
}

const withPool = (use) => async (millrace) => {
  const pool = await millrace.Pool.create({ workers: 2 });
  try {
    await use(pool, millrace);
    await cats(pool);
  } finally {
    await pool.close({ graceful: true });
  }
};

/** What is tried without a part, by how the names of its files begin. */
const cases = {
  core: async ({ Pool, run, defaultPool, Directory }) => {
    await unloaded(Pool.create());
    await unloaded(run(guest('cat')));
    await unloaded(defaultPool({ workers: 1 }));
    const aborted = await Pool.create({ signal: AbortSignal.abort('at once') }).catch((error) => error);
    assert.equal(aborted.cause, 'at once');
    globalThis.ServiceWorkerGlobalScope = class {}; // there nothing can be imported later
    const inService = await Pool.create().catch((error) => error);
    delete globalThis.ServiceWorkerGlobalScope;
    assert.equal(inService.name, 'StartError');
    assert.match(inService.message, /a service worker cannot start workers/);
    assert.equal((await new Directory({ file: 'text' }).list()).length, 1);
  },

  'instance-part': withPool(async (pool) => {
    await unloaded(pool.call(guest('adder'), 'add', 1, 2));
    await unloaded(pool.instantiate(guest('adder')));
    await unloaded(pool.map(guest('adder'), 'add', [[1, 2]]).next());
  }),

  map: withPool(async (pool) => {
    let isLeft = false;
    const items = {
      [Symbol.iterator]: () => ({ next: () => assert.fail('nobody asks'), return: () => ((isLeft = true), {}) }),
    };
    const results = pool.map(guest('adder'), 'add', items);
    await unloaded(results.next());
    assert(isLeft);
    assert.equal((await results.next()).done, true);
    assert.equal(await pool.call(guest('adder'), 'add', 1, 2), 3);
  }),

  'run-pipeline': withPool((pool) => unloaded(pool.pipeline([guest('cat')], [guest('cat')]))),

  hosts: withPool(async (pool) => {
    const host = { read: () => 'nobody serves it' };
    const { stdoutText, stderrText } = await pool.run(guest('hostcall'), { args: ['read', 'x'], host });
    assert(!stdoutText.includes('nobody') && `${stdoutText}${stderrText}`.length > 0, stdoutText);
    const imports = { env: { log: () => undefined } };
    const error = await pool.run(guest('logger'), { imports }).catch((error) => error);
    assert.equal(error.name, 'ImportError', error.stack);
    await unloaded(Promise.reject(error.cause));
  }),

  'directory-part': withPool(async (pool, { Directory }) => {
    const directory = new Directory({ file: 'text' });
    await unloaded(directory.list());
    await unloaded(directory.toPath(tmpdir()));
    await unloaded(pool.run(guest('cat'), { preopens: { '/x': new Directory() } }));
    await directory.close();
  }),
};

/** What is begun, and waits for a part, when its pool begins to close. */
const begun = {
  call: (pool) => pool.call(guest('adder'), 'add', 40, 2),
  'call with bytes': async (pool) => (await pool.call(guest('bytes'), 'reverse', '24', { returns: 'string' })) - 0,
  instantiate: async (pool) => (await pool.instantiate(guest('adder'))) && 42,
  map: async (pool) => (await pool.map(guest('adder'), 'add', [[40, 2]]).next()).value,
  pipeline: async (pool) => (await pool.pipeline([guest('cat'), { stdin: '42' }], [guest('cat')])).json(),
};

const closing = Object.entries(begun).map(([what, begin]) => [
  `closing while ${what}`,
  async ({ Pool }) => {
    const pool = await Pool.create({ workers: 2 });
    const ending = begin(pool);
    await Promise.all([pool.close({ graceful: true }), ending]);
    assert.equal(await ending, 42);
  },
]);

async function copyWithout(part) {
  const folder = await mkdtemp(`${tmpdir()}/millrace-parts-`);
  await cp(`${root}npm/dist`, folder, { recursive: true });
  await cp(`${root}npm/package.json`, `${folder}/package.json`);
  const files = (await readdir(folder)).filter((file) => file.startsWith(`index-${part}`) && file.endsWith('.js'));
  assert(files.length > 0 || part.includes(' '), `there is no part ${part}`);
  for (const file of files) await rm(`${folder}/${file}`);
  return folder;
}

setTimeout(() => {
  console.error('FAILED parts: it hangs');
  process.exit(1);
}, 120_000).unref();

for (const [part, check] of [...Object.entries(cases), ...closing]) {
  const folder = await copyWithout(part);
  try {
    await check(await import(pathToFileURL(`${folder}/index.node.js`).href));
    console.log(`ok parts: ${part.includes(' ') ? part : `without ${part}`}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
