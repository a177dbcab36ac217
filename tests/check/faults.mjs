// Checks that tests/FAULTS.md holds: each row has its number, and a test that exists or the reason why there is none.
import { existsSync, readFileSync } from 'node:fs';

const FILE = 'tests/FAULTS.md';
const LAST_ROW = 77;

const problems = [];

/** Whether a file has a test of that name: for C one that is defined and run, elsewhere one that is written as a string. */
function hasTest(file, name) {
  const source = readFileSync(file, 'utf8');
  if (file.endsWith('.c')) return [...source.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length >= 2;
  if (file.endsWith('.sh') || file.endsWith('.mk')) return source.includes(name);
  return ["'", '"', '`'].some((quote) => source.includes(name + quote)); // what comes before it may be a browser's name
}

/** `file` "name", "name" … in a row: how many tests it names. */
function checkTests(row, text) {
  let n = 0;
  for (const [, file, names] of text.matchAll(/`([\w./-]+)`((?:,? ?"[^"]+")+)/g)) {
    for (const [, name] of names.matchAll(/"([^"]+)"/g)) {
      n++;
      if (!existsSync(file)) problems.push(`${row}: there is no file ${file}`);
      else if (!hasTest(file, name)) problems.push(`${row}: ${file} has no test "${name}"`);
    }
  }
  return n;
}

const rows = readFileSync(FILE, 'utf8')
  .split('\n')
  .map((line) => /^\| (P?\d+) \|/.exec(line) && line.split(' | '))
  .filter(Boolean)
  .map(([number, ...cells]) => ({ number: number.slice(2), covered: cells.at(-1) }));

let tests = 0;
for (const { number, covered } of rows) {
  const n = checkTests(`row ${number}`, covered);
  if (n === 0 && !/^(Does not apply|No test): ./.test(covered))
    problems.push(`row ${number}: neither a test nor a reason`);
  tests += n;
}
for (let i = 1; i <= LAST_ROW; i++) {
  if (rows.filter(({ number }) => number === String(i)).length !== 1) problems.push(`row ${i} is not there once`);
}
for (const problem of problems) console.error(`${FILE}: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`check-faults: ${rows.length} rows, ${tests} tests named`);
