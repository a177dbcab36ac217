// Ratios that must not be lost, in the short run of CI. A loaded machine changes all figures of a row alike, each bound is far
// below what is measured, and what fails is measured again: so only a fault of ours stays below it.

/** @type {readonly {row: string, against: string, atLeast: number}[]} */
const GATES = [
  { row: 'call_many', against: 'timeout-poll', atLeast: 3 }, // 60 to 190
  { row: 'fd_write', against: 'browser_wasi_shim', atLeast: 1.3 }, // 5 to 7
  { row: 'call 1000 at once', against: 'threads', atLeast: 2 }, // 50 and more
];

/** How often ours is better, by the best of each: what was disturbed does not count. @param {any} row @param {any} rival */
const ratioOfBest = (row, rival) => Math.min(...rival.values) / Math.min(...row.ours.values);

/**
 * @param {import('./store.mjs').Result} result
 * @returns {string[]} what each lost one is
 */
export function failedGates({ engine, rows }) {
  const failures = [];
  for (const { row: name, against, atLeast } of GATES) {
    const row = rows.find((each) => each.name === name);
    const rival = row?.rivals.find(({ label }) => label === against);
    if (!row || !rival) continue;
    const ratio = ratioOfBest(row, rival);
    if (!(ratio >= atLeast))
      failures.push(`${engine}, ${name} against ${against}: ${ratio.toFixed(2)} is below ${atLeast}`);
  }
  return failures;
}
