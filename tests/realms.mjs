// What other realms of Node's world make, given to the pool: contexts of node:vm, jsdom and happy-dom, Node's own streams,
// and a second copy of the package. Usage: node tests/realms.mjs
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createReadStream, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { Window } from 'happy-dom';
import { JSDOM } from 'jsdom';
import { Directory, Pool } from '../npm/dist/index.node.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const guest = (name) => `${root}examples/guests/${name}.gen.wasm`;
const hello = readFileSync(guest('hello'));
const text = (bytes) => new TextDecoder().decode(bytes);

async function refused(promise, pattern) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.code, 'POOL_EINVAL', String(error.stack));
    assert.match(error.message, pattern);
    return true;
  });
}

const runs = async (pool, source) =>
  assert.equal(text((await pool.run(source)).stdout), 'Hello from WebAssembly text\n');

const cats = async (pool, stdin, expected) =>
  assert.equal(text((await pool.run(guest('cat'), { stdin })).stdout), expected);

/** A signal of another realm ends a job, and its controller is not taken for it. */
async function takesSignal(pool, { AbortController }) {
  const controller = new AbortController();
  const job = await pool.spawn(guest('cat'), { signal: controller.signal });
  await refused(pool.run(guest('cat'), { signal: controller }), /^signal must be an AbortSignal.* give its signal/);
  controller.abort();
  await assert.rejects(job.status, { name: 'AbortError' });
  await assert.rejects(pool.run(guest('cat'), { signal: controller.signal }), { name: 'AbortError' });
}

const tests = {
  async 'node:vm: all that a context makes'(pool) {
    const context = vm.createContext({ hello: [...hello] });
    const made = (code) => vm.runInContext(code, context);
    for (const code of [
      'new Uint8Array(hello)',
      'new Uint8Array(hello).buffer',
      'new DataView(new Uint8Array(hello).buffer)',
    ])
      await runs(pool, made(code));
    await runs(pool, made('new WebAssembly.Module(new Uint8Array(hello))'));
    await runs(pool, made('Promise.resolve(new Uint8Array(hello))'));
    await cats(pool, made('new Float64Array(2)'), '\0'.repeat(16));
    await cats(pool, made('["a", new Uint8Array([98])]'), 'ab');
    await cats(pool, made('(async function* () { yield "a"; yield new Uint8Array([98]); })()'), 'ab');
    const directory = new Directory(made('({ a: new Uint8Array([97]), b: { c: Promise.resolve("c") } })'));
    assert.equal(text(await directory.readFile('b/c')), 'c');
    await refused(new Directory(made('({ a: new Map() })')).list(), /^tree\["a"\] must be .*, and is a Map/);
    await refused(new Directory(made('({ a: new Date() })')).list(), /^tree\["a"\] must be .*, and is a Date/);
    await refused(pool.run(hello, made('new Map()')), /^options must be an object of options, and is a Map/);
    await refused(pool.run(hello, made('({ args: "-l" })')), /^args must be an array/);
    await refused(pool.run(made('({})')), /^source must be /);
  },

  async 'jsdom: signals, URLs, and Blobs as far as they can be read'(pool) {
    const { window } = new JSDOM('');
    await takesSignal(pool, window);
    await runs(pool, new window.URL(pathToFileURL(guest('hello')).href));
    const blob = new window.Blob([hello]);
    for (const call of [pool.run(blob), new Directory({ blob }).list()]) {
      await assert.rejects(call, { code: 'POOL_EIO', message: /Blob that could not be read/ });
    }
    globalThis.FileReader = window.FileReader; // as global-jsdom and Jest have it
    try {
      await runs(pool, blob);
      await cats(pool, new window.Blob(['in a Blob']), 'in a Blob');
      await cats(pool, new window.File(['in a File'], 'name'), 'in a File');
      assert.equal(text(await new Directory({ blob: new window.Blob(['x']) }).readFile('blob')), 'x');
    } finally {
      delete globalThis.FileReader;
    }
    for (const wrong of [window, window.document, new window.FormData(), window.document.body]) {
      await refused(pool.run(hello, { stdin: wrong }), /^stdin(\[0\])? must be /);
      await refused(new Directory({ wrong }).list(), /^tree\["wrong"\] must be /);
    }
  },

  async 'happy-dom: signals, URLs, Blobs, Responses, Requests'(pool) {
    const window = new Window();
    await takesSignal(pool, window);
    await runs(pool, new window.URL(pathToFileURL(guest('hello')).href));
    await runs(pool, new window.Blob([hello]));
    await runs(pool, new window.Response(hello, { headers: { 'Content-Type': 'application/wasm' } }));
    await cats(pool, new window.Blob(['in a Blob']), 'in a Blob');
    await cats(pool, new window.File(['in a File'], 'name'), 'in a File');
    await cats(pool, new window.Response('in a body').body, 'in a body');
    assert.equal(text(await new Directory({ blob: new window.Blob(['x']) }).readFile('blob')), 'x');
    await refused(new Directory({ r: new window.Response('x') }).list(), /^tree\["r"\] must be .*, and is a Response/);
    await refused(pool.run(hello, { stdin: new window.Response('x') }), /give its body/);
    await window.happyDOM.close();
  },

  async 'happy-dom in the place of the globals'(pool) {
    const window = new Window();
    const names = ['Response', 'Blob', 'File', 'AbortController', 'AbortSignal', 'URL', 'Headers', 'Request'];
    const old = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
    try {
      for (const name of names)
        Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
      await runs(pool, guest('hello'));
      await runs(pool, new Blob([hello]));
      await runs(pool, new Response(hello, { headers: { 'Content-Type': 'application/wasm' } }));
      await takesSignal(pool, globalThis);
    } finally {
      for (const [name, descriptor] of old) Object.defineProperty(globalThis, name, descriptor);
      await window.happyDOM.close();
    }
  },

  async "Node's streams as stdin"(pool) {
    await cats(pool, createReadStream(guest('hello')), text(hello));
    await cats(pool, Readable.from(['a', Buffer.from('b')]), 'ab');
    await cats(
      pool,
      createReadStream(fileURLToPath(import.meta.url)).setEncoding('utf8'),
      readFileSync(fileURLToPath(import.meta.url), 'utf8'),
    );
    const through = new PassThrough();
    through.end('through');
    await cats(pool, through, 'through');
    const ended = Readable.from(['x']).destroy();
    await refused(pool.run(guest('cat'), { stdin: ended }), /^stdin must be a stream that can be read/);
  },

  async 'a Directory of another copy of the package is told apart'(pool) {
    const copy = await mkdtemp(`${tmpdir()}/millrace-copy-`);
    try {
      await cp(`${root}npm/dist`, copy, { recursive: true });
      await cp(`${root}npm/package.json`, `${copy}/package.json`);
      const other = await import(pathToFileURL(`${copy}/index.node.js`).href);
      const directory = new other.Directory();
      for (const given of [directory, { directory }]) {
        await refused(
          pool.run(hello, { preopens: { '/x': given } }),
          /^preopens\["\/x"\].*another copy of this package/,
        );
      }
      await refused(new Directory({ directory }).list(), /^tree\["directory"\] must be .*, and is a Directory/);
    } finally {
      await rm(copy, { recursive: true });
    }
  },

  async 'process.env is an environment'(pool) {
    process.env.MILLRACE_TEST = 'of the process';
    const { stdout } = await pool.run(guest('misbehaving/echoargs'), { env: process.env });
    delete process.env.MILLRACE_TEST;
    assert.match(text(stdout), /MILLRACE_TEST=of the process/);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  const pool = await Pool.create({ workers: 1 });
  try {
    await test(pool);
    assert.equal(pool.stats().jobs, 0);
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}: ${error.stack}`);
  }
  await pool.close();
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
