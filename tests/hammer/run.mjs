// The hammer inside coordinator.wasm. Usage: node tests/hammer/run.mjs [--mib N] [--seed N] [node|browser…]
import { parseArgs } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BROWSER_NAMES, launch } from '../browser/launch.mjs';
import { runPage } from '../browser/run-page.mjs';
import { serve } from '../browser/server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mib: { type: 'string', default: '1024' }, seed: { type: 'string' }, seconds: { type: 'string' } },
});
const mib = Number(values.mib);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const seconds = Number(values.seconds ?? 600);
const names = positionals.length > 0 ? positionals : ['node', ...BROWSER_NAMES];

async function inNode() {
  const { run } = await import(pathToFileURL(`${root}build/hammer/inside.node.js`).href);
  const url = (path) => pathToFileURL(root + path).href;
  return run({ mib, seed, seconds, wasm: url('build/wasm/hammer.wasm'), dist: url('coordinator-dist/') });
}

async function inBrowser(name, server) {
  const browser = await launch(name);
  try {
    const url = `${server.url}/tests/hammer/page.html?mib=${mib}&seed=${seed}&seconds=${seconds}`;
    const { lines, failures } = await runPage({ browser, url, timeoutMs: 400_000 });
    if (failures.length > 0) throw new Error(failures[0].error);
    return lines[0];
  } finally {
    await browser.close();
  }
}

const server = await serve({ root });
let failed = 0;
for (const name of names) {
  try {
    console.log(`${name}: ${await (name === 'node' ? inNode() : inBrowser(name, server))}`);
  } catch (error) {
    failed++;
    console.log(`${name}: seed ${seed}: ${error.message}`);
  }
}
await server.close();
process.exitCode = failed ? 1 : 0;
