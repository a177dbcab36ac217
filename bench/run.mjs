// The benchmark. Usage: node bench/run.mjs [chromium] [firefox] [webkit] [node] [native] [options]
//
//   --rows NAMES    only these groups or subjects, with blanks between them; what else the report has stays as it is
//   --rounds N      how often everything is measured (default: 9)
//   --quick         small and short: looks whether all of it works, and at a few ratios; writes no report
//   --dist DIR      the build to measure (default: npm/dist)
//   --baseline DIR  another build of the package, measured beside it in the same rounds
//   --guests DIR    where the guests are (default: examples/guests)
//   --out DIR       where the report goes (default: bench/report)
//
// What is broken off goes on where it was, the next time.

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINE_NAMES, runWhatWorks } from './lib/engines.mjs';
import { failedGates } from './lib/gates.mjs';
import { describeMachine } from './lib/machine.mjs';
import { providePackages } from './lib/packages.mjs';
import { inOrder, planOf } from './lib/plan.mjs';
import { buildOf, openStore } from './lib/store.mjs';
import { asText, titleOf } from './lib/text.mjs';
import { readReport, writeReport } from './lib/write-report.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GATE_TRIES = 3;

const wordsOf = (/** @type {string} */ text) => text.split(/[\s,]+/).filter((word) => word !== '');

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '' },
      rounds: { type: 'string', default: '9' },
      quick: { type: 'boolean', default: false },
      dist: { type: 'string', default: join(ROOT, 'npm/dist') },
      baseline: { type: 'string' },
      guests: { type: 'string', default: join(ROOT, 'examples/guests') },
      out: { type: 'string', default: join(ROOT, 'bench/report') },
    },
  });
  const engines = positionals.length > 0 ? positionals : [...ENGINE_NAMES];
  const unknown = engines.find((name) => !ENGINE_NAMES.includes(name));
  if (unknown) throw new Error(`no engine is called ${unknown}; there are ${ENGINE_NAMES.join(', ')}`);
  const rounds = Number(values.rounds);
  if (!(rounds >= 1)) throw new Error(`--rounds ${values.rounds} is no number of rounds`);
  const params = {
    subject: '',
    rounds,
    quick: values.quick,
    dist: resolve(values.dist),
    baseline: values.baseline ? resolve(values.baseline) : '',
    guests: resolve(values.guests),
  };
  return { tasks: planOf(engines, wordsOf(values.rows)), params, out: resolve(values.out) };
}

/** How often a log is told where it is. */
const LOG_MS = 30_000;
let lastLogged = performance.now();

/** One line that shows where it is: on a terminal always the newest. @param {string} text */
function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  else if (text !== '' && performance.now() - lastLogged > LOG_MS) {
    console.error(text);
    lastLogged = performance.now();
  }
}

/**
 * @param {import('./lib/plan.mjs').Task} task
 * @param {import('./lib/run-suite.mjs').Params} params
 * @param {string} place "3 of 40"
 * @returns {Promise<import('./lib/store.mjs').Result>}
 */
async function measure({ engine, subject }, params, place) {
  const hear = (/** @type {string} */ text) => showProgress(`${place}: ${engine}, ${subject.name}: ${text}`);
  const { version, rounds, foreign, rows } = await runWhatWorks(engine, { ...params, subject: subject.name }, hear);
  const [name, group, at] = [subject.name, subject.group, new Date().toISOString()];
  return { engine, version, subject: name, group, build: buildOf(params.dist), at, rounds, foreign, rows };
}

/** In the short run, again if a ratio is lost that must not be. @type {typeof measure} */
async function measureWell(task, params, place) {
  for (let tries = 1; ; tries++) {
    const result = await measure(task, params, place);
    const failures = params.quick ? failedGates(result) : [];
    if (failures.length === 0) return result;
    if (tries === GATE_TRIES) throw new Error(`${failures.join('; ')}, ${tries} times`);
  }
}

/**
 * @param {import('./lib/plan.mjs').Task[]} tasks
 * @param {import('./lib/run-suite.mjs').Params} params
 */
async function measureAll(tasks, params) {
  const store = openStore(params);
  const results = [];
  const failures = [];
  for (const [i, task] of tasks.entries()) {
    const place = `${i + 1} of ${tasks.length}`;
    try {
      const kept = params.quick ? undefined : store.get(task.engine, task.subject.name);
      const result = kept ?? (await measureWell(task, params, place));
      if (!params.quick) store.put(result);
      showProgress('');
      console.log(params.quick ? `${place}: ${titleOf(result)}: ${result.rows.length} rows` : `${asText(result)}\n`);
      results.push(result);
    } catch (error) {
      showProgress('');
      failures.push(`${task.engine}, ${task.subject.name}: ${/** @type {Error} */ (error).message}`);
      console.log(`${place}: FAILED ${failures.at(-1)}\n`);
    }
  }
  return { results, failures, store };
}

/** What is new replaces what the report had of the same. @param {import('./lib/store.mjs').Result[]} results @param {string} out */
function merged(results, out) {
  const isNew = ({ engine, subject }) => results.some((each) => each.engine === engine && each.subject === subject);
  const old = readReport(out)?.results ?? [];
  return inOrder([...old.filter((each) => !isNew(each)), ...results], ENGINE_NAMES);
}

const { tasks, params, out } = readArguments();
await providePackages();
const { results, failures, store } = await measureAll(tasks, params);
if (!params.quick) await writeReport({ machine: describeMachine(), results: merged(results, out) }, out);
if (failures.length === 0 && !params.quick) store.clear(results);
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${results.length} of ${tasks.length} subjects measured, ${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
