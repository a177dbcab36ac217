// The scenarios in Node, on the built package. Usage: node tests/run-node.mjs [--subject files] [--dist DIR] [--tier jspi]
// [part of a name]
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scenarios as processes } from './processes/scenarios.mjs';
import { subjects } from './scenarios/all.mjs';
import { runAll, useTier } from './scenarios/harness.mjs';

const options = {
  subject: { type: 'string' },
  dist: { type: 'string', default: 'npm/dist' },
  tier: { type: 'string', default: 'shared' },
};
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const root = fileURLToPath(new URL('..', import.meta.url));
const millrace = await import(`${root}${values.dist}/index.node.js`);
const plugin = await import(`${root}${values.dist}/plugin.node.js`);
if (values.tier !== 'shared') useTier(millrace.Pool, values.tier);
const env = {
  millrace,
  tier: values.tier,
  plugin,
  guest: (name) => `${root}examples/guests/${name}.gen.wasm`,
  file: (path) => new URL(`../${path}`, import.meta.url).href,
  has: async (path) => existsSync(`${root}${path}`),
  load: async (path) => new Uint8Array(await readFile(`${root}${path}`)),
  browser: false,
};

// Programs of their own make pools of the tier that is Node's, whatever is asked for here.
const ofShared = processes.map((scenario) => ({ ...scenario, tiers: ['shared'] }));
const all = { ...subjects, processes: ofShared };
const scenarios = values.subject ? all[values.subject] : Object.values(all).flat();
const wanted = scenarios.filter(({ name }) => name.includes(positionals[0] ?? ''));
const { passed, failed, leftOut, failures } = await runAll(
  wanted,
  env,
  (line) => line.startsWith('…') || console.log(line),
);
for (const { error } of failures) console.log(error);
console.log(`node ${process.version}`);
console.log(`${passed} passed, ${failed} failed${leftOut > 0 ? `, ${leftOut} left out` : ''}`);
process.exitCode = failed || passed === 0 ? 1 : 0;
