// Both tiers side by side, each against what messages alone cost: an echo by postMessage, and buffers that are transferred.
// The tier "jspi" is there on any page if the engine can suspend wasm; elsewhere there is nothing to measure.

import { openOurs } from '../lib/rpc-host.mjs';
import { expect, timed } from '../lib/measure.mjs';
import { startBytes } from '../rivals/bytes.mjs';

const TIERS = /** @type {const} */ (['jspi', 'shared']);
const CHUNK = 65536;
const SIEVE_LIMIT = 10_000_000;
const SIEVE_PRIMES = 664_579;

/** Sends back what comes, in browsers and in Node. */
const ECHO = `
const scope = globalThis.process ? (await import('node:worker_threads')).parentPort : globalThis;
const listen = (f) => (scope.on ? scope.on('message', f) : (scope.onmessage = ({ data }) => f(data)));
listen((data) => scope.postMessage(data));
scope.postMessage('ready');
`;

/** (module (memory (export "memory") 1) (func (export "_start"))) */
const NOOP = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 19, 2, 6, 109, 101, 109, 111, 114, 121,
  2, 0, 6, 95, 115, 116, 97, 114, 116, 0, 0, 10, 4, 1, 2, 0, 11,
];

/** @param {any} context @param {string} name */
async function compile({ env }, name) {
  return WebAssembly.compile(await (await env.fetchGuest(name)).arrayBuffer());
}

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

/** @param {any} pool @param {WebAssembly.Module} module @param {number} calls */
async function callsInTurn(pool, module, calls) {
  let [n, begin, end] = [0, 0, 0];
  const host_ping = (/** @type {Uint8Array} */ data) => {
    if (n === 0) begin = performance.now();
    if (n === calls) end = performance.now();
    n++;
    return data;
  };
  const args = ['-r', String(calls + 1), 'host_ping', '{"n":1}'];
  expect((await pool.run(module, { args, host: { host_ping } })).stdoutText, `${calls + 1}\n`, 'host calls');
  return end - begin;
}

/** MB/s. @param {number} bytes @param {() => Promise<number>} work */
async function speedOf(bytes, work) {
  const begin = performance.now();
  expect(await work(), bytes, 'the number of bytes');
  return bytes / 1e3 / (performance.now() - begin);
}

/** @param {any} pool @param {WebAssembly.Module} module @param {number} bytes */
async function readFrom(pool, module, bytes) {
  const job = await pool.spawn(module, { args: ['write', String(bytes), String(CHUNK)], stdin: 'null' });
  let total = 0;
  for await (const chunk of job.stdout) total += chunk.length;
  expect((await job.status).code, 0, 'the exit code');
  return total;
}

/** @param {any} pool @param {WebAssembly.Module} module @param {number} bytes */
async function writeTo(pool, module, bytes) {
  const job = await pool.spawn(module, { args: ['read', String(CHUNK)] });
  const writer = job.stdin.getWriter();
  const chunk = new Uint8Array(CHUNK);
  for (let done = 0; done < bytes; done += CHUNK) await writer.write(chunk);
  await writer.close();
  return Number(await new Response(job.stdout).text());
}

/** Between two guests. @param {any} pool @param {WebAssembly.Module} module @param {number} bytes */
async function handOn(pool, module, bytes) {
  const writes = [module, { args: ['write', String(bytes), String(CHUNK)] }];
  const { stdoutText } = await pool.pipeline(writes, [module, { args: ['read', String(CHUNK)] }]);
  return Number(stdoutText);
}

/** @param {any} Pool @param {string} tier @param {WebAssembly.Module} noop */
async function start(Pool, tier, noop) {
  let pool;
  const ms = await timed(async () => {
    pool = await Pool.create({ workers: 1, tier });
    expect((await pool.run(noop)).code, 0, 'the exit code');
  });
  await pool.close();
  return ms;
}

/** What each tier does, by its rows. @param {any} context @param {any} modules @param {any} at one tier's pool and session */
function waysOf({ sizes }, { bulk, hostcall, noop }, { Pool, pool, session, tier }) {
  const { calls, sequentialJobs, jobsAtOnce, pipeBytes } = sizes;
  const job = async () => expect((await pool.run(noop)).code, 0, 'the exit code');
  const inTurn = async () => {
    for (let i = 0; i < sequentialJobs; i++) await job();
  };
  return {
    [`${calls} host calls one after another`]: () => callsInTurn(pool, hostcall, calls),
    [`${calls} host calls at once`]: () =>
      timed(async () => expect(await session.request('call_many_async', { count: calls }), calls, 'calls')),
    'pipe from guest': () => speedOf(pipeBytes, () => readFrom(pool, bulk, pipeBytes)),
    'pipe to guest': () => speedOf(pipeBytes, () => writeTo(pool, bulk, pipeBytes)),
    'pipe from guest to guest': () => speedOf(pipeBytes, () => handOn(pool, bulk, pipeBytes)),
    [`${sequentialJobs} no-op jobs one after another`]: () => timed(inTurn),
    [`${jobsAtOnce} no-op jobs at once`]: () => timed(() => Promise.all(Array.from({ length: jobsAtOnce }, job))),
    'start, with a job': () => start(Pool, tier, noop),
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
  if (name === 'pipe from guest') return 'transfer, from worker';
  if (name.startsWith('pipe')) return 'transfer, between workers';
  return undefined;
}

/** @param {any} context */
async function openTiers(context) {
  const Pool = context.builds[0].pool.constructor;
  const rpc = await compile(context, 'rpc');
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
    const { calls, pipeBytes } = context.sizes;
    const tiers = await openTiers(context);
    const echo = await startEcho(context.env, calls);
    const bytes = await startBytes(context.env);
    const transferred = bytes.rivals['postMessage, transferred'];
    const order = { n: pipeBytes / CHUNK, chunkBytes: CHUNK };
    const [bulk, hostcall] = [await compile(context, 'bulk'), await compile(context, 'hostcall')];
    const modules = { bulk, hostcall, noop: new WebAssembly.Module(new Uint8Array(NOOP)) };
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {
      'echo one after another': echo['one after another'],
      'echo at once': echo['at once'],
      'transfer, from worker': () => speedOf(pipeBytes, () => transferred.from(order)),
      'transfer, to worker': () => speedOf(pipeBytes, () => transferred.to(order)),
      'transfer, between workers': () => speedOf(pipeBytes, () => transferred.between(order)),
    };
    for (const at of tiers) {
      for (const [name, way] of Object.entries(waysOf(context, modules, at))) variants[`${name}: ${at.tier}`] = way;
    }
    const rows = Object.keys(waysOf(context, modules, tiers[0])).map((name) => {
      const rivals = [`${name}: shared`, ...[rivalOf(name) ?? []].flat()];
      const [unit, better] = name.startsWith('pipe') ? ['MB/s', 'higher'] : ['ms', 'lower'];
      return { name, unit, better, ours: `${name}: jspi`, rivals };
    });
    const close = async () => {
      for (const { session, pool } of tiers) await session.close().finally(() => pool.close());
      echo.close();
      bytes.close();
    };
    return { variants, rows: /** @type {import('../lib/measure.mjs').Row[]} */ (rows), close };
  },
};
