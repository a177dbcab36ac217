// Prints what the packed package weighs, and fails if that is more than it may be. Usage: node npm/tarball.mjs package.tgz
//
// A budget is what there is now and a little more: who raises one says in the commit what for.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

const KIB = 1024;

/** In KiB: the archive, what it unpacks to, and one file of each kind. */
const BUDGETS = {
  'the archive': 1140,
  unpacked: 3070,
  'dist/inline.js': 430,
  'dist/index.d.ts': 96,
};

/** Nobody reads these in a package. */
const FORBIDDEN = /\.map$|\.ts$(?<!\.d\.ts)/;

const [archive] = process.argv.slice(2);
const lines = execFileSync('tar', ['tvf', archive], { encoding: 'utf8' }).trim().split('\n');
const files = new Map(
  lines.map((line) => line.split(/\s+/)).map((fields) => [fields.at(-1).replace(/^package\//, ''), Number(fields[2])]),
);
const sizes = new Map([
  ['the archive', statSync(archive).size],
  ['unpacked', [...files.values()].reduce((sum, size) => sum + size, 0)],
  ...files,
]);

const problems = [...files.keys()].filter((name) => FORBIDDEN.test(name)).map((name) => `${name} is in the package`);
for (const [name, budget] of Object.entries(BUDGETS)) {
  const kib = (sizes.get(name) ?? Infinity) / KIB;
  console.log(`${kib.toFixed(0).padStart(6)} KiB of ${budget}  ${name}`);
  if (kib > budget) problems.push(`${name} has more than ${budget} KiB`);
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
