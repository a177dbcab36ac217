// The demo in the browsers, as a visitor uses it. Needs build/demo/, which build.mjs makes.
// Usage: node examples/demo/demo.test.mjs [chromium] [firefox] [webkit] [index.html] [repl.html] …

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from '../../tests/browser/launch.mjs';
import { serve } from '../../tests/browser/server.mjs';
import { checkAccess } from './test/access.mjs';
import * as compute from './test/compute.mjs';
import { hearingOf } from './test/hearing.mjs';
import { saysNoPool } from './test/page.mjs';
import * as pipeline from './test/pipeline.mjs';
import * as plugin from './test/plugin.mjs';
import { checkReadAloud } from './test/reader.mjs';
import * as repl from './test/repl.mjs';
import { Complaints } from './test/tour.mjs';

/** @typedef {import('../../tests/browser/launch.mjs').Browser} Browser */

const root = fileURLToPath(new URL('../../build/demo', import.meta.url));
const shots = fileURLToPath(new URL('../../build/demo-shots', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const tours = [compute, repl, pipeline, plugin];

let passed = 0;
let failed = 0;

/**
 * @param {string} name
 * @param {() => Promise<void>} body
 */
async function test(name, body) {
  try {
    await body();
    passed++;
    console.log(`ok: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}\n${error instanceof Error ? error.stack : error}`);
  }
}

/**
 * Goes through a page as a visitor does.
 *
 * @param {Browser} browser
 * @param {typeof tours[number]} tour
 * @param {string} url
 */
async function visit(browser, { PAGE, steps }, url) {
  const complaints = new Complaints();
  const page = await browser.open(`${url}/${PAGE}`, { onConsole: (message) => complaints.add(message) });
  const shoot = (/** @type {string} */ what, size = DESKTOP) =>
    page.screenshot(`${shots}/${browser.name}-${what}.png`, size);
  const taken = steps.filter(({ isFor }) => isFor?.(browser.name) ?? true);
  for (const step of taken) await test(`${browser.name}: ${PAGE}: ${step.name}`, () => step.run(page, shoot));
  // What axe-core finds depends on the page, not on the engine.
  if (browser.name === 'chromium') await test(`chromium: ${PAGE}: everybody can use it`, () => checkAccess(page));
  await shoot(`${PAGE.replace('.html', '')}-phone`, PHONE);
  await test(`${browser.name}: ${PAGE}: nothing complains`, async () => complaints.check(taken));
  await page.close();
}

/**
 * Has a page read aloud. What is heard depends on the page, and one engine shows what that is.
 *
 * @param {Browser} browser
 * @param {typeof tours[number]} tour
 * @param {string} url
 */
async function hear(browser, { PAGE }, url) {
  if (browser.name !== 'chromium') return;
  const hearing = hearingOf(PAGE);
  const page = await browser.open(`${url}/${PAGE}`);
  await test(`chromium: ${PAGE}: read aloud, it makes sense`, async () => {
    await hearing.untilReady(page);
    await checkReadAloud(page, hearing.name);
  });
  await test(`chromium: ${PAGE}: what happens is told of, and nothing that would drown it`, () => hearing.hear(page));
  await page.close();
}

/**
 * Goes to a page that was served without the headers.
 *
 * @param {Browser} browser
 * @param {typeof tours[number]} tour
 * @param {string} url
 */
async function visitBare(browser, tour, url) {
  const page = await browser.open(`${url}/${tour.PAGE}`);
  const checkWithoutPool = 'BUTTON' in tour ? () => saysNoPool(page, tour.BUTTON) : () => tour.checkWithoutPool(page);
  if (browser.name === 'webkit')
    await test(`webkit: ${tour.PAGE}: a page that is not isolated says so`, checkWithoutPool);
  else await test(`${browser.name}: ${tour.PAGE}: it runs without the headers, too`, () => tour.checkJspi(page));
  await page.screenshot(`${shots}/${browser.name}-${tour.PAGE.replace('.html', '')}-without-headers.png`, DESKTOP);
  await page.close();
}

/** @param {Browser} browser @param {string} url @param {string} bareUrl without the headers */
async function testIn(browser, url, bareUrl) {
  for (const tour of tours.filter(({ PAGE }) => pages.includes(PAGE))) {
    await visit(browser, tour, url);
    await hear(browser, tour, url);
    await visitBare(browser, tour, bareUrl);
  }
}

/**
 * @template {string} Name
 * @param {readonly Name[]} all
 */
function asked(all) {
  const some = all.filter((name) => process.argv.includes(name));
  return some.length > 0 ? some : all;
}

const names = asked(BROWSER_NAMES);
const pages = asked(tours.map(({ PAGE }) => PAGE));
await mkdir(shots, { recursive: true });
const server = await serve({ root });
const bareServer = await serve({ root, isolated: false });
for (const name of names) {
  const browser = await launch(name);
  await testIn(browser, server.url, bareServer.url).finally(() => browser.close());
}
await server.close();
await bareServer.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
