// What the harness itself promises: its decisions follow from the seed, and it sees a leak.
import { deepStrictEqual, notDeepStrictEqual, strictEqual } from 'node:assert/strict';
import { growthOf } from './growth.mjs';
import { kinds, planOf } from './plan.mjs';

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
strictEqual(growthOf(series((i) => 200 + 3 * i + 10 * Math.sin(i))).length, 1, 'a slow leak is growth');
console.log('chaos: its own promises hold');
