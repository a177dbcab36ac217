// Rounds. Runs in the engine under test, beside what it measures.

/**
 * What a subject measures. A variant is one way of doing something; calling it does it once and answers the figure.
 * A row compares one of our variants with those of rivals.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} [about] what is special about this one; what all of its group have in common is said there
 * @property {string} unit
 * @property {'lower' | 'higher'} better
 * @property {string} ours a variant's name
 * @property {readonly string[]} rivals names of variants
 * @property {{family: string, x: number, xUnit: string}} [line] it is a point of a curve
 * @property {import('./figures.mjs').Cannot[]} [cannot] ways that do not work here, with what was seen of them
 *
 * @typedef {object} Opened
 * @property {Record<string, () => Promise<number>>} variants
 * @property {readonly Row[]} rows
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} group one of groups.mjs
 * @property {readonly string[]} [engines] where it makes sense; all but "native", unless it says so
 * @property {(context: import('./context.mjs').Context) => Promise<Opened>} open no rows: it does not exist here
 * @property {(rounds: number) => {rounds: number, warmups: number}} [counts] its own: for what takes long
 */

/** A rival that takes this long stands still, or is of no use to anybody: the slowest that is measured takes two seconds. */
const PATIENCE_MS = 20_000;

/** For what a page does all the time: an engine compiles what is hot for a dozen rounds, ours and the rivals' alike. */
const WARMUPS_OF_HOT = 12;

/** @param {number} rounds */
export const countsWhenWarm = (rounds) => ({ rounds, warmups: WARMUPS_OF_HOT });

/** A variant that does not work here. */
export class VariantError extends Error {
  name = 'VariantError';

  /**
   * @param {string} variant
   * @param {string} reason what was seen of it
   */
  constructor(variant, reason) {
    super(`${variant}: ${reason}`);
    this.variant = variant;
    this.reason = reason;
  }
}

/** @template T @param {Promise<T>} work @returns {Promise<T>} */
export function withPatience(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not done in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** @param {Promise<number>} measuring */
async function figureOf(measuring) {
  const value = await measuring;
  if (!(value > 0)) throw new Error(`${value} is no figure`);
  return value;
}

/**
 * Every round runs every variant once, in the reverse order every other round, so that whatever changes in the machine
 * meanwhile meets all of them alike. The warm-up rounds are thrown away. One that fails, or stands still, ends it all with
 * a `VariantError`.
 *
 * @param {Record<string, () => Promise<number>>} variants
 * @param {ReadonlySet<string>} patient which of them have all the time that there is: what is ours
 * @param {{rounds: number, warmups: number}} counts
 * @param {(text: string) => void} onProgress
 * @returns {Promise<Map<string, number[]>>} by the variant's name
 */
export async function measureRounds(variants, patient, { rounds, warmups }, onProgress) {
  const names = Object.keys(variants);
  const values = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
  for (let round = 0; round < warmups + rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      const place = `round ${round + 1} of ${warmups + rounds}`;
      onProgress(`${place}, ${name}`);
      const measuring = figureOf(variants[name]());
      const value = await (patient.has(name) ? measuring : withPatience(measuring)).catch((error) => {
        throw new VariantError(name, `in ${place} ${error.message}`);
      });
      if (round >= warmups) values.get(name)?.push(Number(value.toPrecision(5)));
    }
  }
  return values;
}

/**
 * @param {() => Promise<void>} work
 * @returns {Promise<number>} how many milliseconds it took; never 0, though clocks of browsers stand still at times
 */
export async function timed(work) {
  const begin = performance.now();
  await work();
  return Math.max(performance.now() - begin, 0.001);
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

/**
 * The work of one variant, n times one after another: microseconds for each.
 *
 * @param {(i: number) => Promise<unknown>} work
 * @param {number} n
 * @param {unknown} expected what each must give
 */
export async function oneAfterAnother(work, n, expected) {
  const ms = await timed(async () => {
    for (let i = 0; i < n; i++) expect(await work(i), expected, 'the result');
  });
  return (ms * 1000) / n;
}

/**
 * All at once: milliseconds for all.
 *
 * @param {(i: number) => Promise<unknown>} work
 * @param {number} n
 * @param {unknown} expected what each must give
 */
export function allAtOnce(work, n, expected) {
  return timed(async () => {
    const results = await Promise.all(Array.from({ length: n }, (_, i) => work(i)));
    expect(results.filter((result) => result === expected).length, n, 'how many results are right');
  });
}
