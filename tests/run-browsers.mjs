// The scenarios in real browsers, on the built package. Usage: node tests/run-browsers.mjs [browser…]
// [--subject files | collected] [--only part of a name] [--tier jspi]
//
// With --tier jspi the pages are served without the headers that isolate them.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expectCollected } from './browser/collected.mjs';
import { BROWSER_NAMES, launch } from './browser/launch.mjs';
import { runPage } from './browser/run-page.mjs';
import { serve } from './browser/server.mjs';
import { subjects } from './scenarios/all.mjs';

const options = {
  subject: { type: 'string' },
  only: { type: 'string', default: '' },
  tier: { type: 'string', default: 'shared' },
};
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const { only, subject: onlySubject, tier } = values;
const names = positionals.length > 0 ? positionals : BROWSER_NAMES;

/** What each page runs: a subject, or one scenario of a subject whose guests can outlive it until the page goes. */
function pages() {
  return Object.entries(subjects).flatMap(([subject, scenarios]) => {
    if (onlySubject && subject !== onlySubject) return [];
    const wanted = scenarios.map(({ name }) => name).filter((name) => name.includes(only));
    if (wanted.length === 0) return [];
    return subject === 'endless' ? wanted.map((part) => ({ subject, part })) : [{ subject, part: only }];
  });
}

async function testPage(browser, server, { subject, part }) {
  const url = `${server.url}/tests/page.html?subject=${subject}&only=${encodeURIComponent(part)}`;
  const report = await runPage({ browser, url, timeoutMs: 600_000 });
  for (const line of report.lines) console.log(`${browser.name}: ${line}`);
  for (const { error } of report.failures) console.log(error);
  return report;
}

/** That closed pools are garbage. */
async function testCollected(browser, server) {
  if (only || (onlySubject && onlySubject !== 'collected')) return { passed: 0 };
  await expectCollected(browser, server.url);
  console.log(`${browser.name}: ok the memories of closed pools are garbage`);
  return { passed: 1 };
}

async function testBrowser(name, server) {
  const browser = await launch(name);
  const total = { passed: 0, failed: 0, leftOut: 0 };
  try {
    for (const page of pages()) {
      const { passed, failed, leftOut } = await testPage(browser, server, page);
      total.passed += passed;
      total.failed += failed;
      total.leftOut += leftOut;
    }
    total.passed += (await testCollected(browser, server)).passed;
  } catch (error) {
    console.log(`${name}: FAILED: ${error.message}`);
    total.failed++;
  } finally {
    await browser.close();
  }
  const leftOut = total.leftOut > 0 ? `, ${total.leftOut} left out` : '';
  console.log(`${name} ${browser.version}: ${total.passed} passed, ${total.failed} failed${leftOut}`);
  return total;
}

const server = await serve({ root: fileURLToPath(new URL('..', import.meta.url)), isolated: tier === 'shared' });
const total = { passed: 0, failed: 0 };
for (const name of names) {
  const { passed, failed } = await testBrowser(name, server);
  total.passed += passed;
  total.failed += failed;
}
await server.close();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed || total.passed === 0 ? 1 : 0;
