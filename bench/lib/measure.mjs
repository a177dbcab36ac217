// Rounds and figures. Runs in the engine under test, beside what it measures.

/**
 * What a subject measures. A variant is one way of doing something; calling it does it once and answers the figure.
 * A row compares one of our variants with those of rivals.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} unit
 * @property {'lower' | 'higher'} better
 * @property {string} ours a variant's name
 * @property {readonly string[]} rivals names of variants
 *
 * @typedef {object} Opened
 * @property {Record<string, () => Promise<number>>} variants
 * @property {readonly Row[]} rows
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Subject
 * @property {string} name
 * @property {(context: import('./context.mjs').Context) => Promise<Opened>} open
 * @property {{rounds: number, warmups: number}} [counts] its own: for what takes long and is only information
 *
 * @typedef {{median: number, min: number, max: number, values: number[]}} Figures
 */

/**
 * @param {readonly number[]} values
 * @returns {number}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {number[]} values
 * @returns {Figures}
 */
export function figuresOf(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values };
}

/**
 * Every round runs every variant once, in the reverse order every other round, so that whatever changes in the machine
 * meanwhile meets all of them alike. The warm-up rounds are thrown away.
 *
 * @param {Record<string, () => Promise<number>>} variants
 * @param {{rounds: number, warmups: number}} counts
 * @param {(text: string) => void} onProgress
 * @returns {Promise<Map<string, Figures>>} by the variant's name
 */
export async function measureRounds(variants, { rounds, warmups }, onProgress) {
  const names = Object.keys(variants);
  const values = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
  for (let round = 0; round < warmups + rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      onProgress(`round ${round}, ${name}`);
      const value = await variants[name]();
      if (round >= warmups) values.get(name)?.push(value);
    }
  }
  return new Map([...values].map(([name, list]) => [name, figuresOf(list)]));
}

/**
 * @param {() => Promise<void>} work
 * @returns {Promise<number>} how many milliseconds it took
 */
export async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/**
 * A benchmark of wrong results is worth nothing, so every variant checks its own.
 *
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what
 */
export function expect(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what} is ${String(actual)}, not ${String(expected)}`);
}
