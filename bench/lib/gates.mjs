// Ratios that must not be lost, in the short run of CI. A loaded machine changes all figures of a row alike, and each
// bound is far below what is measured, so that only a fault of ours goes below it.

import { median, ratioOf } from './figures.mjs';

/** @type {readonly {row: string, against: string, atLeast: number}[]} */
const GATES = [
  { row: 'call_many', against: 'timeout-poll', atLeast: 3 }, // 60 to 190
  { row: 'fd_write', against: 'browser_wasi_shim', atLeast: 1.3 }, // 5 to 7
  { row: 'call 1000 at once', against: 'threads', atLeast: 2 }, // 50 and more
];

/**
 * @param {readonly import('./store.mjs').Result[]} results
 * @returns {string[]} what each lost one is
 */
export function failedGates(results) {
  const failures = [];
  for (const { engine, rows } of results) {
    for (const { row, against, atLeast } of GATES) {
      const found = rows.find(({ name }) => name === row);
      const rival = found?.rivals.find(({ label }) => label === against);
      if (!found || !rival) continue;
      const ratio = ratioOf(found, rival).median;
      if (ratio < atLeast) failures.push(lost(engine, found, rival, `${ratio.toFixed(2)} is below ${atLeast}`));
    }
  }
  return failures;
}

/** @param {string} engine @param {import('./figures.mjs').ReportRow} row @param {import('./figures.mjs').Cell} rival @param {string} what */
function lost(engine, row, rival, what) {
  return `${engine}, ${row.name} against ${rival.label}: ${what} (${median(row.ours.values)} and ${median(rival.values)} ${row.unit})`;
}
