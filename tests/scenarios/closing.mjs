// Closing a pool: at once, or when what was begun has come to its end.
import { assert, bytes, equal, rejects, spawnSpinning, stillGood, text } from './harness.mjs';

/** Uses a pool that the scenario closes itself. */
async function withOpenPool(env, options, use) {
  const pool = await env.millrace.Pool.create(options);
  try {
    await use(pool);
  } finally {
    await pool.close();
  }
}

/** Whether a promise has settled, once everything that was about to happen has. */
async function isSettled(promise) {
  const pending = {};
  await new Promise((resolve) => setTimeout(resolve));
  return (await Promise.race([promise, pending])) !== pending;
}

/** Every way to begin something, each refused in the same way. */
async function refusesAll(env, pool) {
  const hello = env.guest('hello');
  const begin = [
    () => pool.run(hello),
    () => pool.spawn(hello),
    () => pool.call(env.guest('adder'), 'add', 1, 2),
    () => pool.instantiate(env.guest('adder')),
    () => pool.map(hello, 'f', [1]).next(),
    () => pool.pipeline([hello]),
    () => pool.compile(hello),
    () => pool.pipe(),
    () => pool.resize(2),
  ];
  for (const [i, call] of begin.entries()) {
    const error = await (async () => call())().catch((failure) => failure);
    equal([error.name, error.code], ['PoolError', 'POOL_ESHUTDOWN'], `${i}:`);
  }
}

export const scenarios = [
  {
    name: 'closing: a graceful one lets jobs that run and jobs that are queued come to their ends, and takes no others',
    run: (env) =>
      withOpenPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
        const first = await pool.spawn(env.guest('cat'));
        const queued = Array.from({ length: 5 }, (_, i) => pool.run(env.guest('cat'), { stdin: `queued ${i}` }));
        queued.push(pool.pipeline([env.guest('cat'), { stdin: 'queued 5' }]));
        const adder = await env.load('examples/guests/adder.gen.wasm');
        const sum = pool.call(adder, 'add', 40, 2); // which has to be compiled before
        const closing = pool.close({ graceful: true });
        await refusesAll(env, pool);
        assert(!(await isSettled(closing)), 'it waits');
        const writer = first.stdin.getWriter();
        await writer.write(bytes('still here'));
        await writer.close();
        equal(await first.stdout.text(), 'still here');
        equal((await first.status).code, 0);
        for (const [i, result] of (await Promise.all(queued)).entries()) equal(result.text(), `queued ${i}`);
        equal(await sum, 42);
        await closing;
        equal(pool.stats().workers, 0);
        await refusesAll(env, pool);
      }),
  },
  {
    name: 'closing: a graceful one of a pool that does nothing is over at once, and what was written stays readable',
    run: (env) =>
      withOpenPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('hello'));
        equal((await job.status).code, 0);
        await pool.close({ graceful: true });
        equal(text(await job.stdout.bytes()), 'Hello from WebAssembly text\n');
        await pool.close({ graceful: true });
        await pool.close();
      }),
  },
  {
    name: 'closing: a graceful one closes instances when they have answered, and lets maps come to their end',
    run: (env) =>
      withOpenPool(env, { workers: 2 }, async (pool) => {
        const counter = await pool.instantiate(env.guest('counter'));
        const idle = await pool.instantiate(env.guest('adder'));
        const sums = [1, 2, 3].map((n) => counter.call('add', n));
        const results = pool.map(
          env.guest('adder'),
          'add',
          Array.from({ length: 20 }, (_, i) => [i, i]),
        );
        const begun = [(await results.next()).value];
        const closing = pool.close({ graceful: true });
        equal(await Promise.all(sums), [1, 3, 6]);
        await counter.status;
        await idle.status;
        equal((await rejects(idle.call('add', 1, 1), 'EndedError')).cause.code, 'POOL_ESHUTDOWN');
        for await (const result of results) begun.push(result);
        equal(
          begun,
          Array.from({ length: 20 }, (_, i) => 2 * i),
        );
        await closing;
      }),
  },
  {
    name: 'closing: a graceful one inside of the loop that it waits for ends that when its time is over',
    run: async (env) => {
      for (const limit of [{ graceful: { timeoutMs: 50 } }, { graceful: true, signal: AbortSignal.timeout(50) }]) {
        await withOpenPool(env, { workers: 1 }, async (pool) => {
          const endless = (function* () {
            for (;;) yield 1;
          })();
          let closed = false;
          const loop = async () => {
            for await (const half of pool.map(env.guest('adder'), 'half', endless)) {
              equal(half, 0.5);
              if (closed) continue;
              await pool.close(limit);
              closed = true;
            }
          };
          const error = await rejects(loop(), 'AbortError');
          equal([closed, error.cause?.code], [true, 'POOL_ESHUTDOWN']);
        });
      }
    },
  },
  {
    name: 'closing: after its time a graceful one cancels what still runs',
    run: (env) =>
      withOpenPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('cat'));
        const closing = pool.close({ graceful: { timeoutMs: 50 } });
        const { cause } = await rejects(job.status, 'AbortError');
        equal(cause.code, 'POOL_ESHUTDOWN');
        await closing;
      }),
  },
  {
    name: 'closing: a signal ends the wait of a graceful one, also one that is aborted before',
    run: async (env) => {
      for (const early of [true, false]) {
        await withOpenPool(env, { workers: 1 }, async (pool) => {
          const job = await pool.spawn(env.guest('cat'));
          const controller = new AbortController();
          if (early) controller.abort();
          const closing = pool.close({ graceful: true, signal: controller.signal });
          if (!early) assert(!(await isSettled(closing)), 'it waits');
          controller.abort();
          await rejects(job.status, 'AbortError');
          await closing;
        });
      }
    },
  },
  {
    name: 'closing: one that is not graceful hurries one that is, and both are over together',
    run: (env) =>
      withOpenPool(env, { workers: 1 }, async (pool) => {
        const job = await spawnSpinning(env, pool);
        const queued = rejects(pool.run(env.guest('cat'), { stdin: 'never' }), 'AbortError');
        let settled = 0;
        const count = () => settled++;
        const all = [pool.close({ graceful: true }), pool.close({ graceful: true }), pool.close()];
        for (const closing of all) void closing.then(count, count);
        await rejects(job.status, 'AbortError');
        await queued;
        await Promise.all(all);
        equal(settled, 3);
        await pool.close({ graceful: true });
      }),
  },
  {
    name: 'closing: one that is wrong is refused, and closes nothing',
    run: (env) =>
      withOpenPool(env, { workers: 1 }, async (pool) => {
        const wrong = [
          [{ gracefull: true }, /^gracefull is no option: did you mean graceful\?/],
          [{ graceful: 1 }, /^graceful must be true, false or \{ timeoutMs \}/],
          [{ graceful: { timeoutMs: 0 } }, /^graceful\.timeoutMs must be a number of milliseconds/],
          [{ graceful: { timeout: 5 } }, /^graceful\.timeout is no option: did you mean graceful\.timeoutMs\?/],
          [{ graceful: true, signal: {} }, /^signal must be an AbortSignal/],
          ['now', /^options must be an object of options/],
        ];
        for (const [options, pattern] of wrong) {
          const error = await pool.close(options).catch((failure) => failure);
          equal(error.code, 'POOL_EINVAL');
          assert(pattern.test(error.message), error.message);
        }
        await stillGood(env, pool, 1);
        await pool.close({ graceful: false });
      }),
  },
];
