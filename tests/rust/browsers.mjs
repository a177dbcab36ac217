// The crate's scenarios in browsers, on pages that are isolated and on pages that are not.
// Usage: node tests/rust/browsers.mjs [browser…] [--only part of a name]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../browser/launch.mjs';
import { runPage } from '../browser/run-page.mjs';
import { serve } from '../browser/server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const options = { only: { type: 'string', default: '' } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const names = positionals.length > 0 ? positionals : ['chromium', 'firefox'];

/** WebKit, which is slow to start pools and is run when it is asked for, cannot suspend wasm. */
const tiersOf = (name) => (name === 'webkit' ? ['shared'] : ['shared', 'jspi']);

async function testTier(browser, tier) {
  const server = await serve({ root, isolated: tier === 'shared' });
  try {
    const url = `${server.url}/tests/rust/page.html?only=${encodeURIComponent(values.only)}`;
    const { passed, failed, failures, lines } = await runPage({ browser, url, timeoutMs: 600_000 });
    for (const line of [...lines, ...failures]) console.log(`${browser.name}, ${tier}: ${line}`);
    return { passed, failed };
  } catch (error) {
    console.log(`${browser.name}, ${tier}: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    await server.close();
  }
}

const total = { passed: 0, failed: 0 };
for (const name of names) {
  const browser = await launch(name);
  for (const tier of tiersOf(name)) {
    const { passed, failed } = await testTier(browser, tier);
    total.passed += passed;
    total.failed += failed;
  }
  await browser.close();
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed || total.passed === 0 ? 1 : 0;
