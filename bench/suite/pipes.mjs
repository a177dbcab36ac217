// Bytes through pipes, in chunks from one byte to a MiB: out of a guest that writes, into one that reads, from one guest to
// another, and forth and back. The time begins before the job is started and ends with its exit.

import { expect, timed } from '../lib/measure.mjs';
import { startBytes } from '../rivals/bytes.mjs';
import { compileGuest } from './guests.mjs';
import { intoOneBuffer, ourPipes } from './our-pipes.mjs';

/** How much of them goes in one round: enough that the start of a job does not count. */
const CHUNKS = [
  { name: '1 B', chunkBytes: 1, n: 4000, bounces: 100 },
  { name: '1 KiB', chunkBytes: 1 << 10, n: 8000, bounces: 100 },
  { name: '64 KiB', chunkBytes: 1 << 16, n: 512, bounces: 50 },
  { name: '1 MiB', chunkBytes: 1 << 20, n: 64, bounces: 10 },
];
const QUICK_SHARE = 10;

/** What is measured of a chunk's size. */
const DIRECTIONS = /** @type {const} */ ({
  to: 'to a guest',
  from: 'from a guest',
  between: 'from a guest to a guest',
  bounce: 'forth and back',
});

/** @typedef {import('./our-pipes.mjs').Order} Order */

/** MB/s, or µs for each that goes forth and back. @param {string} direction @param {Order} order @param {number} ms */
function figureOf(direction, { n, chunkBytes }, ms) {
  return direction === 'bounce' ? (ms * 1000) / n : (n * chunkBytes) / 1000 / ms;
}

/** @param {import('../lib/context.mjs').Context} context @param {any} size @param {string} direction */
function orderOf({ sizes }, { chunkBytes, n, bounces }, direction) {
  const all = direction === 'bounce' ? bounces : n;
  return { chunkBytes, n: sizes.quick ? Math.ceil(all / QUICK_SHARE) : all };
}

/** @param {import('../lib/context.mjs').Context} context @param {Record<string, any>} ways */
function rowsAndVariants(context, ways) {
  /** @type {Record<string, () => Promise<number>>} */
  const variants = {};
  const rows = [];
  for (const [direction, words] of Object.entries(DIRECTIONS)) {
    for (const size of CHUNKS) {
      const [name, order] = [`${words}, ${size.name}`, orderOf(context, size, direction)];
      const [unit, better] = direction === 'bounce' ? ['us', 'lower'] : ['MB/s', 'higher'];
      const able = Object.keys(ways).filter((label) => ways[label][direction]);
      for (const label of able) {
        variants[`${name}: ${label}`] = async () => {
          let total = 0;
          const ms = await timed(async () => {
            total = await ways[label][direction](order);
          });
          expect(total, order.n * order.chunkBytes, `bytes ${words} (${label})`);
          return figureOf(direction, order, ms);
        };
      }
      const rivals = able.filter((label) => label !== 'ours').map((label) => `${name}: ${label}`);
      const line = { family: `${words} (${unit})`, x: size.chunkBytes, xUnit: 'bytes in a chunk' };
      rows.push({ name, unit, better: /** @type {any} */ (better), ours: `${name}: ours`, rivals, line });
    }
  }
  return { rows, variants };
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'pipes',
  group: 'pipes',
  open: async (context) => {
    const { rivals, close } = await startBytes(context.env);
    const guests = { bulk: await compileGuest(context, 'bulk'), cat: await compileGuest(context, 'cat') };
    /** @type {Record<string, any>} */
    const ways = {};
    const pools = [];
    for (const { label, millrace } of context.builds) {
      const pool = await millrace.Pool.create({ workers: 2 }); // two guests run at once
      pools.push(pool);
      ways[label] = ourPipes(pool, guests);
    }
    if (typeof ReadableByteStreamController !== 'undefined') {
      ways['ours, into one buffer'] = { from: intoOneBuffer(pools[0], guests.bulk) };
    }
    const { rows, variants } = rowsAndVariants(context, { ...ways, ...rivals });
    const closeAll = async () => {
      close();
      for (const pool of pools) await pool.close();
    };
    return { variants, rows, close: closeAll };
  },
};
