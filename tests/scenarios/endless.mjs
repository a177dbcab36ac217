// Guests that never end by themselves. JavaScriptCore cannot stop some of them: they go on, unseen, for as long as their
// page lives, so each of these scenarios has a page of its own.
import { endBehindItsBack, withBrokenWorkers, withCrew, withoutRest } from './crew.mjs';
import { assert, bytes, equal, rejects, sleep, spawnSpinning, stillGood, text, until, withPool } from './harness.mjs';

/** A job that has a worker. It may take several: an engine whose dead workers have left garbage may have no memory. */
async function spawnBegun(pool, module) {
  for (;;) {
    const job = await pool.spawn(module);
    const writer = job.stdin.getWriter();
    await writer.write(bytes('a')).catch(() => undefined);
    const { value } = await job.stdout.getReader().read();
    await job.stderr.cancel();
    if (value) return job;
    await rejects(job.status, 'NotStartedError');
  }
}

/** Workers of a pool that there may be, one after the other, if none ever ends. */
const PLACES = 128;

export const scenarios = [
  {
    name: 'a guest that never ends is ended by its timeout, in whatever it is',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 10 }, async (pool) => {
        for (const guest of ['forever', 'busycalls', 'sleeper', 'startloop', 'flood']) {
          await pool.compile(env.guest(`misbehaving/${guest}`));
          const job =
            guest === 'flood' ? endFlood(pool, env) : pool.run(env.guest(`misbehaving/${guest}`), { timeoutMs: 100 });
          await rejects(job, 'TimeoutError');
        }
        await stillGood(env, pool, 2);
      }),
  },
  {
    name: 'a guest that is known to compute is ended by its timeout, and its worker is replaced',
    run: (env) =>
      withPool(env, { workers: 1, graceMs: 10 }, async (pool) => {
        for (let timeoutMs = 100; pool.stats().lostWorkers === 0; timeoutMs *= 2) {
          const job = await pool.spawn(env.guest('misbehaving/spin'), { timeoutMs });
          const { done } = await job.stdout.getReader().read(); // on a busy machine its time may be over before it begins
          await rejects(job.status, 'TimeoutError');
          if (!done) await stillGood(env, pool, 1); // a worker is buried a moment after its job has ended
        }
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'when no other worker starts and the last one is lost to its guest, the pool fails and says so',
    run: (env) =>
      withBrokenWorkers(env, async ({ workers, options, breaks }) => {
        const pool = await env.millrace.Pool.create({ ...options, workers: 2, maxWorkers: 2, graceMs: 10 });
        breaks();
        endBehindItsBack(env, workers.at(-1));
        await until(() => pool.stats().lostWorkers === 4); // it, and three that were to take its place
        await stillGood(env, pool, 1);
        for (let why = ''; why === '';) {
          const spinning = await spawnSpinning(env, pool);
          const queued = pool.run(env.guest('hello')).catch((error) => error);
          spinning.cancel();
          await rejects(spinning.status, 'AbortError');
          const { code, name, message } = await queued;
          if (code === 0) continue; // on a busy machine the other one was not computing yet, and its worker lives on
          equal(name, 'LostError');
          assert(/no compute worker could be started.*it is broken/.test(message), message);
          why = message;
        }
        await pool.close();
      }),
  },
  {
    name: 'a pool whose workers do not start for a while is whole again when they do',
    run: (env) =>
      withBrokenWorkers(env, async ({ workers, options, breaks, mends }) => {
        const pool = await env.millrace.Pool.create({ ...options, workers: 2, maxWorkers: 2 });
        breaks();
        endBehindItsBack(env, workers.at(-1));
        await until(() => pool.stats().lostWorkers === 4);
        mends();
        await stillGood(env, pool, 1);
        await until(() => pool.stats().workers === 2);
        await stillGood(env, pool, 2);
        await pool.close();
      }),
  },
  {
    name: 'when every place is lost for ever, the pool fails and says so',
    tiers: ['shared'], // an engine that cannot end a worker cannot suspend wasm either
    run: (env) =>
      withoutRest(env, () =>
        withCrew(env, async (workers) => {
          const pool = await env.millrace.Pool.create({ workers: 1, maxWorkers: 1 });
          const module = await pool.compile(env.guest('cat'));
          let why = '';
          for (let lost = 0; why === ''; lost++) {
            assert(lost < PLACES, 'it has more places than there are');
            const [running, queued] = [await spawnBegun(pool, module), await pool.spawn(module)];
            endBehindItsBack(env, workers.at(-1));
            await rejects(running.status, 'LostError');
            queued.status.catch(({ name, message }) => (why = name === 'LostError' ? message : ''));
            await until(() => why !== '' || (pool.stats().lostWorkers > lost && pool.stats().workers === 1));
            await Promise.all([queued.stdin.close(), queued.stdout.cancel(), queued.stderr.cancel()]);
            await queued.status.catch(() => undefined);
          }
          assert(/^every worker that there may be was lost/.test(why), why);
          equal((await rejects(pool.run(module), 'PoolError')).code, 'POOL_ESHUTDOWN');
          await pool.close();
        }),
      ),
  },
  {
    name: 'a guest that writes for ever is ended when it has written more than is kept',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const error = await rejects(
          pool.run(env.guest('misbehaving/flood'), { maxOutput: 100_000 }),
          'OutputLimitError',
        );
        equal([error.code, error.output.stdout.length], ['POOL_OUTPUT_LIMIT', 100_000]);
        equal((await pool.run(env.guest('hello'), { maxOutput: 28 })).stdout.length, 28);
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'whoever waits for a place in a full pool can still be cancelled, and times out',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('misbehaving/sleeper'));
        const all = new AbortController();
        const jobs = Array.from({ length: 1100 }, () =>
          rejects(pool.run(module, { signal: all.signal }), 'AbortError'),
        );
        const one = new AbortController();
        const waiting = rejects(pool.run(module, { signal: one.signal }), 'AbortError');
        await rejects(pool.run(module, { timeoutMs: 50 }), 'TimeoutError');
        one.abort();
        await waiting;
        all.abort();
        await Promise.all(jobs);
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'cancel ends a guest that reads, sleeps, computes or writes, and its worker is good again',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 10 }, async (pool) => {
        for (const guest of ['cat', 'sleeper', 'spin', 'busycalls', 'flood']) {
          const name = guest === 'cat' ? guest : `misbehaving/${guest}`;
          const job = guest === 'spin' ? await spawnSpinning(env, pool) : await pool.spawn(env.guest(name));
          await sleep(30); // most have begun, and wait or compute; the others are cancelled before
          job.cancel(new Error('enough'));
          job.cancel();
          const error = await rejects(job.status, 'AbortError');
          equal(error.cause.message, 'enough');
          equal((await pool.run(env.guest('hello'))).code, 0);
        }
      }),
  },
  {
    name: 'a signal cancels: before, while queued, while running; its reason is the cause',
    run: (env) =>
      withPool(env, { workers: 1, graceMs: 10 }, async (pool) => {
        const before = AbortSignal.abort(new Error('before'));
        equal((await rejects(pool.run(env.guest('hello'), { signal: before }), 'AbortError')).cause.message, 'before');
        const running = new AbortController();
        const queued = new AbortController();
        const hello = await pool.compile(env.guest('hello'));
        const { status } = await spawnSpinning(env, pool, { signal: running.signal });
        const a = rejects(status, 'AbortError');
        const b = rejects(pool.run(hello, { signal: queued.signal }), 'AbortError'); // behind it, on the only worker
        await sleep(0);
        queued.abort(new Error('while queued'));
        equal((await b).cause.message, 'while queued');
        running.abort(new Error('while running'));
        equal((await a).cause.message, 'while running');
        equal((await pool.run(env.guest('hello'))).code, 0);
      }),
  },
  {
    name: 'closing ends running and queued jobs as cancelled, each once',
    async run(env) {
      const pool = await env.millrace.Pool.create({ workers: 1 });
      const names = ['misbehaving/sleeper', 'hello'];
      const modules = await Promise.all(names.map((name) => pool.compile(env.guest(name))));
      const { status } = await spawnSpinning(env, pool);
      const jobs = [status, ...modules.map((module) => pool.run(module))].map((job) => rejects(job, 'AbortError'));
      await until(() => pool.stats().jobs === jobs.length);
      await pool.close();
      for (const error of await Promise.all(jobs)) equal(error.cause.code, 'POOL_ESHUTDOWN');
    },
  },
  {
    name: 'more guests than there are places for workers overflow their stacks, and the pool is as good as before',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const module = await pool.compile(env.guest('misbehaving/overflow'));
        const jobs = Array.from({ length: 140 }, () => rejects(pool.run(module), 'TrapError'));
        for (const { kind } of await Promise.all(jobs)) equal(kind, 'stack-overflow');
        await stillGood(env, pool, 2);
        equal(pool.stats().lostWorkers, 0);
      }),
  },
  {
    name: 'two hundred guests in a row have to be killed, and the pool is as good as before',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('misbehaving/forever'));
        const kills = canEndLoops(env) ? 200 : 2;
        for (let i = 0; i < kills; i++) {
          const job = await pool.spawn(module);
          if (i % 2) await sleep(5); // it computes by now, or is not begun yet
          job.cancel();
          await rejects(job.status, 'AbortError');
        }
        await stillGood(env, pool, 2);
        while (pool.stats().workers !== 2) await sleep(5);
        await until(() => pool.stats().memory.used === 0); // a worker that was killed keeps nothing of the pool
      }),
  },
  {
    name: 'a guest that is killed with files open leaves none of them behind',
    tiers: ['shared'], // in the other its directories end with its cell: see below
    run: (env) =>
      withPool(env, { workers: 1, maxMemory: 48 << 20, graceMs: 10 }, async (pool) => {
        const kept = new env.millrace.Directory({ file: 'kept' });
        for (let i = 0; i < 3 || pool.stats().lostWorkers === 0; i++) {
          const directory = new env.millrace.Directory({ large: new Uint8Array(12 << 20) });
          const preopens = { '/data': directory, '/kept': kept };
          const job = await pool.spawn(env.guest('files'), { args: ['spin', '/data/held', 'text'], preopens });
          await job.stdout.getReader().read();
          await directory.remove('held'); // only the guest has it now
          await directory.close();
          job.cancel();
          await rejects(job.status, 'AbortError');
        }
        const { stdout } = await pool.run(env.guest('files'), {
          args: ['cat', '/kept/file'],
          preopens: { '/kept': kept },
        });
        equal(text(stdout), 'kept');
      }),
  },
  {
    name: 'a directory is lost with the cell of a guest that is killed, others are not, and whoever uses it is told',
    tiers: ['jspi'], // in the other the memory of all directories is the pool's
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 10 }, async (pool) => {
        const [lost, kept] = [
          new env.millrace.Directory({ file: 'lost' }),
          new env.millrace.Directory({ file: 'kept' }),
        ];
        const cat = (directory) =>
          pool.run(env.guest('files'), { args: ['cat', '/data/file'], preopens: { '/data': directory } });
        await Promise.all([cat(lost), cat(kept)]); // each has a cell now
        const options = { args: ['spin', '/data/held', 'text'], preopens: { '/data': lost } };
        const job = await pool.spawn(env.guest('files'), options);
        await job.stdout.getReader().read();
        const beside = [lost.readFile('file'), cat(lost)];
        job.cancel();
        await rejects(job.status, 'AbortError');
        equal((await rejects(beside[0], 'PoolError')).code, 'POOL_EIO');
        await rejects(beside[1], 'LostError');
        equal((await rejects(lost.readFile('file'), 'PoolError')).code, 'POOL_EIO');
        const again = await rejects(cat(lost), 'LostError');
        assert(again.message.includes('directory is lost'), again.message);
        equal((await cat(kept)).stdoutText, 'kept');
        await lost.close().catch(({ code }) => equal(code, 'POOL_EIO'));
      }),
  },
];

/** JavaScriptCore cannot: each goes on for as long as its page lives. */
function canEndLoops(env) {
  return !env.browser || !/AppleWebKit/.test(navigator.userAgent) || /Chrom(e|ium)\//.test(navigator.userAgent);
}

/** A guest that writes for ever, whose output nobody reads: it must be waiting when its time is over. */
async function endFlood(pool, env) {
  const job = await pool.spawn(env.guest('misbehaving/flood'), { timeoutMs: 100 });
  return job.status;
}
