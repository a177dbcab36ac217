// The page around a pool: it stands still, its timers do, others post messages, and it has a second copy of the package.
import { assert, equal, rejects, sleep, spawnSpinning, stillGood, text, until, withPool } from './harness.mjs';

/** Every type of message that threads of a pool send each other. */
async function messageTypes(env) {
  const source = text(await env.load('bindings-js/src/shared/protocol.ts'));
  return [...new Set(source.match(/(?<=type: ')millrace:\w+/g))];
}

/** Another copy of the package, all of it. */
async function withSecondCopy(env, use) {
  if (env.browser) return use(await import(env.file('npm//dist/index.js'))); // to the page, another folder
  const fs = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await fs.mkdtemp(`${tmpdir()}/millrace-second-`);
  try {
    await fs.cp(new URL(env.file('npm/dist')), `${folder}/dist`, { recursive: true });
    await fs.cp(new URL(env.file('npm/package.json')), `${folder}/package.json`);
    await use(await import(`${folder}/dist/index.node.js`));
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

/** Runs with timers of the page that never fire, as those of a page in the background hardly do. */
async function withoutTimers(use) {
  const { setTimeout, setInterval, requestAnimationFrame } = globalThis;
  Object.assign(globalThis, { setTimeout: () => 0, setInterval: () => 0, requestAnimationFrame: () => 0 });
  try {
    await use();
  } finally {
    Object.assign(globalThis, { setTimeout, setInterval });
    if (requestAnimationFrame) globalThis.requestAnimationFrame = requestAnimationFrame;
    else delete globalThis.requestAnimationFrame;
  }
}

/** Where the coordinator has no timers but the page's: deadlines are kept when it has something else to do. */
async function withoutTimersOfCoordinator(env, pool, spinning) {
  let late;
  await withoutTimers(async () => {
    await stillGood(env, pool, 1);
    const sleeper = await pool.spawn(env.guest('misbehaving/sleeper'));
    sleeper.cancel();
    await rejects(sleeper.status, 'AbortError');
    late = rejects(pool.run(env.guest('misbehaving/sleeper'), { timeoutMs: 20 }), 'TimeoutError');
  });
  await sleep(30); // its time is over
  spinning.cancel();
  await Promise.all([late, rejects(spinning.status, 'AbortError')]);
  await stillGood(env, pool, 2);
}

/** Keeps the thread busy: when it ended, as guests have the time. */
function standStill(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return performance.timeOrigin + performance.now();
}

/** What a page sees that has another Content-Security-Policy: the name and message of Pool.create's error. */
function createUnder(env, policy) {
  const frame = document.createElement('iframe');
  frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><script type="module">
    import { Pool } from '${env.file('npm/dist/index.js')}';
    Pool.create({ workers: 1 }).then(
      (pool) => pool.close().then(() => parent.postMessage({ policy: 'no error' }, '*')),
      ({ name, message }) => parent.postMessage({ policy: name, message }, '*'),
    );
  </script>`;
  return new Promise((resolve) => {
    const listener = ({ data }) => {
      if (data?.policy === undefined) return;
      removeEventListener('message', listener);
      frame.remove();
      resolve(data);
    };
    addEventListener('message', listener);
    document.body.append(frame);
  });
}

export const scenarios = [
  {
    name: 'page: without timers of its own, jobs run, time out and are cancelled all the same',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 10 }, async (pool) => {
        const spinning = await spawnSpinning(env, pool);
        if (env.tier === 'jspi') return withoutTimersOfCoordinator(env, pool, spinning);
        await withoutTimers(async () => {
          await rejects(pool.run(env.guest('misbehaving/sleeper'), { timeoutMs: 50 }), 'TimeoutError');
          spinning.cancel();
          await rejects(spinning.status, 'AbortError');
          await stillGood(env, pool, 2);
        });
      }),
  },
  {
    name: 'page: deadlines are kept, and the next job runs, while it stands still',
    run: (env) =>
      withPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
        const names = ['misbehaving/sleeper', 'misbehaving/clock'];
        const [sleeper, clock] = await Promise.all(names.map((name) => pool.compile(env.guest(name))));
        for (let ms = 200, inTime = false; !inTime; ms *= 2) {
          const first = rejects(pool.run(sleeper, { timeoutMs: 50 }), 'TimeoutError');
          const second = pool.run(clock); // needs the worker that the first one has
          await until(() => pool.stats().jobs === 2);
          const end = standStill(ms);
          await first;
          const { stdout } = await second;
          if (env.tier === 'jspi') return; // its coordinator stands still with the page: kept they are, but later
          inTime = Number(new DataView(stdout.buffer, stdout.byteOffset).getBigUint64(0, true)) / 1e6 < end;
        }
      }),
  },
  {
    name: 'page: messages that others forge are nobody here listens to',
    async run(env) {
      if (!env.browser) return; // a thread of Node has no window
      const types = await messageTypes(env);
      assert(types.length > 10, types.join());
      await withPool(env, { workers: 1 }, async (pool) => {
        const job = await spawnSpinning(env, pool);
        for (const type of types) {
          postMessage({ type, number: 1, pool: 0, stack: 0, id: 1, workers: 0, lost: 9, waiter: 0 }, '*');
          new BroadcastChannel('millrace').postMessage({ type });
        }
        await sleep(0);
        const { workers, lostWorkers, jobs } = pool.stats();
        equal([workers, lostWorkers, jobs], [1, 0, 1]);
        job.cancel();
        await rejects(job.status, 'AbortError');
        await stillGood(env, pool, 1);
      });
    },
  },
  {
    name: 'page: options from JSON with a __proto__ of their own change no other object',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const poisoned = JSON.parse('{"__proto__": {"polluted": 1, "args": ["polluted"], "timeoutMs": 1}}');
        const runs = [poisoned, { env: poisoned.env, ...poisoned }, { env: JSON.parse('{"__proto__": "value"}') }];
        for (const options of runs) {
          const result = await pool.run(env.guest('misbehaving/echoargs'), options).catch((error) => error);
          if (result instanceof Error) equal(result.code, 'POOL_EINVAL');
          else assert(!text(result.stdout).includes('polluted'));
        }
        const tree = JSON.parse('{"__proto__": {"file": "x"}, "constructor": {"prototype": {"polluted": "y"}}}');
        await new env.millrace.Directory(tree).list();
        equal([{}.polluted, {}.file, Object.keys(Object.prototype)], [undefined, undefined, []]);
      }),
  },
  {
    name: 'page: two copies of the package do not disturb each other',
    run: (env) =>
      withSecondCopy(env, async (other) => {
        assert(other.Pool !== env.millrace.Pool, 'it is the same copy');
        await withPool(env, { workers: 1 }, (one) =>
          withPool({ ...env, millrace: other }, { workers: 1 }, async (two) => {
            const module = await one.compile(env.guest('misbehaving/exit3'));
            const codes = await Promise.all([one, two, one, two].map((pool) => pool.run(module)));
            equal(
              codes.map(({ code }) => code),
              [3, 3, 3, 3],
            );
            await one.close();
            await stillGood(env, two, 1);
          }),
        );
      }),
  },
  {
    name: 'page: a worker script that is no script, of a wrong type, or from elsewhere rejects with what to do',
    async run(env) {
      const elsewhere = env.file('npm/dist/worker.js').replace('127.0.0.1', 'localhost');
      const scripts = env.browser
        ? [env.file('LICENSE'), env.file('tests/blank.html'), elsewhere]
        : [env.file('tests/blank.html'), env.file('package.json')];
      const threads = { shared: ['coordinator', 'worker'], jspi: ['cell'] }[env.tier];
      for (const script of scripts) {
        for (const name of [...threads, 'wasm']) {
          const urls = { [name]: script };
          const error = await rejects(env.millrace.Pool.create({ workers: 1, urls }), 'StartError');
          assert(error.message.includes(script), error.message);
        }
      }
    },
  },
  {
    name: 'page: a Content-Security-Policy that forbids workers or wasm rejects with what to do',
    async run(env) {
      if (!env.browser) return; // Node has no such thing
      const workers = await createUnder(env, "worker-src 'none'");
      equal(workers.policy, 'StartError', workers.message);
      const { origin } = location; // to Firefox 'self' is nobody in such a frame
      const wasm = await createUnder(env, `script-src ${origin} 'unsafe-inline'`);
      equal(wasm.policy, 'StartError', wasm.message);
      equal((await createUnder(env, `worker-src ${origin}`)).policy, 'no error');
    },
  },
];
