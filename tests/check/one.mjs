// One suite by its name: a C test (tests/unit/FOLDER/NAME_test.c), a file of scenarios (tests/scenarios/**/NAME.mjs) in Node or
// in one browser, or a program of the thin client (tests/thin/NAME.c). As `make test-one NAME=pipe [IN=firefox]`.
import { spawnSync } from 'node:child_process';
import { subjects } from '../scenarios/all.mjs';
import { repositoryFiles } from './files.mjs';

const [name = '', place = 'node'] = process.argv.slice(2);

/** @param {string} command @param {string[]} args */
function run(command, args) {
  console.log([command, ...args].join(' '));
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** With AddressSanitizer; one that is threaded with ThreadSanitizer too. @param {string} source */
function runUnit(source) {
  const sanitizers = source.endsWith('_threads_test.c') ? ['asan', 'tsan'] : ['asan'];
  for (const sanitizer of sanitizers) {
    const program = `build/native-${sanitizer}/${source.replace(/\.c$/, '')}`;
    run('make', ['--no-print-directory', '-j2', program]);
    run(program, []);
  }
}

/** @param {string} source */
function runScenarios(source) {
  const subject = /([^/]+)\.mjs$/.exec(source)?.[1] ?? '';
  run('make', ['--no-print-directory', 'js']);
  if (place === 'node') run('node', ['tests/run-node.mjs', '--subject', subject]);
  else run('node', ['tests/run-browsers.mjs', place, '--subject', subject]);
}

/** @param {string} source */
function runThin(source) {
  const program = /([^/]+)\.c$/.exec(source)?.[1] ?? '';
  run('make', ['--no-print-directory', '-j2', 'thin-tests']);
  run('node', ['tests/thin/run.mjs', place, '--only', program]);
}

/** Each kind of suite: where they are, what of the path is their name, and how one is run. */
const kinds = [
  { pattern: /^tests\/unit\/(?:.*\/)?(\w+)_test\.c$/, run: runUnit },
  { pattern: /^tests\/scenarios\/(?:.*\/)?([\w-]+)\.mjs$/, run: runScenarios },
  { pattern: /^tests\/thin\/(\w+)_test\.c$/, run: runThin },
];

const suites = repositoryFiles('tests').flatMap((path) =>
  kinds.flatMap((kind) => {
    const found = kind.pattern.exec(path)?.[1];
    const isHelper = kind.run === runScenarios && !Object.hasOwn(subjects, found ?? '');
    return found && !isHelper ? [{ name: found, path, run: kind.run }] : [];
  }),
);
const wanted = suites.filter((suite) => suite.name === name || suite.name === name.replace(/_test$/, ''));
if (wanted.length === 0) {
  console.error(`NAME=${name} is no suite. There are: ${[...new Set(suites.map((suite) => suite.name))].join(' ')}`);
  process.exit(1);
}
for (const suite of wanted) suite.run(suite.path);
