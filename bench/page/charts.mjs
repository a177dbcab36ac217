// The drawings of the report's page.

import * as Plot from '@observablehq/plot';
import { digits, median, quantile, ratioOf, ratioText } from '../lib/figures.mjs';

const OURS = 'var(--ours)';
const RIVAL = 'var(--rival)';
const LINE_HEIGHT = 38;
/** Below it, quartiles find no room beside a figure. */
const NARROW = 560;

/** @param {import('../lib/figures.mjs').Cell} cell */
function summary({ label, values }) {
  return {
    label,
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

/**
 * Ours and the rivals', one below the other, the best at the top.
 *
 * @param {import('../lib/figures.mjs').ReportRow} row
 * @param {number} width
 */
export function rowChart(row, width) {
  const entries = [row.ours, ...row.rivals].map((cell, i) => {
    const at = summary(cell);
    const figure = `${digits(at.median)} ${row.unit}`;
    if (i === 0) return { ...at, color: OURS, name: cell.label, figure };
    const ratio = ratioOf(row, cell);
    const against = width < NARROW ? `${digits(ratio.median)}x` : ratioText(ratio);
    return { ...at, color: RIVAL, name: cell.label, figure: `${figure}, ours ${against}` };
  });
  const sign = row.better === 'lower' ? 1 : -1;
  const order = [...entries].sort((a, b) => sign * (a.median - b.median)).map(({ label }) => label);
  const y = 'label';
  return Plot.plot({
    width,
    height: entries.length * LINE_HEIGHT + 40,
    marginLeft: 14,
    marginRight: 12,
    marginTop: 4,
    marginBottom: 34,
    style: { fontSize: '13px' },
    x: {
      type: 'log',
      label: `${row.unit}, ${row.better} is better`,
      grid: true,
      tickFormat: digits,
      ticks: 4,
      nice: true,
    },
    y: { domain: order, axis: null },
    marks: [
      Plot.ruleY(entries, { y, x1: 'min', x2: 'max', stroke: 'color', strokeWidth: 1.5, dy: 8 }),
      Plot.ruleY(entries, { y, x1: 'low', x2: 'high', stroke: 'color', strokeWidth: 6, strokeOpacity: 0.45, dy: 8 }),
      Plot.dot(entries, { y, x: 'median', fill: 'color', r: 5, dy: 8 }),
      Plot.text(entries, { y, text: 'name', frameAnchor: 'left', textAnchor: 'start', fill: 'color', dy: -9 }),
      Plot.text(entries, { y, text: 'figure', frameAnchor: 'right', textAnchor: 'end', fill: 'color', dy: -9 }),
    ],
  });
}

/** Colours of ways in curves, the same in all of them. @type {Map<string, string>} */
const colors = new Map([['ours', OURS]]);
const PALETTE = ['#e07b39', '#4269d0', '#a463f2', '#d6455d', '#9c6b4e', '#6cc5b0', '#c5a029'];

/** @param {string} label */
function colorOf(label) {
  const color = colors.get(label) ?? PALETTE[(colors.size - 1) % PALETTE.length];
  colors.set(label, color);
  return color;
}

/** @param {number} n */
function bytesText(n) {
  if (n >= 1 << 20) return `${n >> 20} MiB`;
  return n >= 1 << 10 ? `${n >> 10} KiB` : `${n} B`;
}

/**
 * Rows that are points of one curve: a line for each way.
 *
 * @param {any[]} rows
 * @param {number} width
 */
export function curve(rows, width) {
  const points = rows.flatMap((row) => [row.ours, ...row.rivals].map((cell) => ({ ...summary(cell), x: row.line.x })));
  const [{ unit, better, line }] = rows;
  const labels = [...new Set(points.map(({ label }) => label))];
  const tickOf = (/** @type {number} */ x) => (line.xUnit.startsWith('bytes') ? bytesText(x) : x.toLocaleString('en'));
  return Plot.plot({
    width,
    height: 320,
    marginLeft: 52,
    style: { fontSize: '13px' },
    marginBottom: 44,
    color: { legend: true, domain: labels, range: labels.map(colorOf) },
    x: { type: 'log', label: line.xUnit, tickFormat: tickOf, ticks: [...new Set(points.map(({ x }) => x))] },
    y: { type: 'log', label: `${unit}, ${better} is better`, grid: true, tickFormat: digits, ticks: 5 },
    marks: [
      Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: 'label', strokeOpacity: 0.5 }),
      Plot.line(points, { x: 'x', y: 'median', stroke: 'label', strokeWidth: 2 }),
      Plot.dot(points, {
        x: 'x',
        y: 'median',
        fill: 'label',
        r: 3.5,
        title: (each) => `${each.label}: ${digits(each.median)} ${unit}`,
      }),
    ],
  });
}

/**
 * A dot for each row and rival of one engine.
 *
 * @param {any[]} results
 * @param {any[]} groups
 * @param {number} width
 */
export function overview(results, groups, width) {
  const dots = results.flatMap(({ group, rows }) =>
    rows.flatMap((row) =>
      row.rivals.map((rival) => ({ group, ...ratioOf(row, rival), title: `${row.name} against ${rival.label}` })),
    ),
  );
  const names = groups.map(({ name }) => name).filter((name) => dots.some(({ group }) => group === name));
  return Plot.plot({
    width,
    height: names.length * 40 + 50,
    marginLeft: 74,
    marginRight: 16,
    style: { fontSize: '13px' },
    x: {
      type: 'log',
      label: 'times faster than a rival',
      grid: true,
      tickFormat: digits,
      ticks: width < NARROW ? 3 : 6,
    },
    marks: [
      Plot.ruleX([1], { stroke: 'currentColor' }),
      Plot.dot(
        dots,
        Plot.dodgeY({
          fy: 'group',
          x: 'median',
          fill: (/** @type {any} */ { median: ratio }) => (ratio >= 1 ? OURS : RIVAL),
          r: 3.5,
          anchor: 'middle',
          title: (/** @type {any} */ { title, median: ratio }) => `${title}: ${digits(ratio)}x`,
        }),
      ),
    ],
    fy: { domain: names, label: null, axis: 'left' },
  });
}
