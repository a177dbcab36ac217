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

/** Each way to be cancelled and to be too late, and what the message calls that which was ended. */
function endings(env, pool, plugin, instances) {
  const [never, sleep] = [new Promise(() => undefined), env.guest('misbehaving/sleeper')];
  const [adder, spin] = [env.guest('adder'), [env.guest('values'), 'spin', 1]];
  const { Pool } = env.millrace;
  return [
    ['the job', (options) => pool.run(never, options)],
    ['the job', (options) => pool.run(sleep, options)],
    ['the job', (options) => pool.spawn(never, options)],
    ['the job', async (options) => (await pool.spawn(sleep, options)).status],
    ['the call', (options) => pool.call(never, 'f', options)],
    ['the call', (options) => pool.call(...spin, options)],
    ['the call', (options) => pool.call(never, 'f', 'text', options)],
    ['the call', (options) => instances.pop().call('spin', options)],
    ['the call', (options) => plugin.call('sleep', { ms: 3_600_000 }, options)],
    ['the instance', (options) => pool.instantiate(never, options)],
    ['the instance', async (options) => (await pool.instantiate(adder, options)).status],
    ['the map', (options) => pool.map(never, 'f', [1], options).next()],
    ['the map', (options) => pool.map(env.guest('counter'), 'spin', [[]], options).next()],
    ['the pipeline', (options) => pool.pipeline([never], options)],
    ['the pipeline', (options) => pool.pipeline([sleep], [sleep], options)],
    ['the compilation', ({ signal }) => pool.compile(never, { signal })],
    ['the start of the pool', ({ signal }) => Pool.create({ workers: 1, signal })],
    ['the start of the plugin', ({ signal }) => env.plugin.openPlugin(pool, never, { signal })],
  ];
}

async function endingsSayWhatEnded(env, pool) {
  const plugin = await env.plugin.openPlugin(pool, env.guest('rpc'));
  const instances = await Promise.all(Array.from({ length: 3 }, () => pool.instantiate(env.guest('counter'))));
  const open = [...instances];
  for (const [what, begin] of endings(env, pool, plugin, instances)) {
    const early = AbortSignal.abort('enough');
    equal((await rejects(begin({ signal: early }), 'AbortError')).message, `${what} was cancelled`);
    const controller = new AbortController();
    const cut = rejects(begin({ signal: controller.signal }), 'AbortError');
    setTimeout(() => controller.abort('enough'), 1);
    equal((await cut).message, `${what} was cancelled`);
    const options = / start | compilation/.test(what) ? { signal: AbortSignal.timeout(1) } : { timeoutMs: 1 };
    equal((await rejects(begin(options), 'TimeoutError')).message, `${what} took longer than its timeout`);
  }
  for (const each of open) await each.close();
  await plugin.close({ timeoutMs: 0 });
}

/** By then a guest that writes little has written it. */
const UNREAD_MS = 300;

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
  {
    name: 'whoever is ended before all of its output has come has not exited, though its guest may have',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const written = { args: ['write', '6000', '6000'], pipeCapacity: 4096 }; // nobody reads: so much is on its way
        const controller = new AbortController();
        const aborted = await pool.spawn(env.guest('bulk'), { ...written, signal: controller.signal });
        await sleep(UNREAD_MS);
        controller.abort('enough');
        equal((await rejects(aborted.status, 'AbortError')).cause, 'enough');
        const late = await pool.spawn(env.guest('bulk'), { ...written, timeoutMs: UNREAD_MS });
        await rejects(late.status, 'TimeoutError');
        const whole = await pool.spawn(env.guest('bulk'), written);
        await sleep(UNREAD_MS);
        equal((await whole.stdout.bytes()).length, 6000);
        equal((await whole.status).code, 0);
      }),
  },
  {
    name: 'what was cancelled, or took too long, is called what it is',
    run: (env) => withPool(env, { workers: 2, graceMs: 10 }, (pool) => endingsSayWhatEnded(env, pool)),
  },
];
