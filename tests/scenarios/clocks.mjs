// The monotonic clock of guests: it never goes back from one that has ended, or answered, to one that looks for the first time
// later, in whatever threads they run. Here the clocks of the threads are a second apart, and stand still for long.
import { assert, rejects, withPool } from './harness.mjs';

/** Longer than a thousand looks at the clock take, so that it is the same at the next. */
const STEP_MS = 5;

/** What a thread does first: its clock is late from then on, and stands still between steps. */
const lateClock = (lateMs) => `
  const now = performance.now.bind(performance);
  performance.now = () => Math.floor(now() / ${STEP_MS}) * ${STEP_MS} - ${lateMs};`;

const moduleOf = (code) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Starts a pool's threads, each of which runs guests by a clock that is a second behind that of the one before. */
async function spawnLate(env) {
  const { Worker: Thread } = env.browser ? globalThis : await import('node:worker_threads');
  let nThreads = 0;
  return (kind, name) => {
    const lateMs = kind === 'coordinator' ? 0 : 1000 * nThreads++;
    const script = env.file(`npm/dist/${kind}${env.browser ? '.js' : '.node.mjs'}`);
    const code = [moduleOf(lateClock(lateMs)), script].map((url) => `import ${JSON.stringify(url)};`).join('');
    if (!env.browser) return new Thread(new URL(moduleOf(code)), { name });
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    return new Thread(url, { type: 'module', name });
  };
}

/** With a pool of such threads; `look` tells what a guest that begins now sees first. */
async function withLateThreads(env, workers, use) {
  await withPool(env, { workers, spawn: await spawnLate(env), graceMs: 100 }, async (pool) => {
    const burst = await pool.compile(env.guest('misbehaving/burst'));
    await use(pool, burst, () => pool.call(burst, 'look'));
  });
}

/** Each of these times is later than the one before. */
function assertRising(...times) {
  for (const [i, time] of times.entries())
    assert(i === 0 || time > times[i - 1], `${time} after ${times[i - 1]}: ${times}`);
}

const timeIn = (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);

export const scenarios = [
  {
    name: 'clocks: time goes on from one guest to the next where the clock stands still',
    run: (env) =>
      withLateThreads(env, 1, async (pool, burst, look) => {
        const times = [];
        for (let i = 0; i < 10; i++) times.push(await pool.call(burst, 'burst'), await look());
        assertRising(...times);
      }),
  },
  {
    name: 'clocks: time goes on from one guest to the next, whatever the clocks of their threads show',
    run: (env) =>
      withLateThreads(env, 3, async (pool, burst, look) => {
        let before = await look();
        for (let i = 0; i < 10; i++) {
          const times = await Promise.all([look(), look(), look()]);
          for (const time of times) assertRising(before, time);
          before = times.reduce((a, b) => (a > b ? a : b));
        }
      }),
  },
  {
    name: 'clocks: time goes on from a guest that was ended while it computed',
    run: (env) =>
      withLateThreads(env, 1, async (pool, burst, look) => {
        const times = [await look()];
        for (let i = 0; i < 2; i++) {
          const job = await pool.spawn(burst);
          const { value } = await job.stdout.getReader().read();
          times.push(timeIn(value));
          job.cancel();
          await rejects(job.status, 'AbortError');
          times.push(await look());
        }
        assertRising(...times);
      }),
  },
  {
    name: 'clocks: time goes on from an instance that has answered to a guest, and back',
    run: (env) =>
      withLateThreads(env, 2, async (pool, burst, look) => {
        const instance = await pool.instantiate(burst);
        const times = [];
        for (let i = 0; i < 10; i++) times.push(await instance.call('burst'), await look());
        await instance.close();
        assertRising(...times, await look());
      }),
  },
];
