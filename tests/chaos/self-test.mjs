// What the harness itself promises: its decisions follow from the seed, and it sees a leak, also a real one.
import { deepStrictEqual, doesNotMatch, match, notDeepStrictEqual, strictEqual } from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { Worker } from 'node:worker_threads';
import { growthOf } from './growth.mjs';
import { kinds, planOf } from './plan.mjs';
import { inNode } from './sessions.mjs';

const plans = (seed, limits = { loops: true }) => Array.from({ length: 2000 }, (_, i) => planOf(seed, i, limits));

deepStrictEqual(plans(1), plans(1));
notDeepStrictEqual(plans(1), plans(2));
deepStrictEqual(plans(1)[1234], planOf(1, 1234, { loops: true }), 'an operation does not depend on those before it');
deepStrictEqual(new Set(plans(1).map(({ kind }) => kind)), new Set(Object.keys(kinds)), 'every kind comes');
strictEqual(
  plans(1, { loops: false }).some(({ kind }) => kinds[kind].loops),
  false,
);
strictEqual(new Set(plans(1, { loops: true, only: ['cat', 'deep'] }).map(({ kind }) => kind)).size, 2);

const series = (rssMib) => Array.from({ length: 40 }, (_, i) => ({ rssMib: rssMib(i), handles: 2 }));
strictEqual(growthOf(series((i) => 200 + 30 * Math.sin(i))).length, 0, 'a wave is no growth');
strictEqual(growthOf(series((i) => (i < 4 ? 50 * i : 200))).length, 0, 'warming up is no growth');
strictEqual(growthOf(series((i) => (i === 20 ? 900 : 200))).length, 0, 'a peak is no growth');
strictEqual(
  growthOf(series((i) => (i > 15 && i < 37 ? 400 + i : 200 + i / 10))).length,
  0,
  'nor is a long one that ends',
);
strictEqual(growthOf(series((i) => 200 + 3 * i + 10 * Math.sin(i))).length, 1, 'a slow leak is growth');
/** A session that carries out a few operations of one kind, and has little patience with what is left behind. */
async function openSmall(kind, spoil) {
  const session = await inNode(spoil);
  await session.call('open', { seed: 1, only: [kind], patienceMs: 2000 });
  return session;
}

async function carryOut(session, operations) {
  deepStrictEqual((await session.call('round', operations)).failures, []);
  return (await session.call('rest')).failures.join('\n');
}

/** What is said of a package that leaks. */
async function complaintAbout(kind, spoil) {
  const session = await openSmall(kind, spoil);
  const complaint = await carryOut(session, 30);
  await session.call('close');
  return complaint;
}

/** Pools whose `run` does something more. */
const spoilRun = (more) => (millrace) => ({
  ...millrace,
  Pool: {
    async create(options) {
      const pool = await millrace.Pool.create(options);
      return Object.assign(pool, {
        run(source, jobOptions) {
          more(jobOptions);
          return Object.getPrototypeOf(pool).run.call(pool, source, jobOptions);
        },
      });
    },
  },
});

/** Or they would be given back as garbage. */
const leaked = [];
const neverClosed = (millrace) => ({
  ...millrace,
  Directory: class extends millrace.Directory {
    async close() {
      leaked.push(this);
    }
  },
});

// What a leak leaves behind is exact: one listener, one thread, one directory is enough.
strictEqual(await complaintAbout('trap', undefined), '');
const listening = spoilRun(({ signal }) => {
  setMaxListeners(0, signal); // no warning
  signal.addEventListener('abort', () => undefined);
});
match(await complaintAbout('trap', listening), /left behind: .*"listeners":[1-9]/);
const threads = [];
const startingOne = spoilRun(
  () => threads[0] ?? threads.push(new Worker('setInterval(() => {}, 1e6)', { eval: true })),
);
match(await complaintAbout('trap', startingOne), /left behind: .*"workers":10,.* instead of .*"workers":9/);
await threads[0].terminate();
match(await complaintAbout('own tree', neverClosed), /it does not come to rest: .*"directories":\{"used":[1-9]/);

/** How much a session grows, of which something is kept after every round. */
async function growthBy(keep) {
  const session = await openSmall('trap', undefined);
  const series = [];
  for (let round = 0; round < 12; round++) {
    strictEqual(await carryOut(session, 10), '');
    keep(round);
    series.push(await session.footprint());
  }
  await session.call('close');
  return growthOf(series).join('\n');
}

// What grows slowly shows as a trend, each in its own figure.
const kept = [];
match(await growthBy(() => kept.push(new Array(1 << 18).fill(1.5))), /^heapMib grows by/m); // 2 MiB each
const { signal } = new AbortController();
setMaxListeners(0, signal);
const leakListeners = () => Array.from({ length: 3 }, () => signal.addEventListener('abort', () => undefined));
match(await growthBy(leakListeners), /^listeners grows by/m);
doesNotMatch(await growthBy(() => undefined), /^(heapMib|listeners|handles|threads) grows by/m);
console.log('chaos: its own promises hold');
