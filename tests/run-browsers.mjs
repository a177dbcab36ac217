// The scenarios in real browsers, on the built package. Usage: node tests/run-browsers.mjs [browser…] [--only part]
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browser/launch.mjs';
import { runPage } from './browser/run-page.mjs';
import { serve } from './browser/server.mjs';

const argv = process.argv.slice(2);
const at = argv.indexOf('--only');
const only = at < 0 ? '' : argv.splice(at, 2)[1];
const names = argv.length > 0 ? argv : BROWSER_NAMES;

async function test(name, server) {
  const browser = await launch(name);
  try {
    const url = `${server.url}/tests/page.html?only=${encodeURIComponent(only)}`;
    const report = await runPage({ browser, url, timeoutMs: 300_000 });
    for (const line of report.lines) console.log(`${name}: ${line}`);
    for (const { error } of report.failures) console.log(error);
    console.log(`${name} ${browser.version}: ${report.passed} passed, ${report.failed} failed`);
    return report;
  } finally {
    await browser.close();
  }
}

const server = await serve({ root: fileURLToPath(new URL('..', import.meta.url)) });
const total = { passed: 0, failed: 0 };
for (const name of names) {
  try {
    const { passed, failed } = await test(name, server);
    total.passed += passed;
    total.failed += failed + (passed + failed === 0 ? 1 : 0);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    total.failed++;
  }
}
await server.close();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
