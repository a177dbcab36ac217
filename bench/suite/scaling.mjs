// One parallel job on more and more workers; the cost of a job while more and more are queued; and of a byte while more and
// more pipes are open.

import { expect, timed } from '../lib/measure.mjs';
import { EMPTY } from './empty-guests.mjs';
import { compileGuest, rowOf } from './guests.mjs';

const PIECES = 16;
const WORK = String(3_000_000);

const OWN = 'the engine’s own streams';

/** @param {any} pool @param {WebAssembly.Module} sieve */
function parallel(pool, sieve) {
  return timed(async () => {
    const done = await Promise.all(Array.from({ length: PIECES }, () => pool.run(sieve, { args: [WORK] })));
    expect(
      done.every(({ code }) => code === 0),
      true,
      'that all exited with 0',
    );
  });
}

/** µs for each job. @param {any} pool @param {number} n */
async function queued(pool, n) {
  const ms = await timed(async () => {
    const results = await Promise.all(Array.from({ length: n }, () => pool.run(EMPTY)));
    expect(results.filter(({ code }) => code === 0).length, n, 'how many exited with 0');
  });
  return (ms * 1000) / n;
}

/**
 * µs for each byte that goes through one of n pipes that are open, and were used before.
 *
 * @param {() => ReadableWritablePair<any, any>} open
 * @param {number} n
 */
async function throughPipes(open, n) {
  const pipes = Array.from({ length: n }, open);
  const ends = pipes.map(({ readable, writable }) => [writable.getWriter(), readable.getReader()]);
  const byte = new Uint8Array(1);
  const times = Math.max(2, Math.round(200 / n));
  const throughAll = async () => {
    for (const [writer, reader] of ends) {
      const written = writer.write(byte);
      expect((await reader.read()).value.length, 1, 'bytes read');
      await written;
    }
  };
  await throughAll();
  const ms = await timed(async () => {
    for (let i = 0; i < times; i++) await throughAll();
  });
  for (const [writer] of ends) await writer.close();
  for (const [, reader] of ends) await reader.cancel();
  return (ms * 1000) / (n * times);
}

/** @param {string} name @param {string} unit @param {string} family @param {number} x @param {string} xUnit */
const pointOf = (name, unit, family, x, xUnit) => ({ ...rowOf(name, unit, []), line: { family, x, xUnit } });

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'scaling',
  group: 'scaling',
  counts: () => ({ rounds: 3, warmups: 1 }),
  open: async (context) => {
    const { quick } = context.sizes;
    const [{ millrace, pool }] = context.builds;
    const sieve = await compileGuest(context, 'sieve');
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    const rows = [];
    const pools = [];
    for (const workers of [1, 2, 4, 8]) {
      const own = await millrace.Pool.create({ workers });
      pools.push(own);
      const name = `a parallel job, ${workers} workers`;
      variants[`${name}: ours`] = () => parallel(own, sieve);
      rows.push(pointOf(name, 'ms', `${PIECES} pieces of work on so many workers (ms)`, workers, 'workers'));
    }
    for (const n of quick ? [100, 1000] : [100, 1000, 10_000, 100_000]) {
      const name = `a job, ${n} at once`;
      variants[`${name}: ours`] = () => queued(pool, n);
      rows.push(pointOf(name, 'us', 'a job, with so many at once (us for each)', n, 'jobs at once'));
    }
    for (const n of quick ? [1, 10] : [1, 10, 100, 1000]) {
      const name = `a byte, ${n} pipes`;
      variants[`${name}: ours`] = () => throughPipes(() => pool.pipe({ capacity: 256 }), n);
      variants[`${name}: ${OWN}`] = () => throughPipes(() => new TransformStream(), n);
      const point = pointOf(name, 'us', 'a byte through one of so many pipes (us)', n, 'open pipes');
      rows.push({ ...point, rivals: [`${name}: ${OWN}`] });
    }
    const close = async () => {
      for (const own of pools) await own.close();
    };
    return { variants, rows, close };
  },
};
