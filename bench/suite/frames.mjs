// The page meanwhile: its frames, its event loop, and how fast it computes, while a guest calls its host without a pause, and
// while guests compute on every worker; beside the same page with nothing to do.

import { quantile } from '../lib/figures.mjs';
import { expect } from '../lib/measure.mjs';
import { compileGuest, hostCallsMs, openSessions, rowOf } from './guests.mjs';

/** What is measured, and how it is read out of what was seen. */
const METRICS = {
  'longest frame gap': { unit: 'ms', about: 'between two frames of the page', of: ({ gaps }) => Math.max(...gaps) },
  '99th percentile of frame gaps': {
    unit: 'ms',
    about: 'a frame is due each 16.7 ms',
    of: ({ gaps }) => quantile(gaps, 0.99),
  },
  '99th percentile of the event loop’s delay': {
    unit: 'ms',
    about: 'how long a message to itself takes, which is sent every few ms',
    of: ({ delays }) => Math.max(quantile(delays, 0.99), 0.001),
  },
  'a piece of work on the main thread': {
    unit: 'ms',
    about: 'a fixed loop, now and then',
    of: ({ pieces }) => quantile(pieces, 0.5),
  },
};

const PROBE_MS = 5;
const PIECE_EVERY = 20;
const PIECE_LOOPS = 400_000;

/** A job that calls ends now and then: so rarely that it is the calls that are seen. */
const CALLS_A_JOB = 25;

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long a fixed loop takes. */
function piece() {
  const begin = performance.now();
  let x = 1;
  for (let i = 0; i < PIECE_LOOPS; i++) x = (Math.imul(x, 1103515245) + 12345) | 0;
  return Math.max(performance.now() - begin, x === 0 ? 1 : 0.001);
}

/** Sends messages to itself until it is told to stop. @param {() => boolean} isOver */
async function probe(isOver) {
  const { port1, port2 } = new MessageChannel();
  /** @type {number[]} */
  const delays = [];
  /** @type {number[]} */
  const pieces = [];
  for (let i = 1; !isOver(); i++) {
    await sleep(PROBE_MS);
    const begin = performance.now();
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
    delays.push(performance.now() - begin);
    if (i % PIECE_EVERY === 0) pieces.push(piece());
  }
  port1.close();
  pieces.push(piece());
  return { delays, pieces };
}

/**
 * @param {NonNullable<import('../lib/context.mjs').Env['watchFrames']>} watchFrames
 * @param {() => Promise<void>} work
 */
async function watch(watchFrames, work) {
  /** @type {number[]} */
  const frames = [];
  let isOver = false;
  const stop = watchFrames((ms) => frames.push(ms));
  const probing = probe(() => isOver);
  const begin = performance.now();
  await work();
  isOver = true;
  stop();
  // With its ends: a page that shows no frame at all has one gap, the whole time.
  const moments = [begin, ...frames, performance.now()];
  const gaps = moments.slice(1).map((ms, i) => ms - moments[i]);
  return { gaps, ...(await probing) };
}

/** @param {import('../lib/rpc-host.mjs').Session} session @param {number} ms @param {number} count */
async function keepCalling(session, ms, count) {
  const end = performance.now() + ms;
  while (performance.now() < end) expect(await session.request('call_many', { count }), count, 'call_many');
}

/**
 * Calls without a Web Stream, as the rivals' are.
 *
 * @param {any} pool
 * @param {WebAssembly.Module} caller
 * @param {number} ms
 * @param {number} count
 */
async function keepCallingHost(pool, caller, ms, count) {
  const end = performance.now() + ms;
  while (performance.now() < end) await hostCallsMs(pool, caller, count);
}

/** Keeps each worker computing. @param {any} pool @param {WebAssembly.Module} sieve @param {number} workers @param {number} ms */
async function keepComputing(pool, sieve, workers, ms) {
  const end = performance.now() + ms;
  const lane = async () => {
    while (performance.now() < end) expect((await pool.run(sieve, { args: ['3000000'] })).code, 0, 'the exit code');
  };
  await Promise.all(Array.from({ length: workers }, lane));
}

/**
 * One look at the page gives all metrics, and each is asked for once in a round.
 *
 * @param {() => Promise<any>} look
 * @returns {(metric: string) => Promise<number>}
 */
function sharedLook(look) {
  /** @type {any} */
  let seen;
  let asked = new Set();
  return async (metric) => {
    if (!seen || asked.has(metric)) [seen, asked] = [await look(), new Set()];
    asked.add(metric);
    return METRICS[/** @type {keyof typeof METRICS} */ (metric)].of(seen);
  };
}

/** @param {import('../lib/context.mjs').Context} context @param {any} watchFrames @param {any} pool every core has a worker */
async function openLooks(context, watchFrames, pool) {
  const { framesMs, calls } = context.sizes;
  const { cores } = context.env;
  const sieve = await compileGuest(context, 'sieve');
  const caller = await compileGuest(context, 'hostcall');
  const { sessions, close } = await openSessions(context);
  const ways = {
    ours: () => keepCallingHost(pool, caller, framesMs, calls * CALLS_A_JOB),
    'an idle page': () => sleep(framesMs),
    'ours, computing on every core': () => keepComputing(pool, sieve, cores, framesMs),
    'ours, computing on all but one': () => keepComputing(pool, sieve, Math.max(1, cores - 1), framesMs),
  };
  for (const [label, session] of Object.entries(sessions)) {
    const name = label === 'ours' ? 'ours, over streams' : `${label}, calling`;
    ways[name] = () => keepCalling(session, framesMs, calls);
  }
  const looks = Object.entries(ways).map(([label, work]) => [label, sharedLook(() => watch(watchFrames, work))]);
  return { looks: Object.fromEntries(looks), close };
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'frames',
  group: 'page',
  engines: ['chromium', 'firefox', 'webkit'],
  counts: () => ({ rounds: 3, warmups: 1 }),
  open: async (context) => {
    const { env, builds } = context;
    const pool = await builds[0].millrace.Pool.create({ workers: env.cores });
    const { looks, close } = await openLooks(context, env.watchFrames, pool);
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    const rivals = Object.keys(looks).filter((label) => label !== 'ours');
    for (const metric of Object.keys(METRICS)) {
      for (const label of Object.keys(looks)) variants[`${metric}: ${label}`] = () => looks[label](metric);
    }
    const rows = Object.entries(METRICS).map(([metric, { unit, about }]) => ({
      ...rowOf(metric, unit, rivals),
      about: `${about}; ours: while a guest calls its host without a pause, by host calls; “over streams”: each call is a line of its stdout and the answer one of its stdin, and the engine pauses to collect its Web Streams`,
    }));
    const closeAll = async () => {
      await close();
      await pool.close();
    };
    return { variants, rows, close: closeAll };
  },
};
