// What a list of measured values says. Runs everywhere: in the engine under test, in the runner, and in the report's page.

/**
 * @param {readonly number[]} values
 * @param {number} share 0 to 1
 * @returns {number}
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @typedef {{label: string, values: number[]}} Cell one way of doing what a row is about, and a value of each round */
/** @typedef {{label: string, reason: string}} Cannot a way that does not work at all, and what was seen of it */

/**
 * @typedef {object} ReportRow
 * @property {string} name
 * @property {string} [about] what is special about this one row
 * @property {string} unit
 * @property {'lower' | 'higher'} better
 * @property {{family: string, x: number, xUnit: string}} [line] a point of a curve, with other rows of the same family
 * @property {Cell} ours
 * @property {Cell[]} rivals
 * @property {Cannot[]} cannot
 */

/** @typedef {{median: number, low: number, high: number}} Ratio */

/**
 * How often ours is better than a rival: above 1 it is, whichever way the unit counts. Each round gives a ratio of two
 * figures that were taken within moments of each other; what is shown is their median and their quartiles.
 *
 * @param {ReportRow} row
 * @param {Cell} rival
 * @returns {Ratio}
 */
export function ratioOf({ better, ours }, rival) {
  const n = Math.min(ours.values.length, rival.values.length);
  const ratios = Array.from({ length: n }, (_, i) =>
    better === 'lower' ? rival.values[i] / ours.values[i] : ours.values[i] / rival.values[i],
  );
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
}

/** Three digits that mean something. @param {number} value */
export function digits(value) {
  if (value >= 9999.5) return `${Math.round(value / 1000)}k`;
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {Ratio} ratio */
export const ratioText = ({ median: middle, low, high }) => `${digits(middle)}x (${digits(low)} to ${digits(high)})`;
