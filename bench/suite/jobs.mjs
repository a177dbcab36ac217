// A job that does nothing, from `pool.run` to its result, one after another and a thousand at once. Every job is a new
// instance of its module. Comlink's call of an empty function does far less, and is the measure all the same.

import { expect, timed } from '../lib/measure.mjs';
import { startComlink } from '../rivals/comlink.mjs';
import { compileGuest, rowOf } from './guests.mjs';

/** (module (func (export "_start"))) */
const EMPTY = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, 95, 115, 116, 97, 114, 116, 0, 0, 10, 4, 1,
  2, 0, 11,
];

/** (module (memory (export "memory") 1) (func (export "_start"))) */
const ONE_PAGE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 19, 2, 6, 109, 101, 109, 111, 114, 121,
  2, 0, 6, 95, 115, 116, 97, 114, 116, 0, 0, 10, 4, 1, 2, 0, 11,
];

/**
 * @param {(what: string) => Promise<number>} noop
 * @param {number} n
 */
async function oneAfterAnother(noop, n) {
  const ms = await timed(async () => {
    for (let i = 0; i < n; i++) expect(await noop('job'), 0, 'the exit code');
  });
  return (ms * 1000) / n;
}

/**
 * @param {(what: string) => Promise<number>} noop
 * @param {number} n
 */
function allAtOnce(noop, n) {
  return timed(async () => {
    const codes = await Promise.all(Array.from({ length: n }, noop));
    expect(codes.filter((code) => code === 0).length, n, 'how many exited with 0');
  });
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'jobs',
  open: async (context) => {
    const { sequentialJobs, jobsAtOnce } = context.sizes;
    const comlink = await startComlink(context.env);
    const modules = {
      'no memory': new WebAssembly.Module(new Uint8Array(EMPTY)),
      'one page': new WebAssembly.Module(new Uint8Array(ONE_PAGE)),
      // A C program: it looks at its environment, finds its input at its end, and exits.
      'C program': await compileGuest(context, 'rpc'),
    };
    const sequential = 'noop one after another';
    const atOnce = `noop ${jobsAtOnce} at once`;
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {
      [`${sequential}: comlink`]: () => oneAfterAnother(comlink.noop, sequentialJobs),
      [`${atOnce}: comlink`]: () => allAtOnce(comlink.noop, jobsAtOnce),
    };
    const rows = [];
    for (const [flavour, module] of Object.entries(modules)) {
      for (const { label, pool } of context.builds) {
        const noop = async () => (await pool.run(module)).code;
        variants[`${sequential}, ${flavour}: ${label}`] = () => oneAfterAnother(noop, sequentialJobs);
        variants[`${atOnce}, ${flavour}: ${label}`] = () => allAtOnce(noop, jobsAtOnce);
      }
      const others = context.builds.map(({ label }) => label).filter((label) => label !== 'ours');
      for (const [name, unit] of [
        [sequential, 'us'],
        [atOnce, 'ms'],
      ]) {
        const row = rowOf(`${name}, ${flavour}`, unit, others);
        rows.push({ ...row, rivals: [...row.rivals, `${name}: comlink`] });
      }
    }
    return { variants, rows, close: async () => comlink.close() };
  },
};
