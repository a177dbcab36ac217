// Modules that are odd, and guests that end or take memory in odd ways: each runs, or is refused by name.
import { assert, bytes, equal, rejects, stillGood, text, until, withPool } from './harness.mjs';
import { command, moduleOf } from './wasm.mjs';

const CODES = [0, 1, 125, 126, 127, 128, 255, 256, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];

/** Names that every object of JavaScript has, or gives a meaning to. */
const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'toJSON', 'prototype'];

async function refuses(pool, module, pattern) {
  const error = await rejects(pool.run(module), 'NotStartedError');
  assert(pattern.test(error.message), error.message);
}

async function timeOf(pool, module) {
  const { stdout } = await pool.run(module);
  return new DataView(stdout.buffer, stdout.byteOffset).getBigUint64(0, true);
}

export const scenarios = [
  {
    name: 'modules: a job that overtakes others runs, although its worker has not heard of its module yet',
    run: async (env) => {
      const source = await env.load('examples/guests/hello.gen.wasm');
      for (const workers of [1, 2, 3]) {
        const modules = await Promise.all(Array.from({ length: 30 }, () => WebAssembly.compile(source)));
        await withPool(env, { workers }, async (pool) => {
          const jobs = modules.map(async (module, i) => {
            for (let turns = 0; turns < i % 9; turns++) await undefined;
            return pool.run(module, { priority: i % 2 ? 'high' : 'normal' });
          });
          for (const { code } of await Promise.all(jobs)) equal(code, 0);
        });
      }
    },
  },
  {
    name: 'modules: proc_exit ends a guest at any depth, with any code, and in its start section',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const code of CODES)
          equal((await pool.run(env.guest('misbehaving/exits'), { args: [String(code)] })).code, code);
        equal((await pool.run(env.guest('misbehaving/startexit'))).code, 2 ** 32 - 1);
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'modules: a guest that catches every exception is ended all the same',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { code, stdout } = await pool.run(env.guest('misbehaving/catcher'));
        equal([code, text(stdout)], [7, '']);
        const job = await pool.spawn(env.guest('misbehaving/catcher'), { args: ['sleep'] });
        const reader = job.stdout.getReader();
        equal(text((await reader.read()).value), 'asleep\n');
        job.cancel();
        await rejects(job.status, 'AbortError');
        assert((await reader.read()).done, 'it went on after its end');
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'modules: a guest that takes all the memory it can get is told when there is no more',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { code, stdout } = await pool.run(env.guest('misbehaving/greedy'));
        equal([code, text(stdout)], [0, 'refused\n']);
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'modules: a guest whose memory is shared reads, writes and gets random numbers',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) % 251);
        const { code, stdout } = await pool.run(env.guest('misbehaving/sharedmemory'), { stdin: data });
        equal([code, stdout.length], [0, data.length]);
        assert(
          stdout.every((byte, i) => byte === data[i]),
          'a byte changed on its way',
        );
      }),
  },
  {
    name: 'modules: a memory of 64-bit addresses runs, or is a CompileError where the engine lacks it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = moduleOf({ exports: command, memory64: true });
        if (WebAssembly.validate(module)) equal((await pool.run(module)).code, 0);
        else await rejects(pool.run(module), 'CompileError');
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'modules: an import is found by its own name only, whatever JavaScript has under that name',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const name of NAMES) {
          for (const [module, field] of [
            [name, 'f'],
            [name, name],
            ['wasi_snapshot_preview1', name],
            ['millrace', name],
          ]) {
            await refuses(
              pool,
              moduleOf({ imports: [[module, field]], exports: command }),
              new RegExp(`${module}.${field}`),
            );
          }
        }
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'modules: a name that begins with a byte order mark is not the same without it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const [mark, marked] = ['\ufeff', (name) => `\ufeff${name}`];
        const module = moduleOf({ exports: [...command, [marked('f'), 'function'], [mark, 'function']] });
        for (const name of [marked('f'), mark]) {
          equal(await pool.call(module, name), undefined);
          const instance = await pool.instantiate(module);
          equal(await instance.call(name), undefined);
          await instance.close();
        }
        equal((await rejects(pool.call(module, 'f'), 'NotStartedError')).code, 'POOL_NOT_STARTED');
        const importing = moduleOf({ imports: [[marked('m'), marked('f')]], exports: command });
        const f = () => undefined;
        await rejects(pool.run(importing, { imports: { m: { f } } }), 'NotStartedError');
        equal((await pool.run(importing, { imports: { [marked('m')]: { [marked('f')]: f } } })).code, 0);
        const options = { args: [marked('greet'), 'x'], host: { greet: () => 'no', [marked('greet')]: () => 'yes' } };
        equal((await pool.run(env.guest('hostcall'), options)).stdoutText, '3 yes\n');
      }),
  },
  {
    name: 'modules: an export means nothing by its name but _start, _initialize and memory',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const exports = [...command, ...NAMES.map((name) => [name, 'function'])];
        equal((await pool.run(moduleOf({ exports }))).code, 0);
        equal(typeof (await pool.compile(moduleOf({ exports }))), 'object');
        equal(Object.keys(Object.prototype), []);
      }),
  },
  {
    name: 'modules: exports of another kind or with parameters are refused before anything runs',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const wasi = { imports: [['wasi_snapshot_preview1', 'sched_yield']] };
        const memory = ['memory', 'memory'];
        await refuses(pool, moduleOf({ exports: [memory] }), /_start/);
        await refuses(pool, moduleOf({ exports: [memory, ['_start', 'global']] }), /_start/);
        await refuses(pool, moduleOf({ exports: [memory, ['_start', 'memory']] }), /_start/);
        await refuses(pool, moduleOf({ exports: command, params: 1 }), /_start/);
        await refuses(pool, moduleOf({ ...wasi, exports: [['_start', 'function']] }), /memory/);
        await refuses(
          pool,
          moduleOf({
            ...wasi,
            exports: [
              ['_start', 'function'],
              ['memory', 'global'],
            ],
          }),
          /memory/,
        );
        await refuses(
          pool,
          moduleOf({
            ...wasi,
            exports: [
              ['_start', 'function'],
              ['memory', 'function'],
            ],
          }),
          /memory/,
        );
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'modules: nothing of the pool can be imported but the functions of WASI and of host calls',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const own = WebAssembly.Module.exports(await WebAssembly.compile(await env.load('npm/dist/coordinator.wasm')));
        const meant = own.filter(({ name }) => /^(guest|host|unstable)_/.test(name));
        assert(meant.length > 40 && meant.every(({ kind }) => kind === 'function'));
        const names = own.filter((it) => !meant.includes(it)).map(({ name, kind }) => [name, kind]);
        for (const [name, kind] of [...names, ['memory', 'memory'], ['memory', 'global'], ['fd_write', 'global']]) {
          for (const module of ['wasi_snapshot_preview1', 'wasi_unstable', 'millrace', 'env'])
            await refuses(
              pool,
              moduleOf({ imports: [[module, name, kind]], exports: command }),
              /which nobody provides/,
            );
        }
      }),
  },
  {
    name: 'modules: what is large and no module is refused like what is small',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        await rejects(pool.run(new Uint8Array(64 << 20)), 'CompileError');
        await rejects(pool.run(bytes('<!doctype html>'.repeat(1 << 20))), 'CompileError');
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'modules: time does not go back from one guest to the next, whichever worker runs it, and however young it is',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('misbehaving/clock'));
        let before = await timeOf(pool, module);
        for (const workers of [2, 3, 4]) {
          pool.resize(workers);
          await until(() => pool.stats().workers === workers);
          for (let i = 0; i < 10; i++) {
            const times = await Promise.all(Array.from({ length: workers }, () => timeOf(pool, module)));
            for (const time of times) assert(time >= before, `${time} after ${before}`);
            before = times.reduce((a, b) => (a > b ? a : b));
          }
        }
      }),
  },
];
