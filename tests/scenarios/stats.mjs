// How a pool is doing: what its workers do, how long jobs wait and run, and how much goes through.
import { assert, bytes, equal, rejects, spawnSpinning, stillGood, text, until, withPool } from './harness.mjs';

const none = { count: 0, sum: 0, buckets: Array(32).fill(0), p50: 0, p99: 0 };

/** What a histogram says must fit together. */
function checkTimes({ count, sum, buckets, p50, p99 }) {
  equal(buckets.length, 32);
  equal(
    buckets.reduce((all, n) => all + n, 0),
    count,
  );
  const least = buckets.reduce((all, n, i) => all + (i === 0 ? 0 : n * 2 ** (i - 1)), 0) / 1000;
  const most = buckets.reduce((all, n, i) => all + n * 2 ** i, 0) / 1000;
  assert(sum >= least - 0.001 && (sum < most || buckets[31] > 0), `${sum} is not between ${least} and ${most}`);
  assert(p50 <= p99 && (count === 0) === (p99 === 0), `${p50}, ${p99}`);
}

/** Resolves when the one worker of a pool does that. */
const untilIt = (pool, wanted) => until(() => pool.stats().perWorker.some(({ state }) => state === wanted));

export const scenarios = [
  {
    name: 'stats: a new pool has measured nothing, and its workers are idle',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        await until(() => pool.stats().perWorker.every(({ state }) => state === 'idle'));
        const { queued, running, waitingTime, runningTime, perWorker, bytes } = pool.stats();
        equal([queued, running, waitingTime, runningTime], [0, 0, none, none]);
        equal(bytes, { in: 0, out: 0 });
        equal(
          perWorker.map(({ number, state, job, jobs }) => [number, state, job, jobs]),
          [1, 2].map((number) => [number, 'idle', undefined, 0]),
        );
      }),
  },
  {
    name: 'stats: each worker shows what it does, and jobs that wait are counted',
    run: (env) =>
      withPool(env, { workers: 1, maxWorkers: 1, graceMs: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('cat'), { name: 'kitty', args: ['-u'] });
        await untilIt(pool, 'waiting');
        const queued = [1, 2, 3].map(() => pool.run(env.guest('hello')));
        await until(() => pool.stats().queued === 3);
        const { running, jobs, perWorker } = pool.stats();
        equal([running, jobs, perWorker.length], [1, 4, 1]);
        const [{ number, job: seen, jobs: begun }] = perWorker;
        equal([number, seen.name, seen.args.join(), begun], [1, 'kitty', '-u', 1]);
        seen.cancel('seen enough');
        equal((await rejects(job.status, 'AbortError')).cause, 'seen enough');
        for (const { code } of await Promise.all(queued)) equal(code, 0);
        await untilIt(pool, 'idle');
        equal([pool.stats().queued, pool.stats().running], [0, 0]);
        const spins = await spawnSpinning(env, pool);
        await untilIt(pool, 'running');
        spins.cancel();
        await rejects(spins.status, 'AbortError');
        // It is, unless the guest was still about to compute; and in Node it does not rest for long.
        const lost = pool.stats().perWorker.find(({ state }) => state === 'lost');
        if (lost) equal([lost.number, lost.job], [1, undefined]);
      }),
  },
  {
    name: 'stats: how long jobs wait and run is counted, of each that has',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const module = await pool.compile(env.guest('hello'));
        await Promise.all(Array.from({ length: 50 }, () => pool.run(module)));
        const before = pool.stats();
        equal([before.waitingTime.count, before.runningTime.count], [50, 50]);
        await rejects(pool.run(env.guest('misbehaving/trap')), 'TrapError');
        await pool.call(env.guest('adder'), 'add', 1, 2);
        const instance = await pool.instantiate(env.guest('counter'));
        for (let i = 0; i < 10; i++) await instance.call('add', 1);
        equal([pool.stats().waitingTime.count, pool.stats().runningTime.count], [53, 52]);
        await instance.close();
        const { waitingTime, runningTime, perWorker } = pool.stats();
        equal([waitingTime.count, runningTime.count], [53, 53]);
        for (const times of [waitingTime, runningTime]) checkTimes(times);
        assert(runningTime.sum >= before.runningTime.sum && runningTime.p99 > 0, 'it grows');
        equal(
          perWorker.reduce((all, { jobs }) => all + jobs, 0),
          53,
        );
      }),
  },
  {
    name: 'stats: bytes that go through this thread are counted, and those from guest to guest are not',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        equal((await pool.run(env.guest('cat'), { stdin: 'x'.repeat(100_000) })).stdout.length, 100_000);
        equal(pool.stats().bytes, { in: 100_000, out: 100_000 });
        const cat = env.guest('cat');
        equal((await pool.pipeline([cat, { stdin: 'y'.repeat(1000) }], [cat], [cat])).stdout.length, 1000);
        equal(pool.stats().bytes, { in: 101_000, out: 101_000 });
        const job = await pool.spawn(cat);
        const writer = job.stdin.getWriter();
        await writer.write(bytes('12345'));
        equal(text((await job.stdout.getReader().read()).value), '12345');
        equal(pool.stats().bytes, { in: 101_005, out: 101_005 });
        await writer.close();
        await job.status;
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'stats: a pool that is closed has no workers, and keeps what it has counted of bytes and losses',
    async run(env) {
      const pool = await env.millrace.Pool.create({ workers: 1 });
      await pool.run(env.guest('cat'), { stdin: 'abc' });
      await pool.close();
      const { workers, perWorker, queued, running, runningTime, bytes } = pool.stats();
      equal([workers, perWorker, queued, running, runningTime], [0, [], 0, 0, none]);
      equal(bytes, { in: 3, out: 3 });
    },
  },
];
