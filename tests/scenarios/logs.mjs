// What a pool notices and no promise reports, and what it is called.
import { endBehindItsBack, withCrew } from './crew.mjs';
import { equal, rejects, sleep, spawnSpinning, stillGood, until, withPool } from './harness.mjs';

/** Entries of a log, and the handler that keeps them. */
function keep() {
  const entries = [];
  const find = (level, pattern) => entries.find((entry) => entry.level === level && pattern.test(entry.message));
  return { entries, find, onlog: (entry) => entries.push(entry) };
}

export const scenarios = [
  {
    name: 'logs: a worker that dies is told of, with its number and an error',
    run: (env) =>
      withCrew(env, async (workers) => {
        const { onlog, find } = keep();
        await withPool(env, { workers: 1, maxWorkers: 1, name: 'thumbs', onlog }, async (pool) => {
          await stillGood(env, pool, 1);
          endBehindItsBack(env, workers.at(-1));
          await until(() => find('warn', /was lost, and is replaced/));
          const { worker, cause, pool: name } = find('warn', /was lost, and is replaced/);
          equal([worker, cause.code, cause.name, name], [1, 'POOL_LOST', 'LostError', 'thumbs']);
          await until(() => find('info', /the slot of worker 1 is not used again/)); // told in a message of its own
          await until(() => find('debug', /^worker 2 has started$/));
          await stillGood(env, pool, 1);
        });
      }),
  },
  {
    name: 'logs: a guest whose worker had to be ended is told of',
    async run(env) {
      const { onlog, find } = keep();
      await withPool(env, { workers: 1, graceMs: 1, onlog }, async (pool) => {
        // One that is still about to compute ends by itself: then another has to.
        await until(async () => {
          const job = await spawnSpinning(env, pool);
          await sleep(20);
          job.cancel();
          await rejects(job.status, 'AbortError');
          await sleep(20); // the message comes later
          return find('warn', /was lost.*computed on, or the module of its importsFrom did/);
        });
        equal(find('warn', /computed on/).pool, 'millrace');
        await stillGood(env, pool, 1);
      });
    },
  },
  {
    name: 'logs: workers that cannot be started are told of, one by one',
    async run(env) {
      const { onlog, entries } = keep();
      const urls = { [env.tier === 'jspi' ? 'cell' : 'worker']: env.file('tests/scenarios/no-worker.mjs') };
      await rejects(env.millrace.Pool.create({ workers: 1, urls, onlog }), 'StartError');
      const failures = entries.filter(({ message }) => /could not be started/.test(message));
      equal([failures.length, failures[0].level, failures[0].cause.code], [3, 'warn', 'POOL_START_FAILED']);
    },
  },
  {
    name: 'logs: memory that was refused is told of',
    async run(env) {
      const { onlog, find } = keep();
      await withPool(env, { workers: 1, maxMemory: 32 << 20, onlog }, async (pool) => {
        const module = await pool.compile(env.guest('cat'));
        const directory = new env.millrace.Directory({}, { maxBytes: 64 << 20 });
        await pool.run(module, { preopens: { '/data': directory } });
        const fill = async () => {
          for (let i = 0; i < 64; i++) await directory.writeFile(`piece${i}`, new Uint8Array(1 << 20).fill(1));
        };
        equal((await rejects(fill(), 'PoolError')).code, 'POOL_ENOMEM');
        await until(() => find('warn', /^memory was refused/));
        equal(find('warn', /^memory was refused/).cause.code, 'POOL_ENOMEM');
        await directory.remove('piece0');
        await stillGood(env, pool, 1);
        await directory.close();
      });
    },
  },
  {
    name: 'logs: a handler that throws or rejects harms nothing',
    async run(env) {
      let calls = 0;
      const onlog = ({ message }) => {
        calls++;
        if (/started/.test(message)) throw new Error('not interested');
        return Promise.reject(new Error('not at all'));
      };
      await withPool(env, { workers: 2, onlog }, async (pool) => {
        await stillGood(env, pool, 2);
        pool.resize(1);
        await until(() => pool.stats().workers === 1);
        await until(() => calls >= 3);
      });
    },
  },
  {
    name: 'logs: threads, errors and entries have the name of the pool',
    run: (env) =>
      withCrew(env, async (workers) => {
        const { onlog, entries } = keep();
        const pool = await env.millrace.Pool.create({ workers: 1, name: 'thumbs', onlog });
        if (env.browser) {
          equal(
            workers.map(({ name }) => name),
            { shared: ['thumbs-coordinator', 'thumbs-worker-1'], jspi: ['thumbs-cell-1'] }[env.tier],
          );
        }
        equal([...new Set(entries.map((entry) => entry.pool))], ['thumbs']);
        const running = rejects(pool.run(env.guest('misbehaving/spin')), 'AbortError');
        await pool.close();
        equal((await running).cause.message, 'the pool "thumbs" was closed');
        equal((await rejects(pool.run(env.guest('hello')), 'PoolError')).message, 'the pool "thumbs" is closed');
      }),
  },
];
