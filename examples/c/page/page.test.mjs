// The page in the browsers, as a visitor uses it. Needs build/examples/page, which `make c-page` makes.
// Usage: node examples/c/page/page.test.mjs [chromium] [firefox] [webkit]

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from '../../../tests/browser/launch.mjs';
import { serve } from '../../../tests/browser/server.mjs';

/** @typedef {import('../../../tests/browser/launch.mjs').Page} Page */
/** @typedef {{state: string, status: string, percent: number, canCancel: boolean, framesBusy: number}} TaskState */

const root = fileURLToPath(new URL('../../../build/examples/page', import.meta.url));
const shots = fileURLToPath(new URL('../../../build/examples/page-shots', import.meta.url));
const WAIT_MS = 120_000;
const POLL_MS = 50;
const PHONE = { width: 390, height: 844 };

/** @param {Page} page @param {string} selector */
function click(page, selector) {
  return page.evaluate(
    (/** @type {string} */ it) => /** @type {HTMLElement} */ (document.querySelector(it)).click(),
    selector,
  );
}

/** @param {Page} page @param {number} i @returns {Promise<TaskState>} */
function look(page, i) {
  return page.evaluate((/** @type {string} */ id) => {
    const card = /** @type {HTMLElement} */ (document.getElementById(id));
    const text = (/** @type {string} */ part) => card.querySelector(part)?.textContent ?? '';
    return {
      state: card.dataset.state ?? '',
      status: text('.status'),
      percent: parseInt(text('.percent'), 10),
      framesBusy: parseInt(document.getElementById('frames-busy')?.textContent ?? '', 10),
      canCancel: !(/** @type {HTMLButtonElement} */ (card.querySelector('.cancel')).disabled),
    };
  }, `task-${i}`);
}

/** @param {Page} page @param {number} i @param {(state: TaskState) => boolean} isSo */
async function until(page, i, isSo) {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const state = await look(page, i);
    if (isSo(state)) return state;
    const alert = await page.evaluate(() => document.querySelector('#alert:not([hidden])')?.textContent ?? '');
    assert.ok(state.state !== 'failed' && !alert, `task ${i}: ${state.status} ${alert}`);
    assert.ok(Date.now() < deadline, `task ${i} is still as ${JSON.stringify(state)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Waits until the scene shows another picture. @param {Page} page */
async function untilItMoves(page) {
  const picture = () =>
    page.evaluate(() => /** @type {HTMLCanvasElement} */ (document.getElementById('scene')).toDataURL());
  const before = await picture();
  for (const deadline = Date.now() + WAIT_MS; (await picture()) === before;)
    assert.ok(Date.now() < deadline, 'the wheel stands still');
}

/**
 * The guest is under way at both looks, and further at the second. The page reads how far it is in its frames, and never
 * waits: so it drew some in between, if it is as it should be.
 *
 * @param {Page} page @param {number} i
 */
async function drawsWhileItComputes(page, i) {
  const isUnderWay = (/** @type {TaskState} */ { percent, canCancel }) => percent > 0 && percent < 100 && canCancel;
  const before = await until(page, i, isUnderWay);
  const after = await until(page, i, (state) => isUnderWay(state) && state.percent > before.percent);
  assert.ok(after.framesBusy > before.framesBusy, 'it drew nothing meanwhile');
}

const isDone = (/** @type {TaskState} */ { state }) => state === 'done';

/** @type {[string, (page: Page, shoot: (what: string, size?: object) => Promise<void>) => Promise<void>][]} */
const steps = [
  [
    'the page gets ready, and the wheel turns',
    async (page) => {
      for (const i of [0, 1, 2]) await until(page, i, ({ state }) => state === 'ready');
      await untilItMoves(page);
    },
  ],
  [
    'three guests compute at once, with progress, while the page goes on drawing',
    async (page, shoot) => {
      await click(page, '#start-all');
      await drawsWhileItComputes(page, 2);
      await shoot('running');
      assert.equal((await until(page, 0, isDone)).status.split(' in ')[0], '11078937 primes');
      assert.equal((await until(page, 1, isDone)).status.split(' in ')[0], '31324703 primes');
    },
  ],
  [
    'Cancel ends the longest, and it can be started again',
    async (page, shoot) => {
      await click(page, '#task-2 .cancel'); // it computes for many times as long as the others
      const { status, percent } = await until(page, 2, ({ state }) => state === 'cancelled');
      assert.match(status, /^Cancelled after /);
      assert.ok(percent < 100);
      await shoot('cancelled');
      await click(page, '#task-2 .start');
      await until(page, 2, ({ state, percent }) => state === 'running' && percent > 0);
      await click(page, '#task-2 .cancel');
      await until(page, 2, ({ state }) => state === 'cancelled');
      await click(page, '#task-0 .start');
      await until(page, 0, isDone);
      await shoot('phone', PHONE);
    },
  ],
];

let failed = 0;

/** @param {string} name @param {() => Promise<void>} body */
async function test(name, body) {
  try {
    await body();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}\n${error instanceof Error ? error.stack : error}`);
  }
}

/** @param {import('../../../tests/browser/launch.mjs').Browser} browser @param {string} url */
async function testIn(browser, url) {
  /** @type {string[]} */
  const complaints = [];
  const onConsole = (/** @type {{type: string, text: string}} */ { type, text }) => {
    if (['pageerror', 'error', 'crash'].includes(type)) complaints.push(`${type}: ${text}`);
  };
  const page = await browser.open(`${url}/`, { onConsole });
  const shoot = (/** @type {string} */ what, size = {}) =>
    page.screenshot(`${shots}/${browser.name}-${what}.png`, size);
  for (const [name, step] of steps) await test(`${browser.name}: ${name}`, () => step(page, shoot));
  await test(`${browser.name}: nothing complains`, async () => assert.deepEqual(complaints, []));
  await page.close();
}

const names = process.argv.length > 2 ? process.argv.slice(2) : BROWSER_NAMES;
await mkdir(shots, { recursive: true });
const server = await serve({ root });
for (const name of names) {
  const browser = await launch(/** @type {import('../../../tests/browser/launch.mjs').BrowserName} */ (name));
  await testIn(browser, server.url).finally(() => browser.close());
}
await server.close();
console.log(failed === 0 ? 'page: all passed' : `page: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
