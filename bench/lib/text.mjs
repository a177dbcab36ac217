// The figures as tables that people read on a terminal.

import { digits, median, ratioOf, ratioText } from './figures.mjs';

/** @typedef {import('./store.mjs').Result} Result */
/** @typedef {import('./figures.mjs').ReportRow} ReportRow */

const HEADINGS = ['row', 'unit', 'ours [min..max]', 'against', 'its [min..max]', 'ours is better by (quartiles)'];

/** @param {{values: number[]}} cell */
function spread({ values }) {
  return `${digits(median(values))} [${digits(Math.min(...values))}..${digits(Math.max(...values))}]`;
}

/**
 * A line for each rival; what is ours stands only in the first.
 *
 * @param {ReportRow} row
 * @returns {string[][]}
 */
function linesOf(row) {
  const against = [
    ...row.rivals.map((rival) => [rival.label, spread(rival), ratioText(ratioOf(row, rival))]),
    ...row.cannot.map(({ label, reason }) => [label, 'cannot', reason]),
  ];
  if (against.length === 0) against.push(['', '', '']);
  const own = [row.name, row.unit, spread(row.ours)];
  return against.map((cells, i) => [...(i === 0 ? own : ['', '', '']), ...cells]);
}

/** @param {Result} result */
export function titleOf({ engine, version, subject, rounds, foreign }) {
  const load = foreign === undefined ? '' : `, others used ${foreign} % of a core`;
  return `${subject}, ${engine} ${version}, ${rounds} rounds${load}`;
}

/**
 * @param {Result} result
 * @returns {string}
 */
export function asText(result) {
  const lines = [HEADINGS, ...result.rows.flatMap(linesOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const pad = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [titleOf(result), ...lines.map(pad)].join('\n');
}
