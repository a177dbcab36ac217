// A deadline, a signal and the pool's end reach a call wherever it is, also before its job is there.
import { assert, equal, rejects, sleep, stillGood, withPool } from './harness.mjs';

const never = () => new Promise(() => {});

/** Has a fetch from a silent server wait for ever, until its signal aborts; `open` are the URLs that still wait. */
async function withSilentServer(use) {
  const real = globalThis.fetch;
  const open = new Set();
  globalThis.fetch = (url, options) => {
    const { signal } = options ?? {};
    if (!String(url).includes('silent.invalid')) return real(url, options);
    return new Promise((_, reject) => {
      open.add(String(url));
      signal?.addEventListener('abort', () => {
        open.delete(String(url));
        reject(signal.reason);
      });
    });
  };
  try {
    await use(open);
  } finally {
    globalThis.fetch = real;
  }
}

/** Calls that wait for something that never comes, before there is a job. */
const waits = (env, pool) => ({
  'a fetch': (options) => pool.run('https://silent.invalid/a.wasm', options),
  'a fetch, spawning': (options) => pool.spawn('https://silent.invalid/b.wasm', options),
  'a response': (options) => pool.run(never(), options),
  'a tree': (options) =>
    pool.run(env.guest('hello'), { ...options, preopens: { '/': new env.millrace.Directory({ a: never() }) } }),
});

export const scenarios = [
  {
    name: 'timeoutMs and signals end what comes before a job',
    run: (env) =>
      withPool(env, { workers: 1 }, (pool) => {
        return withSilentServer(async (open) => {
          const hello = await pool.compile(await env.load('examples/guests/hello.gen.wasm'));
          const all = waits({ ...env, guest: () => hello }, pool);
          for (const [what, wait] of Object.entries(all)) {
            const timedOut = await rejects(wait({ timeoutMs: 30 }), 'TimeoutError');
            equal([what, timedOut.code, open.size], [what, 'POOL_TIMED_OUT', 0]);
            const before = AbortSignal.abort('before');
            equal((await rejects(wait({ signal: before }), 'AbortError')).cause, 'before', what);
            const abort = new AbortController();
            const meanwhile = rejects(wait({ signal: abort.signal }), 'AbortError');
            await sleep(5);
            abort.abort('meanwhile');
            equal((await meanwhile).cause, 'meanwhile', what);
            equal(
              (await rejects(wait({ signal: AbortSignal.timeout(30) }), 'TimeoutError')).cause.name,
              'TimeoutError',
            );
            equal(open.size, 0, what);
          }
          await stillGood({ guest: () => hello }, pool, 1);
        });
      }),
  },
  {
    name: 'closing a pool ends what comes before a job, once each, and a compilation',
    async run(env) {
      await withSilentServer(async (open) => {
        const pool = await env.millrace.Pool.create({ workers: 1 });
        const hello = await pool.compile(await env.load('examples/guests/hello.gen.wasm'));
        const all = Object.values(waits({ ...env, guest: () => hello }, pool));
        const calls = [...all.map((wait) => wait({})), pool.compile('https://silent.invalid/c.wasm')];
        const ends = calls.map((call) => rejects(call, 'AbortError'));
        await sleep(5);
        await pool.close();
        for (const error of await Promise.all(ends)) equal(error.cause.code, 'POOL_ESHUTDOWN');
        equal(open.size, 0);
        await rejects(pool.compile('https://silent.invalid/d.wasm'), 'PoolError');
        await rejects(pool.run(hello), 'PoolError');
      });
    },
  },
  {
    name: 'a fetch goes on for as long as somebody waits for it',
    run: (env) =>
      withPool(env, { workers: 1 }, (pool) =>
        withSilentServer(async (open) => {
          const url = 'https://silent.invalid/shared.wasm';
          const [one, other] = [new AbortController(), new AbortController()];
          const first = rejects(pool.compile(url, { signal: one.signal }), 'AbortError');
          const second = rejects(pool.run(url, { signal: other.signal }), 'AbortError');
          await sleep(5);
          one.abort();
          await first;
          equal([...open], [url]);
          other.abort();
          await second;
          equal(open.size, 0);
        }),
      ),
  },
  {
    name: 'a pool whose start is aborted, before or at any time, leaves nothing, and the next one starts',
    async run({ millrace, ...env }) {
      const before = AbortSignal.abort('before');
      equal((await rejects(millrace.Pool.create({ workers: 2, signal: before }), 'AbortError')).cause, 'before');
      for (const ms of [0, 0, 1, 2, 5, 10, 20, 40, 80]) {
        const abort = new AbortController();
        const started = millrace.Pool.create({ workers: 2, signal: abort.signal });
        started.catch(() => undefined);
        await sleep(ms);
        abort.abort('meanwhile');
        const pool = await started.catch((error) => equal([error.name, error.cause], ['AbortError', 'meanwhile']));
        if (pool) equal((await pool.run(env.guest('hello'))).code, 0); // it was there already
        await pool?.close();
      }
      await withPool({ millrace }, { workers: 1 }, (pool) => stillGood(env, pool, 1));
    },
  },
  {
    name: 'AbortSignal.timeout surfaces as its TimeoutError, wherever the job is',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const sleeper = await pool.compile(env.guest('misbehaving/sleeper'));
        const calls = [
          pool.run(sleeper, { signal: AbortSignal.timeout(50) }),
          pool.run(sleeper, { signal: AbortSignal.timeout(50) }), // behind it, on the only worker
          pool.spawn(sleeper, { signal: AbortSignal.timeout(50) }).then((job) => job.status),
        ];
        for (const error of await Promise.all(calls.map((call) => rejects(call, 'TimeoutError')))) {
          assert(error instanceof env.millrace.TimedOutError, 'another class');
          equal([error.code, error.cause.name], ['POOL_TIMED_OUT', 'TimeoutError']);
        }
      }),
  },
];
