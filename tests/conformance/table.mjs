// What came out, as text.

/** @typedef {{title: string, results: import('./judge.mjs').Result[]}} Row how one runtime did in one engine */

/**
 * How many tests each runtime passes, of each group and of all; and which it fails.
 *
 * @param {Row[]} rows
 * @returns {string}
 */
export function tableOf(rows) {
  const groups = [...new Set(rows.flatMap(({ results }) => results.map(({ group }) => group)))];
  const lines = rows.map(({ title, results }) => [
    title,
    ...groups.map((name) => scoreOf(results.filter(({ group }) => group === name))),
    scoreOf(results),
  ]);
  return `${aligned([['', ...groups, 'all'], ...lines])}\n${rows.map(failuresOf).join('')}`;
}

function scoreOf(results) {
  return `${results.filter(({ reason }) => reason === '').length} of ${results.length}`;
}

function aligned(lines) {
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const text = (line) => line.map((cell, i) => cell.padEnd(widths[i])).join('  ');
  return lines.map((line) => `${text(line).trimEnd()}\n`).join('');
}

function failuresOf({ title, results }) {
  const failed = results.filter(({ reason }) => reason !== '');
  if (failed.length === 0) return '';
  return `${title} fails\n${failed.map(({ name, reason }) => `  ${name}: ${reason}\n`).join('')}\n`;
}
