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

/**
 * Every round runs every variant once, in the reverse order every other round, so that whatever changes in the machine
 * meanwhile meets all of them alike. The warm-up rounds are thrown away.
 *
 * @param {Record<string, () => Promise<number>>} variants
 * @param {{rounds: number, warmups: number}} counts
 * @param {(text: string) => void} onProgress
 * @returns {Promise<Map<string, number[]>>} by the variant's name
 */
export async function measureRounds(variants, { rounds, warmups }, onProgress) {
  const names = Object.keys(variants);
  const values = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
  for (let round = 0; round < warmups + rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      onProgress(`round ${round + 1} of ${warmups + rounds}, ${name}`);
      const value = await variants[name]();
      if (!(value > 0)) throw new Error(`${name}: ${value} is no figure`);
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
