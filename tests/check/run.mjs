// All of CI, as `make check` runs it: as many parts at a time as there are cores, a line for each as it ends, and a summary.
// Usage: node tests/check/run.mjs [tests | part…]. `tests` is every part that runs what was built.
//
// What a part prints goes to build/check/<part>.log; of one that fails, what failed and the end are shown.

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { once } from 'node:events';
import { excerptOf, firstFindings } from './excerpt.mjs';
import { last, parts, preparations } from './parts.mjs';

const LOGS = 'build/check';
const SLOWEST = 10;

/** @typedef {{part: string, ok: boolean, seconds: number}} Result */

/** Runs one target of make. @param {string} part @returns {Promise<Result>} */
async function run(part) {
  const begin = performance.now();
  const log = createWriteStream(`${LOGS}/${part}.log`);
  await once(log, 'open');
  const make = spawn('make', ['--no-print-directory', part], { stdio: ['ignore', log, log] });
  const [code] = await once(make, 'close');
  log.end();
  const seconds = (performance.now() - begin) / 1000;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${part.padEnd(20)} ${seconds.toFixed(1).padStart(7)} s`);
  if (code !== 0) await showFailure(part);
  return { part, ok: code === 0, seconds };
}

/** @param {string} part */
async function showFailure(part) {
  const lines = excerptOf(await readFile(`${LOGS}/${part}.log`, 'utf8'));
  console.log(lines.map((line) => `    ${line}`).join('\n'));
  console.log(`    (all of it: ${LOGS}/${part}.log; again: make ${part})`);
}

/** Runs them all, some at a time, whether or not others fail. @param {string[]} wanted @param {number} atOnce */
async function runAll(wanted, atOnce) {
  /** @type {Result[]} */
  const results = [];
  const queue = [...wanted];
  const lane = async () => {
    for (let part = queue.shift(); part; part = queue.shift()) results.push(await run(part));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

/** Runs one after the other, until one fails: the next would have nothing to stand on. @param {string[]} wanted */
async function prepare(wanted) {
  /** @type {Result[]} */
  const results = [];
  for (const part of wanted) {
    const result = await run(part);
    results.push(result);
    if (!result.ok) break;
  }
  return results;
}

/** @param {string} part */
async function sayAgain(part) {
  console.log(`\n${part}:`);
  for (const line of firstFindings(await readFile(`${LOGS}/${part}.log`, 'utf8'))) console.log(`    ${line}`);
}

/** @param {Result[]} results @param {number} seconds */
async function summarise(results, seconds) {
  console.log(`\nthe slowest ${SLOWEST}:`);
  for (const { part, seconds: each } of [...results].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST))
    console.log(`  ${each.toFixed(1).padStart(7)} s  ${part}`);
  const failed = results.filter(({ ok }) => !ok);
  for (const { part } of failed) await sayAgain(part);
  if (failed.length > 0) console.log(`\nfailed: ${failed.map(({ part }) => part).join(' ')}`);
  console.log(`\nin ${Math.round(seconds)} s, parts:`);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0;
}

const argv = process.argv.slice(2);
const asked = argv[0] === 'tests' ? parts.filter((part) => part.startsWith('test-')) : argv;
const begin = performance.now();
await mkdir(LOGS, { recursive: true });
const results = await prepare(preparations);
if (results.every(({ ok }) => ok)) {
  results.push(...(await runAll(asked.length > 0 ? asked : parts, availableParallelism())));
  if (asked.length === 0) results.push(...(await runAll(last, 1)));
}
process.exitCode = (await summarise(results, (performance.now() - begin) / 1000)) ? 0 : 1;
