// What the steps of a visitor's tour need: clicking, looking, and waiting until the page is as it should be.
//
// Nothing waits for a time: a page has as long as WAIT_MS to become as it should be, and no more only so that a test ends.

import assert from 'node:assert/strict';

/** @typedef {import('../../../tests/browser/launch.mjs').Page} Page */

export const WAIT_MS = 120_000;
const POLL_MS = 100;

/**
 * Asks until the answer is as it should be.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => boolean} isSo
 * @returns {Promise<T>}
 */
export async function until(ask, isSo) {
  for (const deadline = Date.now() + WAIT_MS; ;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    assert.ok(Date.now() < deadline, `it is still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** @param {Page} page @param {string} selector */
export function click(page, selector) {
  return page.evaluate(
    (/** @type {string} */ it) => /** @type {HTMLElement} */ (document.querySelector(it)).click(),
    selector,
  );
}

/** @param {Page} page @param {string} selector @returns {Promise<string>} its text */
export function textOf(page, selector) {
  return page.evaluate((/** @type {string} */ it) => document.querySelector(it)?.textContent ?? '', selector);
}

/** @param {Page} page @param {string} selector @returns {Promise<boolean>} */
export function isDisabled(page, selector) {
  return page.evaluate(
    (/** @type {string} */ it) => /** @type {HTMLButtonElement} */ (document.querySelector(it)).disabled,
    selector,
  );
}

/** Waits until an element's text is so. @param {Page} page @param {string} selector @param {RegExp} wanted */
export function untilText(page, selector, wanted) {
  return until(
    () => textOf(page, selector),
    (text) => wanted.test(text),
  );
}

/** Waits until the page says so of its pool. @param {Page} page @param {RegExp} wanted */
export function untilFacts(page, wanted) {
  return until(
    () => page.evaluate(() => document.getElementById('facts')?.innerText ?? ''),
    (facts) => wanted.test(facts),
  );
}

/** Waits until the page has drawn some more frames. @param {Page} page */
export function drawsOn(page) {
  return page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

/** The page is no wider than its window. @param {Page} page */
export async function fitsInWidth(page) {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(beyond <= 0, `${beyond} pixels too wide`);
}

/** Without a pool the page says what it lacks, and nothing can be pressed. @param {Page} page @param {string} button */
export async function saysNoPool(page, button) {
  await untilText(page, '#status', /there is no pool/);
  const alert = await textOf(page, '#alert');
  assert.match(alert, /Cross-Origin-Opener-Policy: same-origin.*Cross-Origin-Embedder-Policy: require-corp/s);
  assert.ok(await isDisabled(page, button));
}
