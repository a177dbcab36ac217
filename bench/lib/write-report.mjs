// What is written of a run: the figures as JSON, the page that shows them, and the table in the README.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { groups } from '../suite/groups.mjs';
import { packageVersions, providePackages } from './packages.mjs';
import { withFigures } from './readme.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = join(ROOT, 'README.md');
const OWN = fileURLToPath(new URL('../report', import.meta.url));
/** Behind it, in the page, the data begins; it ends at the end of the line. */
const DATA = '<script type="application/json" id="data">';

/** @typedef {{machine: object, results: import('./store.mjs').Result[]}} Report */

/** JSON with a line for each row, so that one can read it and see what changed. @param {Report} report */
function asJson({ machine, results }) {
  const rowsOf = ({ rows, ...head }) =>
    `  {"head": ${JSON.stringify(head)}, "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]}`;
  return `{"machine": ${JSON.stringify(machine)}, "results": [\n${results.map(rowsOf).join(',\n')}\n]}\n`;
}

/** @param {Report} report */
function dataOf(report) {
  const data = { ...report, groups, packages: packageVersions() };
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

/** The script of the page, with the library that draws, in one piece. */
async function bundlePage() {
  await providePackages();
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'bench/page/main.mjs')],
    alias: { '@observablehq/plot': join(ROOT, 'build/bench/packages/node_modules/@observablehq/plot') },
    bundle: true,
    format: 'iife',
    minify: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text.trim().replaceAll('</script', '<\\/script');
}

/** @param {Report} report */
async function asPage(report) {
  const read = (/** @type {string} */ name) => readFileSync(join(ROOT, 'bench/page', name), 'utf8');
  const script = await bundlePage();
  return read('page.html')
    .replace('/* style */', () => read('style.css').trim())
    .replace('<!-- data -->', () => `${DATA}${dataOf(report)}</script>`)
    .replace('<!-- script -->', () => `<script>${script}</script>`);
}

/**
 * @param {Report} report
 * @param {string} folder
 */
export async function writeReport(report, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), asJson(report));
  writeFileSync(join(folder, 'index.html'), await asPage(report));
  if (folder === OWN) writeFileSync(README, withFigures(readFileSync(README, 'utf8'), report));
}

/** @param {string} folder @returns {Report | undefined} what was written there */
export function readReport(folder) {
  const file = join(folder, 'report.json');
  if (!existsSync(file)) return undefined;
  const { machine, results } = JSON.parse(readFileSync(file, 'utf8'));
  return { machine, results: results.map(({ head, rows }) => ({ ...head, rows })) };
}

/**
 * @param {Report} report
 * @param {string} folder
 * @returns {string[]} what is not as the JSON says
 */
export function checkReport(report, folder) {
  const [readme, page] = [readFileSync(README, 'utf8'), readFileSync(join(folder, 'index.html'), 'utf8')];
  const problems = [];
  if (withFigures(readme, report) !== readme)
    problems.push('README.md has other figures than bench/report/report.json');
  if (!page.includes(`${DATA}${dataOf(report)}</script>`))
    problems.push('bench/report/index.html has other figures than bench/report/report.json');
  return problems;
}
