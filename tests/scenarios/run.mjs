// pool.run: a command from start to end, and every way in which one can end.
import { assert, bytes, equal, rejects, sleep, stillGood, text, withPool } from './harness.mjs';

const traps = [
  ['trap', 'unreachable'],
  ['divide', 'divide-by-zero'],
  ['outofbounds', 'memory-out-of-bounds'],
  ['overflow', 'stack-overflow'],
];

const refusals = [
  ['unknown_import', /env\.no_such_function/],
  ['nostart', /_start/],
  ['nomemory', /memory/],
];

export const scenarios = [
  {
    name: 'guests of three makers say hello: emscripten, clang with wasi-libc, and hand-written text',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const greet = await pool.run(env.guest('greet'), { stdin: 'Ada\ngreen\n' });
        equal(greet.code, 0);
        assert(text(greet.stdout).includes('Hello, Ada!'), text(greet.stdout));
        const words = await pool.run(env.guest('wordcount'), { stdin: 'to be or not to be\n' });
        equal(words.code, 0);
        assert(/be\s.*2|2\s.*be/.test(text(words.stdout)), text(words.stdout));
        equal(text((await pool.run(env.guest('hello'))).stdout), 'Hello from WebAssembly text\n');
      }),
  },
  {
    name: 'stdin can be a string, bytes, a buffer, a blob, a stream, or nothing',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256);
        const blob = new Blob([data]);
        for (const stdin of [data, data.buffer, blob, blob.stream(), new DataView(data.buffer)]) {
          equal((await pool.run(env.guest('cat'), { stdin })).stdout, data);
        }
        equal(text((await pool.run(env.guest('cat'), { stdin: 'héllo\0wörld' })).stdout), 'héllo\0wörld');
        for (const stdin of [undefined, null, '', new Uint8Array(0)]) {
          equal((await pool.run(env.guest('cat'), { stdin })).stdout.length, 0);
        }
      }),
  },
  {
    name: 'sockets that only other runtimes have are ENOSYS',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        equal((await pool.run(env.guest('misbehaving/sockets'))).code, 0);
      }),
  },
  {
    name: 'arguments and environment arrive byte for byte',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const long = 'x'.repeat(30_000);
        const variables = { EMPTY: '', UMLAUT: 'äöü €', LONG: long, ['__proto__']: 'kept', constructor: 'kept too' };
        const args = ['', 'two words', '--flag=ü', '日本語'];
        const { code, stdout } = await pool.run(env.guest('misbehaving/echoargs'), {
          args,
          env: variables,
          name: 'prog',
        });
        equal(code, 0);
        const lines = text(stdout).split('\n');
        for (const line of ['5', 'prog', ...args, 'EMPTY=', 'UMLAUT=äöü €', `LONG=${long}`, 'constructor=kept too']) {
          assert(
            lines.some((l) => l === line || l.endsWith(line)),
            `no line ${line.slice(0, 40)}`,
          );
        }
      }),
  },
  {
    name: 'a guest sees no variable but those it was given',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { stdout } = await pool.run(env.guest('misbehaving/echoargs'));
        assert(!text(stdout).includes('PATH='), text(stdout));
      }),
  },
  {
    name: 'options that cannot be are refused by name, and arguments that are too long are E2BIG',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const bad = [
          { args: ['a\0b'] },
          { env: { 'A=B': 'c' } },
          { env: { '': 'c' } },
          { timeoutMs: -1 },
          { timeoutMs: 0 },
          { pipeCapacity: 2 ** 30 },
        ];
        for (const options of bad)
          equal((await rejects(pool.run(env.guest('hello'), options), 'PoolError')).code, 'POOL_EINVAL');
        const error = await rejects(pool.run(env.guest('hello'), { args: ['x'.repeat(300_000)] }), 'PoolError');
        equal(error.code, 'POOL_E2BIG');
        equal((await pool.run(env.guest('hello'))).code, 0);
      }),
  },
  {
    name: 'an exit code is a result, up to the largest',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        equal((await pool.run(env.guest('misbehaving/exit3'))).code, 3);
        equal((await pool.run(env.guest('greet'))).code, 3); // at end of file
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'each kind of trap is told apart, and what was written before it is kept',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        for (const [guest, kind] of traps) {
          const error = await rejects(pool.run(env.guest(`misbehaving/${guest}`)), 'TrapError');
          equal(error.kind, kind, `${guest}: ${error.message}:`);
          equal(error.code, 'POOL_TRAPPED');
          assert(error.message.length > 0);
          if (guest === 'trap') equal(text(error.output.stdout), 'before the trap\n');
          await stillGood(env, pool, 2);
        }
        const { kind } = await rejects(pool.run(env.guest('misbehaving/indirect')), 'TrapError');
        assert(['indirect-call', 'table-out-of-bounds', 'memory-out-of-bounds'].includes(kind), kind);
      }),
  },
  {
    name: 'what cannot be run as a command says why, naming it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const [guest, pattern] of refusals) {
          const error = await rejects(pool.run(env.guest(`misbehaving/${guest}`)), 'NotStartedError');
          assert(pattern.test(error.message), error.message);
        }
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'hostile addresses get an errno and nothing else',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const options = { stdin: 'x'.repeat(24) };
        const { code, stdout } = await pool.run(env.guest('misbehaving/hostile'), options);
        equal(code, 0, 'number of the check that failed:');
        equal(stdout.length, 0);
      }),
  },
  {
    name: 'a guest finds nothing of the guest before it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const secret = bytes('secret '.repeat(1000));
        await pool.run(env.guest('cat'), { stdin: secret });
        const { stdout } = await pool.run(env.guest('misbehaving/echoargs'));
        assert(!text(stdout).includes('secret'));
        equal((await pool.run(env.guest('cat'))).stdout.length, 0);
      }),
  },
  {
    name: 'two thousand jobs at once all settle',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const module = await pool.compile(env.guest('misbehaving/exit3'));
        const results = await Promise.all(Array.from({ length: 2000 }, () => pool.run(module)));
        equal(results.filter(({ code }) => code === 3).length, 2000);
      }),
  },
  {
    name: 'jobs that wait for a place begin in the order they came, whatever else becomes free meanwhile',
    run: (env) => {
      const begun = [];
      const host = { turn: (data) => void begun.push(Number(text(data))) };
      return withPool(env, { workers: 1, maxWorkers: 1, host }, async (pool) => {
        const module = await pool.compile(env.guest('hostcall'));
        const numbers = Array.from({ length: 1300 }, (_, i) => i);
        const jobs = numbers.map((i) => pool.run(module, { args: ['turn', String(i)] }));
        for (let i = 0; i < 20; i++) {
          const { readable, writable } = await pool.pipe();
          await writable.close();
          await readable.cancel();
          await sleep(1);
        }
        await Promise.all(jobs);
        equal(begun, numbers);
      });
    },
  },
];
