// The figures in the project's README: a table between two marks, written from the report.

import { digits, median, ratioOf } from './figures.mjs';

const BEGIN = '<!-- figures: written by "make figures" from bench/report/report.json -->';
const END = '<!-- /figures -->';

/** Percent of a core: with more, the machine was busy. */
const FOREIGN_NOTED = 20;

/** What a reader looks for first: a row, the rival, and the words for both. */
const CHOSEN = [
  {
    row: 'call_many',
    rival: '5 relay by a coordinator',
    words: '200 calls of the host, one after another; a relay by a coordinator',
  },
  {
    row: 'call_many',
    rival: '4 Asyncify, clamped timers',
    words: 'the same; Asyncify and timers, as it is often written',
  },
  { row: 'host_call', rival: 'coincident', words: '200 host calls with bytes; coincident' },
  { row: 'host_call', rival: 'Extism in a worker', words: 'the same; Extism in a worker' },
  { row: 'call one after another', rival: 'comlink', words: 'one call of an export; Comlink' },
  { row: 'call 1000 at once', rival: 'comlink', words: 'a thousand calls at once; Comlink' },
  { row: 'noop 1000 at once, no memory', rival: 'workerpool', words: 'a thousand jobs at once; workerpool' },
  { row: 'fd_write', rival: 'browser_wasi_shim', words: 'one fd_write; browser_wasi_shim' },
  {
    row: 'to a guest, 64 KiB',
    rival: 'postMessage, transferred',
    words: '64 KiB chunks to a guest; transferred buffers',
  },
  {
    row: 'lifecycle',
    rival: '5 relay, with new workers',
    words: 'load, start, ask and stop a guest; new workers each time',
  },
];

/** @typedef {import('./store.mjs').Result} Result */

/** @param {Result[]} results @param {string} engine @param {typeof CHOSEN[0]} chosen */
function cellOf(results, engine, { row, rival }) {
  const found = results.filter((each) => each.engine === engine).flatMap(({ rows }) => rows);
  const theRow = found.find(({ name }) => name === row);
  const theRival = theRow?.rivals.find(({ label }) => label === rival);
  if (!theRow || !theRival) return '–';
  const ratio = digits(ratioOf(theRow, theRival).median);
  return `**${ratio}×** (${digits(median(theRow.ours.values))} ${theRow.unit})`;
}

/** @param {{machine: any, results: Result[]}} report */
function tableOf({ machine, results }) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const browsersAndNode = ['chromium', 'firefox', 'webkit', 'node'];
  const engines = browsersAndNode.filter((engine) => results.some((each) => each.engine === engine));
  const headings = engines.map((name) => `${name} ${results.find(({ engine }) => engine === name)?.version}`);
  const lines = CHOSEN.map((chosen) => [chosen.words, ...engines.map((engine) => cellOf(results, engine, chosen))]);
  const foreign = Math.max(...results.map((result) => result.foreign ?? 0));
  const busy =
    foreign < FOREIGN_NOTED ? '' : ` Others used up to ${foreign} % of a core meanwhile, so read them with care.`;
  return [
    line(['how often faster than a rival (and our figure)', ...headings]),
    line(['---', ...engines.map(() => '---')]),
    ...lines.filter((cells) => cells.slice(1).some((cell) => cell !== '–')).map(line),
    '',
    `Medians, on ${machine.cores} cores of ${machine.cpu}.${busy}`,
    'All rows with their spread: [bench/report](bench/report/index.html);',
    'what they are and why they are fair: [bench/README.md](bench/README.md).',
  ].join('\n');
}

/**
 * @param {string} readme
 * @param {{machine: any, results: Result[]}} report
 * @returns {string} with the report's figures in it
 */
export function withFigures(readme, report) {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error('README.md has no place for figures');
  return `${before}${BEGIN}\n${tableOf(report)}\n${END}${after}`;
}
