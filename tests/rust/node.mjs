// The crate's scenarios in Node. Usage: node tests/rust/node.mjs [shared | jspi] [part of a name]
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runScenarios } from './watched.mjs';

const root = new URL('../../', import.meta.url);
const built = new URL('build/rust/millrace_scenarios/', root);
const url = new URL('npm/dist/index.node.js', root).href;

const [tier = 'shared', only = ''] = process.argv.slice(2);
const millrace = await import(url);
const rust = await import(new URL('millrace_scenarios.js', built).href);
await rust.default({ module_or_path: await readFile(new URL('millrace_scenarios_bg.wasm', built)) });

const guests = fileURLToPath(new URL('examples/guests', root));
const { passed, failed, failures, lines } = await runScenarios({ rust, millrace, url, guests, tier, only });
for (const line of [...lines, ...failures]) console.log(line);
console.log(`node ${process.version}, ${tier}: ${passed} passed, ${failed} failed`);
process.exitCode = failed || passed === 0 ? 1 : 0;
