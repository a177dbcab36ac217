// From nothing to a first result: a pool is made, and runs a job; cold, and once the engine has seen all of it. The same for
// libraries that start a worker. Then a second job of a module that is known, and what an idle worker costs.

import { expect, timed } from '../lib/measure.mjs';
import { functionLibraries } from '../rivals/functions.mjs';
import { OTHER_TIER, othersThan, rowOf } from './guests.mjs';

const GUEST = 'examples/guests/hello.gen.wasm';
/** More at once than one, so that the figure of each is not lost among the rest. */
const IDLE_WORKERS = 4;
const SETTLE_MS = 300;

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {any} pool @param {any} source */
async function runOnce(pool, source) {
  const { code, stdoutText } = await pool.run(source);
  expect(code, 0, 'the exit code');
  expect(stdoutText.length > 0, true, 'that it wrote something');
}

/** @param {any} millrace @param {object} options @param {string} source */
async function first({ Pool }, options, source) {
  let pool;
  const ms = await timed(async () => {
    pool = await Pool.create({ workers: 1, ...options });
    await runOnce(pool, source);
  });
  await pool.close();
  return ms;
}

/** @param {any} pool @param {string} source */
async function second(pool, source) {
  await runOnce(pool, source);
  return timed(() => runOnce(pool, source));
}

/** @param {import('../lib/context.mjs').Env} env @param {(env: any) => Promise<any>} start */
async function firstOfLibrary(env, start) {
  let started;
  const ms = await timed(async () => {
    started = await start(env);
    expect(await started.noop(), 0, 'the result');
  });
  await started.close();
  return ms;
}

/**
 * MiB for each of some workers that start and then do nothing. What the engine gives back of others meanwhile can make
 * it nothing at all, and is counted as a little.
 *
 * @param {import('../lib/context.mjs').Env} env
 * @param {() => Promise<() => Promise<void>>} start answers how to end them
 */
async function idleMiB(env, start) {
  await sleep(SETTLE_MS);
  const before = await env.memoryMiB();
  const end = await start();
  await sleep(SETTLE_MS);
  const after = await env.memoryMiB();
  await end();
  return Math.max((after - before) / IDLE_WORKERS, 0.01);
}

/** A pool whose workers have nothing to do. @param {any} millrace */
const idlePool =
  ({ Pool }) =>
  async () => {
    const pool = await Pool.create({ workers: IDLE_WORKERS });
    return () => pool.close();
  };

/** Workers of the plainest script. @param {import('../lib/context.mjs').Env} env */
const idleWorkers = (env) => async () => {
  const url = new URL('../rivals/echo-worker.mjs', import.meta.url);
  const workers = await Promise.all(Array.from({ length: IDLE_WORKERS }, () => env.startWorker(url)));
  return async () => workers.forEach((worker) => worker.terminate());
};

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'start',
  group: 'start',
  counts: (rounds) => ({ rounds, warmups: 1 }),
  open: async (context) => {
    const { env, builds } = context;
    const source = env.urlOf(GUEST);
    const [start, known, idle] = ['a pool and its first result', 'a second job of a known module', 'an idle worker'];
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    for (const { label, millrace, pool } of builds) {
      variants[`${start}: ${label}`] = () => first(millrace, {}, source);
      variants[`${known}: ${label}`] = () => second(pool, source);
      variants[`${idle}: ${label}`] = () => idleMiB(env, idlePool(millrace));
    }
    const others = othersThan(context);
    const libraries = Object.entries(functionLibraries(env));
    for (const [label, begin] of libraries) variants[`${start}: ${label}`] = () => firstOfLibrary(env, begin);
    const tier = env.canSuspend ? [OTHER_TIER] : [];
    if (env.canSuspend) variants[`${start}: ${OTHER_TIER}`] = () => first(builds[0].millrace, { tier: 'jspi' }, source);
    variants[`${idle}: an empty worker`] = () => idleMiB(env, idleWorkers(env));
    const names = libraries.map(([label]) => label);
    const rows = [
      {
        ...rowOf(start, 'ms', [...others, ...tier, ...names]),
        about: 'Pool.create, a guest fetched, compiled and run; rivals: a worker and one call',
      },
      { ...rowOf(known, 'ms', others), about: 'by its URL, which is not fetched again' },
      {
        ...rowOf(idle, 'MiB', [...others, 'an empty worker']),
        about: `memory of all of the engine’s processes, for each of ${IDLE_WORKERS}, with the pool’s own memory in it`,
      },
    ];
    return { variants, rows, close: async () => undefined };
  },
};
