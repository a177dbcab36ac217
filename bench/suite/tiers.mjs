// Both tiers side by side, each against what messages alone cost: an echo by postMessage, and buffers that are transferred.
// The tier "jspi" is there on any page if the engine can suspend wasm; elsewhere there is nothing to measure.

import { openOurs } from '../lib/rpc-host.mjs';
import { allAtOnce, expect, timed } from '../lib/measure.mjs';
import { startBytes } from '../rivals/bytes.mjs';
import { ONE_PAGE } from './empty-guests.mjs';
import { compileGuest, hostCallsMs } from './guests.mjs';
import { intoOneBuffer, ourPipes } from './our-pipes.mjs';

const TIERS = /** @type {const} */ (['jspi', 'shared']);
const CHUNK = 65536;
const SIEVE_LIMIT = 10_000_000;
const SIEVE_PRIMES = 664_579;

const ABOUT_KEPT =
  'Who reads the pipe owns the buffers that he is given. Those that are transferred go back and are used again, unless ' +
  'they are “kept”: to touch fresh memory takes ten times as long as to copy into it.';

/** Sends back what comes, in browsers and in Node. */
const ECHO = `
const scope = globalThis.process ? (await import('node:worker_threads')).parentPort : globalThis;
const listen = (f) => (scope.on ? scope.on('message', f) : (scope.onmessage = ({ data }) => f(data)));
listen((data) => scope.postMessage(data));
scope.postMessage('ready');
`;

/** Echoes one after another, and at once: milliseconds. @param {any} env @param {number} n */
async function startEcho(env, n) {
  const worker = await env.startWorker(new URL(`data:text/javascript,${encodeURIComponent(ECHO)}`));
  const data = new Uint8Array(7);
  /** @param {number} atOnce */
  const measure = (atOnce) =>
    new Promise((resolve) => {
      let left = n;
      const begin = performance.now();
      worker.onMessage(() => {
        if (--left === 0) resolve(performance.now() - begin);
        else if (left >= atOnce) worker.post(data);
      });
      for (let i = 0; i < atOnce; i++) worker.post(data);
    });
  return { 'one after another': () => measure(1), 'at once': () => measure(n), close: () => worker.terminate() };
}

/** MB/s. @param {import('./our-pipes.mjs').Order} order @param {(order: import('./our-pipes.mjs').Order) => Promise<number>} move */
async function speedOf(order, move) {
  const bytes = order.n * order.chunkBytes;
  const ms = await timed(async () => expect(await move(order), bytes, 'the number of bytes'));
  return bytes / 1e3 / ms;
}

/** @param {any} context */
const orderOf = ({ sizes }) => ({ n: sizes.pipeBytes / CHUNK, chunkBytes: CHUNK });

/** @param {any} Pool @param {string} tier */
async function start(Pool, tier) {
  let pool;
  const ms = await timed(async () => {
    pool = await Pool.create({ workers: 1, tier });
    expect((await pool.run(ONE_PAGE)).code, 0, 'the exit code');
  });
  await pool.close();
  return ms;
}

/** What each tier does, by its rows. @param {any} context @param {any} guests @param {any} at one tier's pool and session */
function waysOf(context, guests, { Pool, pool, session, tier }) {
  const { calls, sequentialJobs, jobsAtOnce } = context.sizes;
  const order = orderOf(context);
  const pipes = ourPipes(pool, guests);
  const job = async () => (await pool.run(ONE_PAGE)).code;
  const inTurn = async () => {
    for (let i = 0; i < sequentialJobs; i++) expect(await job(), 0, 'the exit code');
  };
  return {
    [`${calls} host calls one after another`]: () => hostCallsMs(pool, guests.hostcall, calls),
    [`${calls} host calls at once`]: () =>
      timed(async () => expect(await session.request('call_many_async', { count: calls }), calls, 'calls')),
    'pipe from guest': () => speedOf(order, pipes.from),
    'pipe from guest, into one buffer': () => speedOf(order, intoOneBuffer(pool, guests.bulk)),
    'pipe to guest': () => speedOf(order, pipes.to),
    'pipe from guest to guest': () => speedOf(order, pipes.between),
    [`${sequentialJobs} no-op jobs one after another`]: () => timed(inTurn),
    [`${jobsAtOnce} no-op jobs at once`]: () => allAtOnce(job, jobsAtOnce, 0),
    'start, with a job': () => start(Pool, tier),
    'a guest that computes': () =>
      timed(async () =>
        expect(await session.request('prime_sieve', { limit: SIEVE_LIMIT }), SIEVE_PRIMES, 'prime_sieve'),
      ),
  };
}

/** What a row stands beside, other than the other tier. @param {string} name */
function rivalOf(name) {
  if (name.includes('host calls')) return `echo ${name.replace(/.*calls /, '')}`;
  if (name.startsWith('pipe to')) return 'transfer, to worker';
  if (name === 'pipe from guest, into one buffer') return 'transfer, from worker';
  if (name === 'pipe from guest') return ['transfer, from worker', 'transfer, from worker, kept'];
  if (name.startsWith('pipe')) return 'transfer, between workers';
  return undefined;
}

/** @param {any} context */
async function openTiers(context) {
  const Pool = context.builds[0].pool.constructor;
  const rpc = await compileGuest(context, 'rpc');
  return Promise.all(
    TIERS.map(async (tier) => {
      const pool = await Pool.create({ workers: 2, tier });
      return { Pool, pool, tier, session: await openOurs(pool, rpc) };
    }),
  );
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'tiers',
  group: 'tiers',
  open: async (context) => {
    if (!context.env.canSuspend) return { variants: {}, rows: [], close: async () => undefined };
    const order = orderOf(context);
    const tiers = await openTiers(context);
    const echo = await startEcho(context.env, context.sizes.calls);
    const bytes = await startBytes(context.env);
    const transferred = bytes.rivals['postMessage, transferred'];
    const guests = { bulk: await compileGuest(context, 'bulk'), hostcall: await compileGuest(context, 'hostcall') };
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {
      'echo one after another': echo['one after another'],
      'echo at once': echo['at once'],
      'transfer, from worker': () => speedOf(order, transferred.from),
      'transfer, from worker, kept': () => speedOf({ ...order, isKept: true }, transferred.from),
      'transfer, to worker': () => speedOf(order, transferred.to),
      'transfer, between workers': () => speedOf(order, transferred.between),
    };
    for (const at of tiers) {
      for (const [name, way] of Object.entries(waysOf(context, guests, at))) variants[`${name}: ${at.tier}`] = way;
    }
    const rows = Object.keys(waysOf(context, guests, tiers[0])).map((name) => {
      const rivals = [`${name}: shared`, ...[rivalOf(name) ?? []].flat()];
      const [unit, better] = name.startsWith('pipe') ? ['MB/s', 'higher'] : ['ms', 'lower'];
      const about = name === 'pipe from guest' ? ABOUT_KEPT : undefined;
      return { name, about, unit, better, ours: `${name}: jspi`, rivals };
    });
    const close = async () => {
      for (const { session, pool } of tiers) await session.close().finally(() => pool.close());
      echo.close();
      bytes.close();
    };
    return { variants, rows: /** @type {import('../lib/measure.mjs').Row[]} */ (rows), close };
  },
};
