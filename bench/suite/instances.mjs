// An empty function of a guest that is kept: one call after another, a thousand at once, and `pool.map` of a thousand items.
// It does what Comlink is made for, and Comlink calls an empty function of its worker.

import { expect, timed } from '../lib/measure.mjs';
import { startComlink } from '../rivals/comlink.mjs';
import { rowOf } from './guests.mjs';

/** (module (func (export "noop") (result i32) (i32.const 0))) */
const EMPTY = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 8, 1, 4, 110, 111, 111, 112, 0, 0, 10, 6, 1, 4, 0,
  65, 0, 11,
];

/**
 * @param {() => Promise<number>} noop
 * @param {number} n
 */
async function oneAfterAnother(noop, n) {
  const ms = await timed(async () => {
    for (let i = 0; i < n; i++) expect(await noop(), 0, 'the result');
  });
  return (ms * 1000) / n;
}

/**
 * @param {() => Promise<number>} noop
 * @param {number} n
 */
function allAtOnce(noop, n) {
  return timed(async () => {
    const results = await Promise.all(Array.from({ length: n }, () => noop()));
    expect(results.filter((result) => result === 0).length, n, 'how many returned 0');
  });
}

/**
 * @param {AsyncIterable<number>} results
 * @param {number} n
 */
function mapped(results, n) {
  return timed(async () => {
    let zeros = 0;
    for await (const result of results) if (result === 0) zeros++;
    expect(zeros, n, 'how many returned 0');
  });
}

/**
 * Only while it is measured, or the pool's one worker would not be free for what comes next.
 *
 * @param {any} pool
 * @param {WebAssembly.Module} module
 * @param {(noop: () => Promise<number>) => Promise<number>} measure
 */
async function kept(pool, module, measure) {
  const instance = await pool.instantiate(module);
  const figure = await measure(() => instance.call('noop'));
  await instance.close();
  return figure;
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'instances',
  open: async (context) => {
    const { sequentialJobs, jobsAtOnce } = context.sizes;
    const comlink = await startComlink(context.env);
    const module = new WebAssembly.Module(new Uint8Array(EMPTY));
    const builds = context.builds.filter(({ pool }) => 'instantiate' in pool); // a baseline may be older
    const [sequential, atOnce, map] = ['call one after another', `call ${jobsAtOnce} at once`, `map of ${jobsAtOnce}`];
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {
      [`${sequential}: comlink`]: () => oneAfterAnother(comlink.noop, sequentialJobs),
      [`${atOnce}: comlink`]: () => allAtOnce(comlink.noop, jobsAtOnce),
    };
    for (const { label, pool } of builds) {
      variants[`${sequential}: ${label}`] = () => kept(pool, module, (noop) => oneAfterAnother(noop, sequentialJobs));
      variants[`${atOnce}: ${label}`] = () => kept(pool, module, (noop) => allAtOnce(noop, jobsAtOnce));
      const items = Array.from({ length: jobsAtOnce }, () => []);
      variants[`${map}: ${label}`] = () => mapped(pool.map(module, 'noop', items), jobsAtOnce);
    }
    const others = builds.map(({ label }) => label).filter((label) => label !== 'ours');
    const rows = [rowOf(sequential, 'us', [...others, 'comlink']), rowOf(atOnce, 'ms', [...others, 'comlink'])];
    const mapRow = rowOf(map, 'ms', others);
    rows.push({ ...mapRow, rivals: [...mapRow.rivals, `${atOnce}: comlink`] });
    return { variants, rows, close: async () => comlink.close() };
  },
};
