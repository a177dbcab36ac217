// The thin client's test programs, in Node and in browsers. Usage: node tests/thin/run.mjs
// [node|chromium|firefox|webkit]… [--only blocking_test]
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../browser/launch.mjs';
import { runPage } from '../browser/run-page.mjs';
import { serve } from '../browser/server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Of one program: a hang, however busy the machine is. */
const TIMEOUT_MS = 240_000;
const DETAILS = 12;

/** Every program, in each way it is built. */
const programs = [
  'args_test.plain',
  'args_test.asyncify',
  'event_test.asyncify',
  'event_test.jspi',
  'exit_test.plain',
  'isolation_test.plain',
  'callback_test.plain',
  'callback_test.asyncify',
  'blocking_test.asyncify',
  'callback_test.jspi',
  'blocking_test.jspi',
  'room_test.plain',
  'room_test.asyncify',
  'room_test.jspi',
  'volumes_test.plain',
  'volumes_test.asyncify',
  'volumes_test.jspi',
  'instances_test.plain',
  'instances_test.asyncify',
  'instances_test.jspi',
  'imports_test.plain',
  'imports_test.asyncify',
  'imports_test.jspi',
  'imports_test.plain-closure',
  'import_limits_test.plain',
  'import_limits_test.jspi',
  'questions_test.plain',
  'questions_test.asyncify',
  'questions_test.jspi',
  'turns_test.plain',
  'turns_test.jspi',
  'log_test.plain',
  'log_test.asyncify',
  'log_test.jspi',
  'log_test.plain-closure',
  'callback_test.plain-closure',
  'blocking_test.asyncify-closure',
  'blocking_test.jspi-closure',
  'event_test.jspi-closure',
  'callback_test.plain-module',
  'callback_test.plain-closure-module',
  'blocking_test.asyncify-closure-module',
  'blocking_test.jspi-closure-module',
];

const isModule = (program) => program.endsWith('-module');
const fileOf = (program) => `build/emscripten/tests/${program}.${isModule(program) ? 'mjs' : 'js'}`;

/** What each place can run: an engine must be able to suspend for JSPI, and Node needs no isolation. */
const places = {
  node: (program) => !program.includes('.jspi') && !program.startsWith('isolation_test'),
  chromium: () => true,
  firefox: () => true,
  webkit: (program) => !program.includes('.jspi'),
};

/** What is wrong with what a program wrote; `undefined`: nothing. */
function complaintOf(program, lines) {
  const summary = lines.findLast((line) => /^\d+ checks, \d+ failed$/.test(line));
  if (!summary) return 'it did not come to its end';
  if (!summary.endsWith(' 0 failed')) return summary;
  if (
    /^(args|event|exit|imports|import_limits|isolation|room|volumes|instances|questions|log|turns)_test/.test(program)
  )
    return undefined;
  const said = lines.indexOf('Hello from WebAssembly text');
  const after = lines.findIndex((line) => /^(inherited 0|ended 0)$/.test(line));
  if (said < 0 || after < said) return 'what a job wrote to inherited output came too late, or not at all';
  return undefined;
}

function runInNode(program) {
  const [, way] = program.split(/[.-]/);
  const start = isModule(program) ? [`${root}tests/thin/start.mjs`] : [];
  const argv = [...start, `${root}${fileOf(program)}`, `${root}examples/guests/`, way];
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const lines = `${stdout}\n${stderr}`.split('\n').filter(Boolean);
      resolve({ lines, status: error ? (error.code ?? error.signal) : 0 });
    });
  });
}

async function runInBrowser(browser, program) {
  const { url: origin } = program.startsWith('isolation_test') ? openServer : server;
  const url = `${origin}/tests/thin/page.html?program=${program}`;
  return runPage({ browser, url, timeoutMs: TIMEOUT_MS });
}

/** What failed in all places, with the beginning of what it said of that: told at the very end, where a log that was cut
 * still has it. */
const failures = [];

function noteFailure(what, lines) {
  const told = lines.filter((line) => /^FAILED|rror|rejection|crash/.test(line));
  const details = told.length > 0 ? told : lines.slice(-DETAILS);
  failures.push([what, ...details.slice(0, DETAILS).map((line) => `  ${line.slice(0, 300)}`)]);
}

async function runPlace(name) {
  const browser = name === 'node' ? undefined : await launch(name);
  try {
    for (const program of programs.filter((it) => it.startsWith(values.only) && places[name](it))) {
      const began = Date.now();
      const run = browser ? runInBrowser(browser, program) : runInNode(program);
      const { lines, status } = await run.catch((error) => ({ lines: error.message.split('\n'), status: 'no end' }));
      const complaint = complaintOf(program, lines) ?? (status === 0 ? undefined : `exit status ${status}`);
      if (complaint) lines.forEach((line) => console.log(`  ${line.slice(0, 300)}`));
      const what = complaint ? `FAILED: ${complaint}` : lines.findLast((line) => line.includes(' checks, '));
      console.log(`${name}: ${program}: ${what} (${Date.now() - began} ms)`);
      if (complaint) noteFailure(`${name}: ${program}: ${what}`, lines);
    }
  } finally {
    await browser?.close();
  }
}

const options = { only: { type: 'string', default: '' } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const unbuilt = programs.find((program) => !existsSync(root + fileOf(program)));
if (unbuilt) throw new Error(`${unbuilt} is not built; run "make thin-tests"`);
const server = await serve({ root });
const openServer = await serve({ root, isolated: false });
for (const name of positionals.length > 0 ? positionals : Object.keys(places)) await runPlace(name);
await server.close();
await openServer.close();
for (const lines of failures) console.log(lines.join('\n'));
console.log(failures.length > 0 ? `${failures.length} failed` : 'all passed');
process.exitCode = failures.length > 0 ? 1 : 0;
