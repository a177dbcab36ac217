// Writes what is made of bench/report/report.json: the report's page, and the figures in the README. Usage: node
// bench/figures.mjs [--check]; with it, it only fails if they are not what the JSON gives.

import { fileURLToPath } from 'node:url';
import { checkReport, readReport, writeReport } from './lib/write-report.mjs';

const FOLDER = fileURLToPath(new URL('./report', import.meta.url));
const report = readReport(FOLDER);
if (!report) throw new Error('there is no report: run "make bench"');

if (process.argv.includes('--check')) {
  const problems = checkReport(report, FOLDER);
  for (const problem of problems) console.log(`${problem}: run "make figures"`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  await writeReport(report, FOLDER);
}
