// A suite of WASI programs on Millrace and on its rivals.
// Usage: node tests/conformance/run.mjs --suite FOLDER [--only part] [--tier jspi] [node|chromium|firefox|webkit…]
//
// With --tier jspi it is Millrace alone, on pages without the headers that isolate them, and in a Node that can suspend wasm.

import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from '../browser/launch.mjs';
import { runPage } from '../browser/run-page.mjs';
import { serve } from '../browser/server.mjs';
import { judgeAll } from './judge.mjs';
import { openNodeWasi } from './node-wasi.mjs';
import { readSuite } from './suite.mjs';
import { tableOf } from './table.mjs';

const HELP = `The suite is not part of this repository: get a release of https://github.com/WebAssembly/wasi-testsuite
(its branch prod/testsuite-base has the programs compiled), and say where it is:
  make conformance SUITE=/path/to/wasi-testsuite`;

/** Browsers that can suspend wasm. */
const WITH_JSPI = ['chromium', 'firefox'];

const HERE = '/tests/conformance';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function inNode(tests, tier) {
  const millrace = await import('../../npm/dist/index.node.js');
  const { openMillrace } = await import('./millrace.mjs');
  const ours = await judgeAll(await openMillrace(millrace, tier), tests);
  if (tier !== 'shared') return { version: process.version, report: { Millrace: ours } };
  const { openShim } = await import('./shim.mjs');
  const compile = async (wasm) => WebAssembly.compile(await readFile(wasm));
  const report = {
    Millrace: ours,
    'node:wasi': await judgeAll(openNodeWasi(), tests),
    browser_wasi_shim: await judgeAll(openShim(compile), tests),
  };
  return { version: process.version, report };
}

/** The tests as a page gets them, and where it gets their modules. */
function routesOf(tests) {
  const url = (i) => `${HERE}/wasm/${i}.wasm`;
  const plan = JSON.stringify(tests.map((test, i) => ({ ...test, wasm: url(i) })));
  const modules = tests.map(({ wasm }, i) => [
    url(i),
    (_, res) => createReadStream(wasm).pipe(res.setHeader('Content-Type', 'application/wasm')),
  ]);
  const json = (_, res) => res.setHeader('Content-Type', 'application/json').end(plan);
  return { [`${HERE}/plan.json`]: json, ...Object.fromEntries(modules) };
}

async function inBrowser(name, tests, tier) {
  const browser = await launch(name);
  const server = await serve({ root: ROOT, routes: routesOf(tests), isolated: tier === 'shared' });
  try {
    const { report, error } = await runPage({ browser, url: `${server.url}${HERE}/page.html`, timeoutMs: 900_000 });
    if (error) throw new Error(error);
    return { version: browser.version, report };
  } finally {
    await browser.close();
    await server.close();
  }
}

async function rowsOf(name, tests, tier) {
  const { version, report } = await (name === 'node' ? inNode(tests, tier) : inBrowser(name, tests, tier));
  const where = tier === 'shared' ? '' : `, tier ${tier}`;
  return Object.entries(report).map(([runtime, results]) => {
    return { title: `${runtime}, ${name} ${version}${where}`, results };
  });
}

async function testsOf(suite, only) {
  const folder = suite && (await stat(suite).catch(() => undefined));
  if (!folder?.isDirectory()) throw new Error(suite ? `there is no folder ${suite}\n${HELP}` : HELP);
  const tests = await readSuite(suite, only);
  if (tests.length === 0) throw new Error(`${suite} has no tests: no *.wasm\n${HELP}`);
  return tests;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      suite: { type: 'string' },
      only: { type: 'string', default: '' },
      tier: { type: 'string', default: 'shared' },
    },
  });
  const engines = values.tier === 'shared' ? BROWSER_NAMES : WITH_JSPI;
  const tests = await testsOf(values.suite, values.only);
  const rows = [];
  for (const name of positionals.length > 0 ? positionals : ['node', ...engines]) {
    try {
      rows.push(...(await rowsOf(name, tests, values.tier)));
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
  if (rows.length > 0) console.log(tableOf(rows));
  const ours = rows.filter(({ title }) => title.startsWith('Millrace'));
  if (ours.some(({ results }) => results.some(({ reason }) => reason))) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});
