// The report as a table that people read, on a terminal and in Markdown.

/** @typedef {import('./engines.mjs').EngineReport} EngineReport */
/** @typedef {import('./run-suite.mjs').Cell} Cell */
/** @typedef {import('./run-suite.mjs').ReportRow} ReportRow */

const HEADINGS = ['row', 'unit', 'ours: median [min..max]', 'against', 'its median [min..max]', 'ours is better by'];

/** Three digits that mean something. @param {number} value */
function digits(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {Cell} cell */
function spread({ median, min, max }) {
  return `${digits(median)} [${digits(min)}..${digits(max)}]`;
}

/**
 * Above 1: ours is better, whichever way the unit counts.
 *
 * @param {ReportRow} row
 * @param {Cell} rival
 */
export function ratioOf({ better, ours }, rival) {
  return better === 'lower' ? rival.median / ours.median : ours.median / rival.median;
}

/**
 * A row for each rival; what is ours stands only in the first.
 *
 * @param {ReportRow} row
 * @returns {string[][]}
 */
function linesOf(row) {
  return row.rivals.map((rival, i) => [
    ...(i === 0 ? [row.name, row.unit, spread(row.ours)] : ['', '', '']),
    rival.label,
    spread(rival),
    `${digits(ratioOf(row, rival))}x`,
  ]);
}

/** @param {EngineReport} report */
function titleOf({ name, version, cores, rounds, foreign }) {
  const load = foreign === undefined ? '' : `, others used ${foreign} % of a core`;
  return `${name} ${version}, ${cores} cores, ${rounds} rounds${load}`;
}

/**
 * @param {readonly EngineReport[]} reports
 * @returns {string}
 */
export function asMarkdown(reports) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const tables = reports.map((report) =>
    [
      `## ${titleOf(report)}`,
      '',
      line(HEADINGS),
      line(HEADINGS.map(() => '---')),
      ...report.rows.flatMap(linesOf).map(line),
      '',
    ].join('\n'),
  );
  return ['# Benchmark', '', 'What the rows are and how to read them: `bench/README.md`.', '', ...tables].join('\n');
}

/**
 * @param {EngineReport} report
 * @returns {string}
 */
export function asText(report) {
  const lines = [HEADINGS, ...report.rows.flatMap(linesOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const pad = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [titleOf(report), ...lines.map(pad)].join('\n');
}
