// A pool's life: made, used, closed.
import { assert, bytes, equal, rejects, sleep, stillGood, text, withPool } from './harness.mjs';

/** A job of a pool that nothing but a weak reference leads to. */
async function abandon(env) {
  const pool = await env.millrace.Pool.create({ workers: 1 });
  return { pool: new WeakRef(pool), job: await pool.spawn(env.guest('cat')) };
}

export const scenarios = [
  {
    name: 'a pool has as many workers as asked, and its tier is shared',
    run: (env) =>
      withPool(env, { workers: 3 }, (pool) => {
        equal(pool.tier, env.tier);
        const { memory, pipes, calls, directories, places, workers, lostWorkers, jobs } = pool.stats();
        equal([workers, lostWorkers, jobs], [3, 0, 0]);
        for (const { used, limit } of [pipes, calls, directories, places]) equal([used, limit > 1000], [0, true]);
        equal([memory.used, memory.free, memory.largest], [0, memory.limit, 16 << 20]);
      }),
  },
  {
    name: 'without a number a pool has one worker less than cores, and one at least',
    run: (env) =>
      withPool(env, undefined, async (pool) => {
        const cores = env.browser ? navigator.hardwareConcurrency : (await import('node:os')).availableParallelism();
        equal(pool.stats().workers, Math.max(1, cores - 1));
      }),
  },
  {
    name: 'options out of range are refused by name',
    async run({ millrace }) {
      for (const workers of [0, -1, Number.NaN, 1e9, 'many']) {
        const error = await rejects(millrace.Pool.create({ workers }), 'PoolError');
        equal(error.code, 'POOL_EINVAL');
        assert(error.message.includes('workers'));
      }
    },
  },
  {
    name: 'closing twice is closing once, and nothing runs afterwards',
    async run(env) {
      const pool = await env.millrace.Pool.create({ workers: 1 });
      await Promise.all([pool.close(), pool.close()]);
      await pool.close();
      const error = await rejects(pool.run(env.guest('hello')), 'PoolError');
      equal(error.code, 'POOL_ESHUTDOWN');
    },
  },
  {
    name: 'a pool is closed by await using',
    async run(env) {
      const pool = await env.millrace.Pool.create({ workers: 1 });
      await pool[Symbol.asyncDispose]();
      await rejects(pool.run(env.guest('hello')), 'PoolError');
    },
  },
  {
    name: 'two pools know nothing of each other',
    run: (env) =>
      withPool(env, { workers: 1 }, (one) =>
        withPool(env, { workers: 1 }, async (other) => {
          const [a, b] = await Promise.all([one.run(env.guest('hello')), other.run(env.guest('hello'))]);
          equal(a.stdout, b.stdout);
          await one.close();
          equal((await other.run(env.guest('hello'))).code, 0);
        }),
      ),
  },
  {
    name: 'ten pools one after the other leave nothing in the way of the next',
    async run(env) {
      for (let i = 0; i < 10; i++) {
        await withPool(env, { workers: 2 }, async (pool) => equal((await pool.run(env.guest('hello'))).code, 0));
      }
    },
  },
  {
    name: 'scripts that are not there reject with what to do, and leave nothing',
    async run(env) {
      const missing = env.file('tests/scenarios/not-there.js');
      const scripts = { shared: ['coordinator', 'worker'], jspi: ['cell'] }[env.tier];
      for (const urls of [...scripts, 'wasm'].map((name) => ({ [name]: missing }))) {
        const error = await rejects(env.millrace.Pool.create({ workers: 1, urls }), 'StartError');
        assert(error.message.includes('not-there.js'), error.message);
      }
    },
  },
  {
    name: 'without Atomics.waitAsync the bell is relayed by messages',
    async run(env) {
      const { waitAsync } = Atomics;
      Atomics.waitAsync = undefined;
      try {
        await withPool(env, { workers: 1 }, async (pool) => {
          for (let i = 0; i < 20; i++) equal((await pool.run(env.guest('hello'))).code, 0);
          await sleep(20); // asleep for sure: only a relayed ring can wake it
          equal((await pool.run(env.guest('hello'))).code, 0);
        });
      } finally {
        Atomics.waitAsync = waitAsync;
      }
    },
  },
  {
    name: 'a pool is resized while it works, up and down',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const runs = Array.from({ length: 20 }, () => pool.run(env.guest('hello')));
        pool.resize(3);
        while (pool.stats().workers !== 3) await sleep(5);
        pool.resize(1);
        while (pool.stats().workers !== 1) await sleep(5);
        for (const { code } of await Promise.all(runs)) equal(code, 0);
        await stillGood(env, pool, 1);
        equal(pool.stats().lostWorkers, 0);
        for (const workers of [0, -1, 128, Number.NaN]) {
          let code;
          try {
            pool.resize(workers);
          } catch (error) {
            code = error.code;
          }
          equal(code, 'POOL_EINVAL');
        }
        const options = { workers: 4, maxWorkers: 3 };
        equal((await rejects(env.millrace.Pool.create(options), 'PoolError')).code, 'POOL_EINVAL');
      }),
  },
  {
    name: 'a pool with a range of workers starts more while jobs wait, and ends those that have nothing to do',
    run: (env) =>
      withPool(env, { workers: { min: 1, max: 3 }, idleMs: 50 }, async (pool) => {
        equal(pool.stats().workers, 1);
        for (let round = 0; round < 2; round++) {
          while (pool.stats().workers < 3) {
            const runs = Array.from({ length: 12 }, () => pool.run(env.guest('sieve'), { args: ['300000'] }));
            for (const { code } of await Promise.all(runs)) equal(code, 0);
          }
          await until(() => pool.stats().workers === 1);
        }
        pool.resize({ min: 2, max: 2 });
        await until(() => pool.stats().workers === 2);
        pool.resize({ max: 2 });
        await until(() => pool.stats().workers === 1);
        pool.resize(3);
        await until(() => pool.stats().workers === 3);
        await stillGood(env, pool, 3);
      }),
  },
  {
    name: 'a range of workers that cannot be is refused by name',
    run: (env) =>
      withPool(env, { workers: { min: 2 } }, async (pool) => {
        equal(pool.stats().workers, 2);
        const { Pool } = env.millrace;
        const wrong = [
          [{ workers: { min: 0 } }, /^workers\.min must be a whole number/],
          [{ workers: { max: 128 } }, /^workers\.max must be a whole number/],
          [{ workers: { min: 3, max: 2 } }, /^workers\.max must be at least workers\.min, 3, and is 2/],
          [{ workers: { max: 3 }, maxWorkers: 2 }, /^maxWorkers must be at least workers, 3, and is 2/],
          [{ workers: { mix: 3 } }, /^workers\.mix is no option: did you mean workers\.m/],
          [{ workers: [1, 2] }, /^workers must be a whole number.*, or \{ min, max \}, and is an Array/],
          [{ workers: 1, idleMs: 0 }, /^idleMs must be a number of milliseconds/],
        ];
        for (const [options, pattern] of wrong) {
          const error = await Pool.create(options).catch((failure) => failure);
          equal(error.code, 'POOL_EINVAL');
          assert(pattern.test(error.message), error.message);
        }
        for (const range of [{ min: 3, max: 2 }, { max: 0 }, null, [1]]) {
          const error = await (async () => pool.resize(range))().catch((failure) => failure);
          equal(error.code, 'POOL_EINVAL');
        }
        equal(pool.stats().workers, 2);
      }),
  },
  {
    name: 'a job that waits gives its place to another, as far as maxWorkers goes',
    async run(env) {
      await withPool(env, { workers: 1, maxWorkers: 2 }, async (pool) => {
        const waits = await pool.spawn(env.guest('cat'));
        for (let i = 0; i < 3; i++) equal((await pool.run(env.guest('hello'))).code, 0);
        await waits.stdin.close();
        equal((await waits.status).code, 0);
      });
      await withPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
        const waits = await pool.spawn(env.guest('cat'));
        await rejects(pool.run(env.guest('hello'), { timeoutMs: 300 }), 'TimeoutError');
        await waits.stdin.close();
        equal((await waits.status).code, 0);
        await stillGood(env, pool, 1);
      });
    },
  },
  {
    name: 'a pool that nobody refers to any more finishes what it was given',
    async run(env) {
      if (env.browser) return; // pages cannot have their garbage collected
      const { setFlagsFromString } = await import('node:v8');
      setFlagsFromString('--expose-gc');
      const gc = (await import('node:vm')).runInNewContext('gc');
      const { pool, job } = await abandon(env);
      const writer = job.stdin.getWriter();
      const reader = job.stdout.getReader();
      for (let i = 0; i < 20; i++) {
        await sleep(0);
        gc();
        await writer.write(bytes('still here'));
        equal(text((await reader.read()).value), 'still here');
      }
      await writer.close();
      equal((await job.status).code, 0);
      await pool.deref()?.close();
    },
  },
  {
    name: 'jobs begin by their priority, and among equals in their order',
    run: (env) =>
      withPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('greet')); // it says something, and waits for an answer
        const first = await pool.spawn(module);
        await first.stdout.getReader().read(); // it has the only worker
        const began = [];
        const jobs = ['low', undefined, 'high', 'normal', 'high'].map(async (priority, i) => {
          const job = await pool.spawn(module, { priority, stderr: 'null' });
          await job.stdout.getReader().read();
          began.push(i);
          job.cancel();
          await rejects(job.status, 'AbortError');
        });
        while (pool.stats().jobs < 6) await new Promise((resolve) => setTimeout(resolve, 1));
        first.cancel();
        await Promise.all(jobs);
        equal(began.join(), '2,4,1,3,0');
        await rejects(pool.run(module, { priority: 'urgent' }), 'PoolError');
      }),
  },
  {
    name: 'a module that is unloaded runs to its end, and can be used again',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const module = await pool.compile(env.guest('cat'));
        const job = await pool.spawn(module);
        pool.unload(module);
        pool.unload(module);
        const again = pool.run(module, { stdin: 'again' });
        pool.unload(module); // before it is even submitted
        equal(text((await again).stdout), 'again');
        await job.stdin.close();
        equal((await job.status).code, 0);
        assert((await pool.compile(env.guest('cat'))) !== module, 'the URL is compiled anew');
        for (let i = 0; i < 50; i++) {
          const fresh = await pool.compile(env.guest('hello'));
          equal((await pool.run(fresh)).code, 0);
          pool.unload(fresh);
        }
      }),
  },
  {
    name: 'a guest that calls a host which serves nobody is told so',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { code, stdout } = await pool.run(env.guest('hostcall'), { args: ['anybody', 'there'] });
        equal([code, text(stdout)], [1, 'error -2\n']);
      }),
  },
  {
    name: 'a guest has as many host calls, and as much memory for them, as its options say',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const tell = async (options, ...size) => {
          const args = ['-l', 'anybody', ...size];
          return (await pool.run(env.guest('hostcall'), { args, ...options })).stdoutText;
        };
        equal(await tell({ maxCalls: 5 }), '5 calls, then error -24\n');
        equal(await tell({ maxCalls: 300 }), '300 calls, then error -24\n');
        equal(await tell({}), '256 calls, then error -24\n');
        equal(await tell({ maxMemoryMiB: 1 }, '2000000'), '0 calls, then error -122\n');
        // What the host has answered may have given its memory back.
        const told = await tell({ maxMemoryMiB: 2, maxCalls: 100 }, '2000000');
        assert(/^([1-9]\d* calls, then error -122|100 calls, then error -24)\n$/.test(told), told);
        const job = await pool.spawn(env.guest('hostcall'), { args: ['-l', 'anybody'], maxCalls: 1, stdin: 'null' });
        equal(await new Response(job.stdout).text(), '1 calls, then error -24\n');
        await job.stderr.cancel();
        equal((await job.status).code, 0);
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'guests that open host calls without end leave the others theirs, and nothing behind',
    run: (env) =>
      withPool(env, { workers: 4 }, async (pool) => {
        await stillGood(env, pool, 1);
        const greedy = await Promise.all(
          [[], [], ['15000000']].map((size) => pool.spawn(env.guest('hostcall'), { args: ['-l', 'anybody', ...size] })),
        );
        const outputs = greedy.map((job) => new Response(job.stdout).text());
        await until(() => pool.stats().calls.used >= 256);
        for (const args of [['anybody'], ['-n', '8', 'anybody']]) {
          const { stdout } = await pool.run(env.guest('hostcall'), { args, timeoutMs: 30_000 });
          equal(text(stdout), 'error -2\n');
        }
        await stillGood(env, pool, 4);
        for (const job of greedy) await job.stdin.close();
        const told = await Promise.all(outputs);
        equal(told.slice(0, 2), Array(2).fill('256 calls, then error -24\n'));
        assert(/^(256 calls, then error -24|\d+ calls, then error -122)\n$/.test(told[2]), told[2]);
        for (const job of greedy) {
          await job.stderr.cancel();
          equal((await job.status).code, 0);
        }
        await until(() => pool.stats().calls.used === 0);
        const { pipes, places, memory, calls } = pool.stats();
        equal([pipes.used, places.used, memory.used], [0, 0, 0]);
        equal([pipes.limit, places.limit, calls.limit], [4096, 1024, 2048]);
      }),
  },
];

/** Resolves when it is so. */
async function until(isSo) {
  while (!isSo()) await sleep(5);
}
