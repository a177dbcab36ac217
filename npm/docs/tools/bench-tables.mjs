// The benchmark's figures in a page: `<!-- bench: jobs -->` becomes a table of that subject for each engine that measured it, and
// says who is faster than Millrace. So no figure is written by hand. A subject that the benchmark does not have fails the build.
import { existsSync, readFileSync } from 'node:fs';
import { digits, median, ratioOf } from '../../../bench/lib/figures.mjs';
import { root } from './places.mjs';

/** @typedef {import('../../../bench/lib/figures.mjs').ReportRow} Row */

const MARK = /<!-- bench: ([\w-]+) -->/g;

/** Others used more than this share of a core, in percent: then nobody should build on it. */
const BUSY = 20;

const engineNames = { node: 'Node', chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };

/** Of the points of a curve, the last one. @param {Row[]} rows */
function withoutCurves(rows) {
  const lastOf = (family) => Math.max(...rows.filter(({ line }) => line?.family === family).map(({ line }) => line.x));
  return rows.filter(({ line }) => !line || line.x === lastOf(line.family));
}

/** @param {Row[]} rows */
function tableOf(rows) {
  const labels = [...new Set(rows.flatMap(({ rivals }) => rivals.map(({ label }) => label)))];
  const cellOf = (row, label) => {
    const rival = row.rivals.find((each) => each.label === label);
    return rival ? digits(median(rival.values)) : '';
  };
  const lines = rows.map((row) => {
    const cells = [`${row.name} (${row.unit})`, `**${digits(median(row.ours.values))}**`];
    return `| ${[...cells, ...labels.map((label) => cellOf(row, label))].join(' | ')} |`;
  });
  const head = ['', 'Millrace', ...labels];
  return [`| ${head.join(' | ')} |`, `|---${'|--:'.repeat(labels.length + 1)}|`, ...lines].join('\n');
}

/** @param {Row[]} rows */
function fasterThanOurs(rows) {
  const found = rows.flatMap((row) => {
    const faster = row.rivals.filter((rival) => ratioOf(row, rival).median < 1);
    const names = faster.map((rival) => `${rival.label} (${digits(1 / ratioOf(row, rival).median)}x)`);
    return names.length > 0 ? [`- ${row.name}: ${names.join(', ')}`] : [];
  });
  return found.length > 0 ? `Better than Millrace, in the median of the rounds:\n\n${found.join('\n')}` : '';
}

function sectionOf({ head, rows }) {
  const { engine, version, rounds, foreign } = head;
  const title = `**${engineNames[engine] ?? engine} ${version}**, medians of ${rounds} rounds.`;
  const warning =
    foreign > BUSY ? ` Other programs used ${Math.round(foreign)} % of a core meanwhile, so do not build on it.` : '';
  const shown = withoutCurves(rows);
  return [title + warning, tableOf(shown), fasterThanOurs(shown)].filter(Boolean).join('\n\n');
}

/** @param {string} subject @param {any} report */
function subjectOf(subject, report) {
  if (!existsSync(`${root}bench/suite/${subject}.mjs`)) throw new Error(`the benchmark has no subject ${subject}`);
  const results = report.results.filter(({ head }) => head.subject === subject);
  if (results.length === 0) return 'Not measured in this state of the repository; `make bench` does.';
  return results.map(sectionOf).join('\n\n');
}

/** @param {string} markdown @returns {string} */
export function withBenchTables(markdown) {
  if (!markdown.includes('<!-- bench: ')) return markdown;
  const report = JSON.parse(readFileSync(`${root}bench/report/report.json`, 'utf8'));
  return markdown.replace(MARK, (_, subject) => subjectOf(subject, report));
}
