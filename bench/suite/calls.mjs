// An empty function of a guest that is kept: one call after another, a thousand at once, and `pool.map` of a thousand items.
// It does what libraries for calling functions of workers are made for, and they call an empty function.

import { allAtOnce, countsWhenWarm, expect, oneAfterAnother, timed } from '../lib/measure.mjs';
import { startLibraries } from '../rivals/functions.mjs';
import { othersThan, rowOf } from './guests.mjs';

/** (module (func (export "noop") (result i32) (i32.const 0))) */
const EMPTY = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 8, 1, 4, 110, 111, 111, 112, 0, 0, 10, 6, 1, 4, 0,
  65, 0, 11,
];

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
  name: 'calls',
  group: 'calls',
  counts: countsWhenWarm,
  open: async (context) => {
    const { sequentialJobs, jobsAtOnce } = context.sizes;
    const { libraries, close } = await startLibraries(context.env);
    const module = new WebAssembly.Module(new Uint8Array(EMPTY));
    const [sequential, atOnce, map] = ['call one after another', `call ${jobsAtOnce} at once`, `map of ${jobsAtOnce}`];
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    for (const [label, { noop }] of Object.entries(libraries)) {
      variants[`${sequential}: ${label}`] = () => oneAfterAnother(noop, sequentialJobs, 0);
      variants[`${atOnce}: ${label}`] = () => allAtOnce(noop, jobsAtOnce, 0);
    }
    for (const { label, pool } of context.builds) {
      variants[`${sequential}: ${label}`] = () =>
        kept(pool, module, (noop) => oneAfterAnother(noop, sequentialJobs, 0));
      variants[`${atOnce}: ${label}`] = () => kept(pool, module, (noop) => allAtOnce(noop, jobsAtOnce, 0));
      const items = Array.from({ length: jobsAtOnce }, () => []);
      variants[`${map}: ${label}`] = () => mapped(pool.map(module, 'noop', items), jobsAtOnce);
    }
    const rivals = [...othersThan(context), ...Object.keys(libraries)];
    const mapRow = rowOf(map, 'ms', othersThan(context));
    const about = 'with making the instances and ending them; beside it, as many calls at once of the libraries';
    const beside = Object.keys(libraries).map((label) => `${atOnce}: ${label}`);
    const rows = [
      rowOf(sequential, 'us', rivals),
      rowOf(atOnce, 'ms', rivals),
      { ...mapRow, about, rivals: [...mapRow.rivals, ...beside] },
    ];
    return { variants, rows, close };
  },
};
