// Checks what no compiler does: that includes and imports point downwards, that no files of a folder need each other in a
// circle, that platforms stay in c/port, that each C source has its test, that each file says what it is about, that what
// scripts import is there, and that functions fit on a screen.
import { readFileSync } from 'node:fs';
import { circlesOf, needsInC } from './circles.mjs';
import { repositoryFiles } from './files.mjs';
import { functionLengthsInScript, importsIn, problemsOfImports } from './script-files.mjs';
import { problemsOfUnitTests } from './unit-tests.mjs';

/** What each folder of c/ may include, besides itself and the public headers. */
const below = {
  core: [],
  port: ['core'],
  sync: ['core', 'port'],
  fs: ['core', 'port', 'sync'],
  wasi: ['core', 'port', 'sync', 'fs'],
  api: ['core', 'port', 'sync', 'fs'],
  client: ['core', 'port', 'sync', 'api'],
  coordinator: ['core', 'port', 'sync', 'fs'],
  worker: ['core', 'port', 'sync', 'fs', 'wasi'],
  native: ['core', 'port', 'sync', 'api', 'client', 'coordinator', 'worker'],
  thin: ['core'],
  inside: [],
  gen: ['core', 'sync', 'coordinator', 'worker', 'thin'],
  include: [],
};

/** What each folder of bindings-js/src may import, besides itself. The files above the folders, of which the package's scripts
 * are built, may import all of them. */
const belowInScripts = {
  shared: [],
  platform: ['shared'],
  files: ['shared', 'platform'],
  coordinator: ['shared', 'platform'],
  worker: ['shared', 'platform'],
  client: ['shared', 'platform', 'files'],
  thin: ['shared', 'platform', 'client'],
  plugin: ['shared', 'platform', 'client'],
  cell: ['shared', 'platform', 'coordinator', 'worker', 'client'],
  cells: ['shared', 'platform', 'coordinator', 'client'],
  cli: ['shared', 'client', 'worker'],
};

/** The public headers' edge to compilers and linkers. */
const edges = ['c/include/pool_export.h', 'c/include/pool_guest_link.h'];

const LINES_MAX = 60;
const LINES_USUAL = 26;
const USUAL_SHARE = 0.9;

const problems = [];

function linesOf(file) {
  return readFileSync(file, 'utf8').split('\n');
}

function checkInclude(file, folder, line) {
  const target = /^#include "(?:(\w+)\/)?[\w.]+"/.exec(line)?.[1];
  if (!target || target === folder) return;
  if (!below[folder]?.includes(target)) problems.push(`${file}: c/${folder} must not include c/${target}: ${line}`);
}

function checkFolders() {
  for (const file of repositoryFiles('c/*/*.c', 'c/*/*.h')) {
    const folder = file.split('/')[1];
    for (const line of linesOf(file)) {
      checkInclude(file, folder, line);
      if (edges.includes(file)) continue;
      const conditional = /^\s*#\s*(if|ifdef|ifndef|elif)\b/.test(line) && !/^#ifndef MILLRACE_\w+_H$/.test(line);
      if (conditional && folder !== 'port')
        problems.push(`${file}: ${line}: what depends on the platform belongs in c/port`);
    }
  }
}

/** The folder of a file in bindings-js/src; `undefined`: it stands above the folders. */
function folderOfScript(file) {
  return /^bindings-js\/src\/([^/]+)\//.exec(file)?.[1];
}

function checkScriptFolders(imports) {
  for (const [file, targets] of imports) {
    const folder = folderOfScript(file);
    if (folder === undefined) continue;
    for (const target of targets) {
      const other = folderOfScript(target);
      if (other !== folder && !belowInScripts[folder]?.includes(other))
        problems.push(`${file}: bindings-js/src/${folder} must not import ${target}`);
    }
  }
}

/** Where numbers of C are written once more, and how. */
const copiesOfNumbers = [
  { file: 'c/thin/library_millrace.js', pattern: /\b([A-Z][A-Z0-9_]+): (-?\w+),/g, prefix: '' },
  { file: 'examples/guests/rust/millrace-guest/src/code.rs', pattern: /\b(E[A-Z0-9]+) = (-\d+);/g, prefix: 'POOL_' },
];

/** The numbers of C that somebody without its compiler has are the same as those that the compiler knows. */
function checkNumbers() {
  const [layout] = repositoryFiles('bindings-js/src/**/layout.gen.ts');
  const known = new Map(
    [...readFileSync(layout, 'utf8').matchAll(/^ {2}(\w+): (-?\d+),$/gm)].map(([, ...pair]) => pair),
  );
  for (const { file, pattern, prefix } of copiesOfNumbers) {
    for (const [, name, number] of readFileSync(file, 'utf8').matchAll(pattern)) {
      const here = known.get(prefix + name);
      if (Number(here) !== Number(number)) problems.push(`${file}: ${name} is ${here} in ${layout}`);
    }
  }
}

function checkCircles(place, needs) {
  for (const circle of circlesOf(needs)) {
    const arrows = circle.map(
      (file) => `${file} -> ${circle.filter((other) => needs.get(file)?.has(other)).join(' ')}`,
    );
    problems.push(`${place}: these files need each other in a circle:\n  ${arrows.join('\n  ')}`);
  }
}

/** Each file says first what it is about. */
function checkOpenings(files) {
  for (const file of files) {
    if (!/^(\/\*|\/\/|#!)/.test(readFileSync(file, 'utf8')))
      problems.push(`${file}: begins without a sentence about it`);
  }
}

/** Lines from a function's opening brace in column 0 to its closing one. */
function functionLengthsInC(file) {
  const lengths = [];
  let open = -1;
  linesOf(file).forEach((line, i) => {
    if (line === '{') open = i;
    if (line === '}' && open >= 0) {
      lengths.push({ file, line: open, lines: i - open + 1 });
      open = -1;
    }
  });
  return lengths;
}

/** @returns {string} how many functions of a kind there are, and how many are short */
function checkFunctions(kind, all) {
  for (const { file, line, lines } of all) {
    if (lines > LINES_MAX) problems.push(`${file}:${line}: a function of ${lines} lines; the most is ${LINES_MAX}`);
  }
  const usual = Math.round((100 * all.filter(({ lines }) => lines < LINES_USUAL).length) / all.length);
  if (usual < 100 * USUAL_SHARE)
    problems.push(`${kind}: only ${usual} % of the functions are under ${LINES_USUAL} lines`);
  return `${all.length} functions of ${kind}, ${usual} % of them under ${LINES_USUAL} lines`;
}

const cFiles = repositoryFiles('c/**/*.c', 'c/**/*.h', 'tests/**/*.c', 'examples/**/*.c');
const scripts = repositoryFiles('*.mjs', '*.js', '*.ts', ':!*.gen.ts', ':!coordinator-dist');
const imports = importsIn(repositoryFiles('bindings-js/src/*.ts'));

checkFolders();
for (const folder of Object.keys(below)) checkCircles(`c/${folder}`, needsInC(repositoryFiles(`c/${folder}/*.c`)));
checkScriptFolders(imports);
checkCircles('bindings-js/src', imports);
checkOpenings([...cFiles, ...scripts]);
checkNumbers();
problems.push(...problemsOfImports(repositoryFiles('*.mjs')));
problems.push(...problemsOfUnitTests(repositoryFiles('c/*/*.c', 'c/*/*.h'), repositoryFiles('tests/unit/*.c')));
const counts = [
  checkFunctions('C', cFiles.flatMap(functionLengthsInC)),
  checkFunctions('JavaScript and TypeScript', scripts.flatMap(functionLengthsInScript)),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`check-architecture: ${counts.join('; ')}`);
