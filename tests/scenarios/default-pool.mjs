// The pool of those who make none.
import { assert, equal, rejects, spawnSpinning, text } from './harness.mjs';

/** The functions of the module, with the default pool closed afterwards. */
async function withDefault(env, use) {
  try {
    await use(env.millrace);
  } finally {
    await (await env.millrace.defaultPool()).close();
  }
}

/** Makes the next pool fail to start. */
async function failing(env, use) {
  const { Pool } = env.millrace;
  const { create } = Pool;
  Pool.create = () => create.call(Pool, { workers: 1, urls: { wasm: env.file('tests/scenarios/not-there.js') } });
  try {
    await use();
  } finally {
    Pool.create = create;
  }
}

export const scenarios = [
  {
    name: 'default pool: whatever a pool does can be had without one, and all of it in one pool',
    run: (env) =>
      withDefault(env, async ({ run, spawn, call, instantiate, map, pipeline, compile, defaultPool }) => {
        const cat = await compile(env.guest('cat'));
        const job = spawn(cat, { stdin: 'spawned' });
        const [ran, sum, piped] = await Promise.all([
          run(cat, { stdin: 'ran' }),
          call(env.guest('adder'), 'add', 40, 2),
          pipeline([cat, { stdin: 'piped' }], [cat]),
        ]);
        equal([ran.stdoutText, sum, piped.stdoutText], ['ran', 42, 'piped']);
        equal(await (await job).stdout.text(), 'spawned');
        const counter = await instantiate(env.guest('counter'));
        equal(await counter.call('add', 5), 5);
        await counter.close();
        const sums = [];
        for await (const one of map(env.guest('adder'), 'add', [[1, 1], [2, 2]])) sums.push(one); // prettier-ignore
        equal(sums, [2, 4]);
        const pool = await defaultPool();
        assert(pool === (await defaultPool()), 'one pool');
        equal(pool.stats().jobs, 0);
      }),
  },
  {
    name: 'default pool: many first calls at once start one, and one that was closed is followed by another',
    run: (env) =>
      withDefault(env, async ({ run, defaultPool }) => {
        const before = await defaultPool({ workers: 1, name: 'first' });
        await before.close();
        const runs = Array.from({ length: 10 }, () => run(env.guest('hello')));
        const pool = await defaultPool();
        for (const { stdout } of await Promise.all(runs)) equal(text(stdout), 'Hello from WebAssembly text\n');
        assert(pool !== before && pool === (await defaultPool()), 'one more pool');
        equal(before.stats().workers, 0);
      }),
  },
  {
    name: 'default pool: it is configured by whoever comes first, and nobody else',
    run: (env) =>
      withDefault(env, async ({ run, defaultPool }) => {
        const pool = await defaultPool({ workers: 2, name: 'mine' });
        equal(pool.stats().workers, 2);
        equal((await rejects(defaultPool({ workers: 1 }), 'PoolError')).code, 'POOL_EEXIST');
        equal((await rejects(defaultPool({ name: 'mine' }), 'PoolError')).code, 'POOL_EEXIST');
        for (const same of [
          { workers: 2, name: 'mine' },
          { name: 'mine', workers: 2, idleMs: undefined },
        ])
          assert((await defaultPool(same)) === pool, 'the same options');
        const wrong = [[{ workers: 0 }, 'workers'], [{ worker: 2 }, 'did you mean workers?'], [5, 'options must be'], [{ urls: 5 }, 'urls']]; // prettier-ignore
        for (const [options, part] of wrong) {
          const { code, message } = await rejects(defaultPool(options), 'PoolError');
          assert(code === 'POOL_EINVAL' && message.includes(part), message);
        }
        equal((await run(env.guest('hello'))).code, 0);
        const closing = pool.close({ graceful: true });
        const { code } = await run(env.guest('hello')); // the next one takes it
        equal(code, 0);
        await closing;
        assert((await defaultPool()) !== pool, 'another pool');
      }),
  },
  {
    name: 'default pool: a start that failed is tried anew at the next call',
    run: (env) =>
      withDefault(env, async ({ run, defaultPool }) => {
        await failing(env, async () => {
          const all = [run(env.guest('hello')), run(env.guest('hello')), defaultPool()];
          for (const one of all) equal((await rejects(one, 'StartError')).code, 'POOL_START_FAILED');
        });
        equal((await run(env.guest('hello'))).code, 0);
        await (await defaultPool()).close();
        equal((await rejects(defaultPool({ workers: 0 }), 'PoolError')).code, 'POOL_EINVAL');
        equal((await run(env.guest('hello'))).code, 0);
      }),
  },
  {
    name: 'default pool: signals end the wait for it, errors are as of a pool, and name who called',
    run: (env) =>
      withDefault(env, async ({ run, map, PoolError }) => {
        const controller = new AbortController();
        const running = run(env.guest('hello'), { signal: controller.signal }); // nothing is started yet
        controller.abort('not wanted');
        equal((await rejects(running, 'AbortError')).cause, 'not wanted');
        const error = await rejects(run(env.guest('hello'), { timoutMs: 5 }), 'TypeError');
        assert(error instanceof PoolError, error.message);
        assert(/default-pool\.mjs/.test(error.stack), error.stack);
        await rejects(map(env.guest('adder'), 'add', 5).next(), 'PoolError');
        await rejects(run(env.guest('misbehaving/trap')), 'TrapError');
        const pool = await env.millrace.defaultPool();
        const job = await spawnSpinning(env, pool);
        job.cancel();
        await rejects(job.status, 'AbortError');
      }),
  },
];
