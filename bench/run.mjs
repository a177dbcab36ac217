// The benchmark. Usage: node bench/run.mjs [chromium] [node] [firefox] [webkit] [options]
//
//   --rounds N      how often everything is measured (default: 15)
//   --only NAME     only the subjects whose name contains NAME
//   --quick         small and short: looks whether all of it works; measures nothing and writes no report
//   --dist DIR      the build to measure (default: npm/dist)
//   --baseline DIR  another build of the package, measured beside it in the same rounds
//   --guests DIR    where rpc.gen.wasm and bulk.gen.wasm are (default: examples/guests)
//   --out DIR       where the report goes (default: bench/report)

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINE_NAMES, runEngine } from './lib/engines.mjs';
import { asMarkdown, asText } from './lib/report.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const QUICK_ROUNDS = 2;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '15' },
      only: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      dist: { type: 'string', default: join(ROOT, 'npm/dist') },
      baseline: { type: 'string' },
      guests: { type: 'string', default: join(ROOT, 'examples/guests') },
      out: { type: 'string', default: join(ROOT, 'bench/report') },
    },
  });
  const engines = positionals.length > 0 ? positionals : ['chromium', 'node'];
  const unknown = engines.find((name) => !ENGINE_NAMES.includes(name));
  if (unknown) throw new Error(`no engine is called ${unknown}; there are ${ENGINE_NAMES.join(', ')}`);
  const rounds = values.quick ? QUICK_ROUNDS : Number(values.rounds);
  if (!(rounds >= 1)) throw new Error(`--rounds ${values.rounds} is no number of rounds`);
  const params = {
    rounds,
    quick: values.quick,
    only: values.only,
    dist: resolve(values.dist),
    baseline: values.baseline ? resolve(values.baseline) : '',
    guests: resolve(values.guests),
  };
  return { engines, params, out: values.out };
}

/** One line on the terminal that shows where it is. @param {string} text */
function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

const { engines, params, out } = readArguments();
const reports = [];
for (const name of engines) {
  const report = await runEngine(name, params, (text) => showProgress(`${name}: ${text}`));
  showProgress('');
  if (report.rows.length === 0) throw new Error(`${name}: nothing was measured; is there a subject "${params.only}"?`);
  console.log(params.quick ? `${name} ${report.version}: ${report.rows.length} rows work` : `${asText(report)}\n`);
  reports.push(report);
}
if (!params.quick) {
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'report.json'), `${JSON.stringify({ engines: reports }, null, 1)}\n`);
  await writeFile(join(out, 'report.md'), asMarkdown(reports));
}
