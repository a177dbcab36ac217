// A job that does nothing, from `pool.run` to its result, one after another and a thousand at once. Every job is a new
// instance of its module. A library's call of an empty function does far less, and is the measure all the same.

import { allAtOnce, oneAfterAnother } from '../lib/measure.mjs';
import { startLibraries } from '../rivals/functions.mjs';
import { EMPTY, ONE_PAGE } from './empty-guests.mjs';
import { compileGuest, othersThan, rowOf } from './guests.mjs';

/** What each kind of job is. @type {Record<string, string>} */
const ABOUT = {
  'no memory': 'a module that is nothing but an empty function: what is measured is the pool',
  'one page': 'a module with a memory, which the engine must map and unmap for each job',
  'C program': 'a program that looks at its environment, finds its input at its end, and exits: what jobs really are',
};

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'jobs',
  group: 'calls',
  open: async (context) => {
    const { sequentialJobs, jobsAtOnce } = context.sizes;
    const { libraries, close } = await startLibraries(context.env);
    /** @type {Record<string, WebAssembly.Module>} */
    const modules = {
      'no memory': EMPTY,
      'one page': ONE_PAGE,
      'C program': await compileGuest(context, 'rpc'),
    };
    const kinds = {
      'noop one after another': { unit: 'us', measure: oneAfterAnother, n: sequentialJobs },
      [`noop ${jobsAtOnce} at once`]: { unit: 'ms', measure: allAtOnce, n: jobsAtOnce },
    };
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    const rows = [];
    for (const [name, { unit, measure, n }] of Object.entries(kinds)) {
      const beside = Object.entries(libraries).map(([label, { noop }]) => {
        variants[`${name}: ${label}`] = () => measure(noop, n, 0);
        return `${name}: ${label}`;
      });
      for (const [flavour, module] of Object.entries(modules)) {
        for (const { label, pool } of context.builds) {
          const noop = async () => (await pool.run(module)).code;
          variants[`${name}, ${flavour}: ${label}`] = () => measure(noop, n, 0);
        }
        const row = rowOf(`${name}, ${flavour}`, unit, othersThan(context));
        rows.push({ ...row, about: ABOUT[flavour], rivals: [...row.rivals, ...beside] });
      }
    }
    return { variants, rows, close };
  },
};
