// Both computations on the pool: all that this page does with Millrace is here. Compare main-thread.js.

import { MANDELBROT_ARGS, MANDELBROT_URL, TILE_COUNT, tileParser } from './mandelbrot.js';
import { SIEVE_ARGS, SIEVE_ROUNDS, SIEVE_URL } from './sieve.js';

/** @typedef {import('millrace').Pool} Pool */

/** Small enough that all workers end at about the same time. */
const TILES_PER_JOB = 9;

/**
 * Counts the primes, again and again.
 *
 * @param {Pool} pool
 * @param {AbortSignal} signal ends it
 * @param {(round: number) => void} onRound
 * @returns {Promise<number>} how many there are
 */
export async function sieveOnPool(pool, signal, onRound) {
  let primes = 0;
  await inLanes(Math.max(1, pool.stats().workers), SIEVE_ROUNDS, async (round) => {
    const { code, stdout } = await pool.run(SIEVE_URL, { args: SIEVE_ARGS, signal });
    check(code);
    primes = Number(new TextDecoder().decode(stdout));
    onRound(round);
  });
  return primes;
}

/**
 * Renders the picture: every job some of the tiles, which arrive while the job runs.
 *
 * @param {Pool} pool
 * @param {AbortSignal} signal ends it
 * @param {(tile: import('./mandelbrot.js').Tile) => void} onTile
 */
export async function mandelbrotOnPool(pool, signal, onTile) {
  await inLanes(Math.max(1, pool.stats().workers), Math.ceil(TILE_COUNT / TILES_PER_JOB), async (n) => {
    const first = n * TILES_PER_JOB;
    const count = Math.min(TILES_PER_JOB, TILE_COUNT - first);
    const args = [...MANDELBROT_ARGS, String(first), String(count)];
    const job = await pool.spawn(MANDELBROT_URL, { args, signal, stdin: 'null', stderr: 'null' });
    await job.stdout.pipeTo(new WritableStream({ write: tileParser(onTile) }));
    check((await job.status).code);
  });
}

/** @param {number} code */
function check(code) {
  if (code !== 0) throw new Error(`the program ended with exit code ${code}`);
}

/**
 * Works off `count` items, so many at a time. The pool would queue them all, but then whoever comes next would wait
 * for all of them: this way the page's two computations take turns.
 *
 * @param {number} lanes
 * @param {number} count
 * @param {(item: number) => Promise<void>} work
 */
async function inLanes(lanes, count, work) {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  const stopAll = (/** @type {unknown} */ error) => {
    next = count;
    throw error;
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, () => lane().catch(stopAll)));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
