// The page's two computations, each with its card and its picture, wherever they run.

import { Card } from './card.js';
import { mandelbrotOnMainThread, sieveOnMainThread } from './main-thread.js';
import { MANDELBROT_URL, MandelbrotFigure, TILE_COUNT } from './mandelbrot.js';
import { mandelbrotOnPool, sieveOnPool } from './pool-run.js';
import { SIEVE_ROUNDS, SIEVE_URL, SieveFigure } from './sieve.js';

/** @typedef {(share: number) => void} OnProgress called with 0 to 1 */

/**
 * @typedef {object} Computation
 * @property {Card} card
 * @property {string} url of the program
 * @property {() => void} clear empties its picture
 * @property {(module: WebAssembly.Module, onProgress: OnProgress) => string} onMainThread
 * @property {(pool: import('millrace').Pool, signal: AbortSignal, onProgress: OnProgress) => Promise<string>} onPool
 *   both answer the result in words
 */

/** @returns {Computation} */
export function sieve() {
  const card = new Card('sieve');
  const figure = new SieveFigure(card.part('figure'), card.part('count'));
  card.part('rounds').textContent = String(SIEVE_ROUNDS);
  const lighter = (/** @type {OnProgress} */ onProgress) =>
    counting(SIEVE_ROUNDS, onProgress, (/** @type {number} */ round) => figure.light(round));
  const show = (/** @type {number} */ count) => {
    figure.showCount(count);
    return `${count.toLocaleString('en-US')} primes`;
  };
  return {
    card,
    url: SIEVE_URL,
    clear: () => figure.clear(),
    onMainThread: (module, onProgress) => show(sieveOnMainThread(module, lighter(onProgress))),
    onPool: async (pool, signal, onProgress) => show(await sieveOnPool(pool, signal, lighter(onProgress))),
  };
}

/** @returns {Computation} */
export function mandelbrot() {
  const card = new Card('mandelbrot');
  const figure = new MandelbrotFigure(card.part('figure'));
  card.part('tiles').textContent = String(TILE_COUNT);
  const painter = (/** @type {OnProgress} */ onProgress) =>
    counting(TILE_COUNT, onProgress, (/** @type {import('./mandelbrot.js').Tile} */ tile) => figure.paint(tile));
  const result = `${TILE_COUNT} tiles`;
  return {
    card,
    url: MANDELBROT_URL,
    clear: () => figure.clear(),
    onMainThread: (module, onProgress) => {
      mandelbrotOnMainThread(module, painter(onProgress));
      return result;
    },
    onPool: async (pool, signal, onProgress) => {
      await mandelbrotOnPool(pool, signal, painter(onProgress));
      return result;
    },
  };
}

/**
 * @template Item
 * @param {number} total
 * @param {OnProgress} onProgress
 * @param {(item: Item) => void} show
 * @returns {(item: Item) => void} to be called for each of the `total` items as it is done
 */
function counting(total, onProgress, show) {
  let done = 0;
  return (item) => {
    show(item);
    onProgress(++done / total);
  };
}
