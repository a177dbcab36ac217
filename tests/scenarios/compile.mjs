// Every shape in which a guest can be given.
import { assert, bytes, equal, rejects, sharedBuffer, text, withPool } from './harness.mjs';

const bytesOf = (env, name) => env.load(`examples/guests/${name}.gen.wasm`);

function response(body, type = 'application/wasm') {
  return new Response(body, { headers: { 'Content-Type': type } });
}

export const scenarios = [
  {
    name: 'what a server says of its error is let go unread',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const promised of [false, true]) {
          let cancel;
          const cancelled = new Promise((resolve) => (cancel = resolve));
          const response = new Response(new ReadableStream({ cancel }), { status: 404 });
          const { message } = await rejects(pool.run(promised ? Promise.resolve(response) : response), 'CompileError');
          assert(/404/.test(message), message);
          await cancelled;
        }
      }),
  },
  {
    name: 'a guest can be a string, a URL, bytes, a buffer, a response, a promise of one, or a module',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = await bytesOf(env, 'hello');
        const url = env.browser
          ? new URL(env.guest('hello'))
          : (await import('node:url')).pathToFileURL(env.guest('hello'));
        const sources = [env.guest('hello'), url, data, data.buffer, response(data), Promise.resolve(response(data))];
        sources.push(await WebAssembly.compile(data), response(data, 'text/plain'));
        for (const source of sources) equal(text((await pool.run(source)).stdout), 'Hello from WebAssembly text\n');
      }),
  },
  {
    name: 'the same URL is compiled once',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const [a, b] = await Promise.all([pool.compile(env.guest('hello')), pool.compile(env.guest('hello'))]);
        assert(a === b && a instanceof WebAssembly.Module);
      }),
  },
  {
    name: 'bytes in shared memory are copied before they can change',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = await bytesOf(env, 'hello');
        const shared = new Uint8Array(sharedBuffer(data.length));
        shared.set(data);
        const compiling = pool.compile(shared);
        shared.fill(0);
        equal((await pool.run(await compiling)).code, 0);
      }),
  },
  {
    name: 'of bytes that are no wasm only the beginning is copied, however many they are',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { compile } = WebAssembly;
        const sizes = [];
        WebAssembly.compile = (given) => {
          sizes.push(given.byteLength);
          return compile(given);
        };
        try {
          await rejects(pool.run(new Uint8Array(64 << 20)), 'CompileError');
          const page = bytes(`<!doctype html>${'x'.repeat(1 << 20)}`);
          const error = await rejects(pool.run(page), 'CompileError');
          assert(error.message.includes('HTML'), error.message);
          const data = await bytesOf(env, 'hello');
          equal((await pool.run(data)).code, 0);
          assert(sizes[0] < 1000 && sizes[1] < 1000 && sizes[2] === data.length, String(sizes));
        } finally {
          WebAssembly.compile = compile;
        }
      }),
  },
  {
    name: 'what is no wasm is a CompileError, and the pool goes on',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = await bytesOf(env, 'hello');
        const html = bytes('<!doctype html><title>404</title>');
        const futureVersion = Uint8Array.from([0, 97, 115, 109, 9, 0, 0, 0]);
        for (const bad of [
          new Uint8Array(0),
          html,
          data.slice(0, 40),
          futureVersion,
          response(html),
          response(html, 'text/html'),
        ]) {
          await rejects(pool.run(bad), 'CompileError');
        }
        await rejects(pool.run(Promise.reject(new Error('offline'))), 'CompileError');
        equal((await pool.run(env.guest('hello'))).code, 0);
      }),
  },
  {
    name: 'a missing file is a CompileError each time it is asked for',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        await rejects(pool.run(env.guest('no-such-guest')), 'CompileError');
        await rejects(pool.compile(env.guest('no-such-guest')), 'CompileError');
      }),
  },
];
