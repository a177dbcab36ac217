// The pool's memory: what one user takes is bounded, and all of it comes back, for every size.
import { assert, bytes, equal, sleep, stillGood, until, withPool } from './harness.mjs';

const MIB = 1 << 20;
const ENOSPC = 51;

/** Resolves when nothing is used any more: directories are freed by the coordinator, a moment later. */
async function allComesBack(pool) {
  for (;;) {
    const { used, free, limit, largest } = pool.stats().memory;
    if (used === 0) return equal([free, largest], [limit, 16 * MIB]);
    await sleep(5);
  }
}

/** Jobs with pipes of every size say all that they have to say. */
async function expectAllSizes(env, pool) {
  for (let capacity = 4096; capacity <= MIB; capacity *= 2) {
    const { code, stdout } = await pool.run(env.guest('hello'), { pipeCapacity: capacity, timeoutMs: 30_000 });
    equal(code, 0);
    assert(stdout.length > 0, `no output through pipes of ${capacity} bytes`);
  }
}

/** Counts how often a job is submitted to pools that are made meanwhile. */
async function countingSubmits(use) {
  const { Instance } = WebAssembly;
  const count = { submits: 0 };
  WebAssembly.Instance = function counted(...given) {
    const { exports } = new Instance(...given);
    const client_submit = (...args) => {
      count.submits++;
      return exports.client_submit(...args);
    };
    return { exports: { ...exports, client_submit } };
  };
  try {
    await use(count);
  } finally {
    WebAssembly.Instance = Instance;
  }
}

/** Spawns jobs, which wait for the only worker, and writes to each, until no pipe has memory any more: the jobs. */
async function fillWithPipes(env, pool) {
  const module = await pool.compile(env.guest('cat'));
  const jobs = [await pool.spawn(env.guest('misbehaving/forever'))];
  for (const pipeCapacity of [1 << 18, 1 << 12, 1 << 8]) {
    for (let isRoom = true; isRoom;) {
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), 1000);
      const job = await pool.spawn(module, { pipeCapacity, signal: patience.signal }).catch(() => undefined);
      clearTimeout(timer); // it would end the job
      if (!job) break;
      jobs.push(job);
      const writer = job.stdin.getWriter();
      writer.closed.catch(() => undefined);
      const written = writer.write(bytes('x')).then(() => true);
      isRoom = await Promise.race([written.catch(() => false), sleep(500)]);
    }
  }
  return jobs;
}

/** A guest writes into a directory until there is no memory any more. */
async function fillDirectory(env, pool, directory) {
  const preopens = { '/': directory };
  const { code } = await pool.run(env.guest('files'), { args: ['fill', '/x', '4000000000'], preopens });
  assert(code !== 0, 'it must not have room for 4 GB');
}

/** Jobs with pipes and a guest that fills a directory: all of their bytes come, or it is said that files have the memory. */
async function pipesBesideFiles(env, mib, order, pipeCapacity) {
  await withPool(env, { workers: 4, maxWorkers: 6, maxMemory: mib * MIB }, async (pool) => {
    const stdin = new Uint8Array(3 * MIB).fill(7);
    const cat = await pool.compile(env.guest('cat'));
    const directory = new env.millrace.Directory({}, { maxBytes: 1 << 30, maxFiles: 1 << 30 });
    const where = `${order}, pipes of ${pipeCapacity}:`;
    if (order === 'files first') await fillDirectory(env, pool, directory);
    const all = Array.from({ length: 12 }, () => pool.run(cat, { stdin, pipeCapacity }));
    const settled = Promise.allSettled(all);
    if (order === 'pipes first') await sleep(5);
    if (order !== 'files first') await fillDirectory(env, pool, directory);
    for (const { status, value, reason } of await settled) {
      if (status === 'fulfilled') equal([value.code, value.stdout.length], [0, stdin.length], where);
      else equal([reason.code, mib, pipeCapacity], ['POOL_ENOMEM', 32, MIB], where); // less is left than one job needs
    }
    await directory.close();
    equal((await pool.run(cat, { stdin, pipeCapacity })).stdout.length, stdin.length, where);
  });
}

export const scenarios = [
  {
    name: 'memory: a job that waits for it tries again when some came back, and not over and over',
    run: (env) =>
      countingSubmits((count) =>
        withPool(env, { workers: 1, maxWorkers: 1, maxMemory: 32 * MIB }, async (pool) => {
          const jobs = await fillWithPipes(env, pool);
          const waiting = pool.spawn(env.guest('cat'), { args: ['x'.repeat(50_000)], stdin: 'null' });
          await sleep(50);
          const before = count.submits;
          await sleep(500);
          assert(count.submits - before <= 3, `${count.submits - before} tries, although nothing came back`);
          for (const job of jobs) job.cancel();
          await Promise.allSettled(jobs.map(({ status }) => status));
          await Promise.all(jobs.flatMap(({ stdout, stderr }) => [stdout.cancel(), stderr.cancel()]));
          const job = await waiting;
          await Promise.all([job.stdout.cancel(), job.stderr.cancel()]);
          await job.status;
          await until(() => pool.stats().memory.used === 0);
        }),
      ),
  },
  {
    name: 'memory: a guest that fills its directory leaves the others theirs',
    run: (env) =>
      withPool(env, { workers: 2, maxMemory: 64 * MIB }, async (pool) => {
        for (const options of [{}, { maxBytes: 1 << 30, maxFiles: 1 << 30 }]) {
          const directory = new env.millrace.Directory({}, options);
          const full = await pool.run(env.guest('files'), {
            args: ['fill', '/x', '4000000000'],
            preopens: { '/': directory },
          });
          assert(full.code !== 0, 'it must not have room for 4 GB');
          if (!options.maxBytes) equal(full.code, ENOSPC);
          await expectAllSizes(env, pool);
          await directory.close();
        }
        await allComesBack(pool);
        await expectAllSizes(env, pool);
      }),
  },
  {
    name: 'memory: what small files had serves a large one, and pipes',
    run: (env) =>
      withPool(env, { workers: 1, maxMemory: 64 * MIB }, async (pool) => {
        const tree = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`f${i}`, 'x'.repeat(3000)]));
        for (let round = 0; round < 3; round++) {
          const small = new env.millrace.Directory(tree);
          equal((await pool.run(env.guest('files'), { args: ['cat', '/f7'], preopens: { '/': small } })).code, 0);
          await small.close();
          const large = new env.millrace.Directory({ all: new Uint8Array(20 * MIB).fill(round) });
          equal((await pool.run(env.guest('hello'), { preopens: { '/': large } })).code, 0);
          await large.close();
          await allComesBack(pool);
        }
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'memory: more jobs with pipes than it is enough for run one after the other',
    async run(env) {
      const echo = async (pool, n, options) => {
        const cat = await pool.compile(env.guest('cat'));
        const all = Array.from({ length: n }, (_, i) => pool.run(cat, { stdin: `${i}`, ...options }));
        for (const [i, { stdoutText }] of (await Promise.all(all)).entries()) equal(stdoutText, `${i}`);
        await until(() => pool.stats().memory.used === 0);
      };
      await withPool(env, { workers: 1, maxMemory: 32 * MIB }, async (pool) => {
        await echo(pool, 100, {});
        await echo(pool, 60, { pipeCapacity: MIB });
      });
      await withPool(env, { workers: 2, maxMemory: 64 * MIB }, (pool) => echo(pool, 100, { pipeCapacity: MIB }));
    },
  },
  ...[32, 64].flatMap((mib) =>
    ['files first', 'at once', 'pipes first'].map((order) => ({
      name: `memory: in ${mib} MiB, ${order}: pipes are not promised what files hold, and files take nothing of what pipes were`,
      async run(env) {
        for (const pipeCapacity of [MIB / 16, MIB / 4, MIB]) await pipesBesideFiles(env, mib, order, pipeCapacity);
      },
    })),
  ),
  {
    name: 'memory: a job that waits for memory which files hold runs when it came back',
    tiers: ['shared'], // in the other, files are in another memory than pipes
    run: (env) =>
      withPool(env, { workers: 2, maxMemory: 32 * MIB }, async (pool) => {
        const directory = new env.millrace.Directory({}, { maxBytes: 1 << 30, maxFiles: 1 << 30 });
        await fillDirectory(env, pool, directory);
        const waiting = pool.run(env.guest('cat'), { stdin: 'x', pipeCapacity: MIB });
        equal(await Promise.race([waiting.then(() => 'ran'), sleep(200).then(() => 'waits')]), 'waits');
        await directory.close();
        equal((await waiting).stdoutText, 'x');
      }),
  },
  {
    name: 'memory: jobs that are ended in every state give all of it back',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        await stillGood(env, pool, 2);
        const directory = new env.millrace.Directory({ file: 'x'.repeat(100_000) });
        const ways = [
          () => pool.run(env.guest('hello')),
          () => pool.run(env.guest('misbehaving/forever'), { timeoutMs: 30 }),
          () => pool.run(env.guest('cat'), { stdin: new Uint8Array(3 * MIB), signal: AbortSignal.timeout(5) }),
          () => pool.run(env.guest('files'), { args: ['cat', '/d/file'], preopens: { '/d': directory } }),
          () => pool.run(env.guest('files'), { args: ['fill', '/d/y', '40000000'], preopens: { '/d': directory } }),
          () => pool.run(env.guest('hello'), { stdin: new Uint8Array(3 * MIB) }), // which does not read it
          () => spawnAndCancel(env, pool, 0),
          () => spawnAndCancel(env, pool, 10),
        ];
        for (let round = 0; round < 3; round++) {
          await Promise.allSettled(Array.from({ length: 60 }, (_, i) => ways[(i * 5 + round) % ways.length]()));
        }
        await directory.close();
        await allComesBack(pool);
        await stillGood(env, pool, 2);
      }),
  },
];

/** A job that reads and writes, cancelled after a while. Its streams are let go of. */
async function spawnAndCancel(env, pool, ms) {
  const job = await pool.spawn(env.guest('cat'));
  const writer = job.stdin.getWriter();
  writer.write(bytes('x'.repeat(300_000))).catch(() => undefined);
  await sleep(ms);
  job.cancel();
  await job.status.catch(() => undefined);
  await Promise.allSettled([writer.abort(), job.stdout.cancel(), job.stderr.cancel()]);
}
