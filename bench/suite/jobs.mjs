// A job that does nothing, from `pool.run` to its result, one after another and a thousand at once. Every job is a new
// instance of its module. A library's call of an empty function does far less, and is the measure all the same.

import { allAtOnce, countsWhenWarm, oneAfterAnother } from '../lib/measure.mjs';
import { startLibraries } from '../rivals/functions.mjs';
import { startInstances } from '../rivals/instances.mjs';
import { EMPTY, ONE_PAGE } from './empty-guests.mjs';
import { compileGuest, othersThan, rowOf } from './guests.mjs';

/** Those that need no imports. */
const BARE = ['no memory', 'one page'];

/** What each kind of job is. @type {Record<string, string>} */
const ABOUT = {
  'no memory':
    'a module that is nothing but an empty function: what is measured is the pool; “only the instances” is a worker that ' +
    'makes and starts as many and nothing else, the least that the engine takes for such jobs',
  'one page': 'a module with a memory, which the engine must map and unmap for each job',
  'C program': 'a program that looks at its environment, finds its input at its end, and exits: what jobs really are',
};

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'jobs',
  group: 'calls',
  counts: countsWhenWarm,
  open: async (context) => {
    const { sequentialJobs, jobsAtOnce } = context.sizes;
    const { libraries, close } = await startLibraries(context.env);
    const bare = await startInstances(context.env);
    /** @type {Record<string, WebAssembly.Module>} */
    const modules = {
      'no memory': EMPTY,
      'one page': ONE_PAGE,
      'C program': await compileGuest(context, 'rpc'),
    };
    const atOnce = `noop ${jobsAtOnce} at once`;
    const kinds = {
      'noop one after another': { unit: 'us', measure: oneAfterAnother, n: sequentialJobs },
      [atOnce]: { unit: 'ms', measure: allAtOnce, n: jobsAtOnce },
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
    for (const flavour of BARE) {
      const floor = `${atOnce}, ${flavour}: only the instances`;
      variants[floor] = () => bare.instances(modules[flavour], jobsAtOnce);
      rows.find(({ name }) => name === `${atOnce}, ${flavour}`)?.rivals.push(floor);
    }
    const closeAll = async () => {
      bare.close();
      await close();
    };
    return { variants, rows, close: closeAll };
  },
};
