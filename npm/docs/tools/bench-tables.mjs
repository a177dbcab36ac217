// The benchmark's figures in a page: `<!-- bench: chromium | ping; fd_write -->` becomes a table of these rows. So no figure is
// written by hand, and a row that the benchmark no longer has fails the build.
import { readFileSync } from 'node:fs';
import { root } from './places.mjs';

const MARK = /<!-- bench: (\w+) \| ([^>]+?) -->/g;

/** Three digits that count. @param {number} value */
const short = (value) => (value >= 100 ? Math.round(value).toString() : value.toPrecision(value >= 1 ? 3 : 2));

/** @param {any} row */
function linesOf({ name, unit, better, ours, rivals }) {
  return rivals.map((rival) => {
    const ratio = better === 'lower' ? rival.median / ours.median : ours.median / rival.median;
    const cells = [
      name,
      `${short(ours.median)} ${unit}`,
      rival.label,
      `${short(rival.median)} ${unit}`,
      `${short(ratio)}x`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

/** @param {string} markdown @returns {string} */
export function withBenchTables(markdown) {
  if (!MARK.test(markdown)) return markdown;
  const report = JSON.parse(readFileSync(`${root}bench/report/report.json`, 'utf8'));
  return markdown.replace(MARK, (_, engineName, names) => {
    const engine = report.engines.find(({ name }) => name === engineName);
    if (!engine) throw new Error(`the benchmark has no engine ${engineName}`);
    const rows = names.split(';').map((name) => {
      const row = engine.rows.find((each) => each.name === name.trim());
      if (!row) throw new Error(`the benchmark has no row "${name.trim()}" in ${engineName}`);
      return row;
    });
    const head = `| ${engine.name} ${engine.version} | Millrace | against | its median | Millrace is better by |`;
    return [head, '|---|--:|---|--:|--:|', ...rows.flatMap(linesOf)].join('\n');
  });
}
