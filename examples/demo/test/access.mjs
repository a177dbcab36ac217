// Whether everybody can use a page: what axe-core finds in it, in both colour schemes; whether each thing that takes the focus
// shows it, in the order in which it is read; and whether nothing moves for whoever does not want that.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./page.mjs').Page} Page */

const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** @param {Page} page */
export async function checkAccess(page) {
  await page.evaluate((/** @type {string} */ source) => {
    document.head.append(Object.assign(document.createElement('script'), { textContent: source }));
  }, axe);
  assert.deepEqual(await violations(page), [], 'in the light scheme');
  await showDarkScheme(page);
  assert.deepEqual(await violations(page), [], 'in the dark scheme');
  await checkFocus(page);
  await checkHolding(page);
}

/** @param {Page} page @returns {Promise<string[]>} */
function violations(page) {
  return page.evaluate(async () => {
    // Colours that change slowly are compared when they have changed.
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await Promise.all(document.getAnimations().map(({ finished }) => finished));
    const { violations: found } = await /** @type {any} */ (globalThis).axe.run(document);
    return found.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map((/** @type {any} */ { target, failureSummary }) => `${id}: ${target}: ${failureSummary}`),
    );
  });
}

/** What the style sheet has for it holds everywhere from now on. @param {Page} page */
function showDarkScheme(page) {
  return page.evaluate(() => {
    const rules = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules]);
    for (const rule of rules)
      if (rule instanceof CSSMediaRule && rule.conditionText.includes('dark')) rule.media.mediaText = 'all';
  });
}

/** @param {Page} page */
async function checkFocus(page) {
  const wrong = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')];
    const isShown = (/** @type {any} */ it) => !it.disabled && it.checkVisibility() && it.tabIndex >= 0;
    const jumps = all.filter((it) => /** @type {HTMLElement} */ (it).tabIndex > 0);
    const hides = all.filter((it) => {
      if (!isShown(it)) return false;
      /** @type {HTMLElement} */ (it).focus(/** @type {any} */ ({ focusVisible: true }));
      return document.activeElement !== it || getComputedStyle(it).outlineStyle === 'none';
    });
    return [...jumps, ...hides].map((it) => it.outerHTML.slice(0, 100));
  });
  assert.deepEqual(wrong, [], 'these do not show the focus, or take it out of order');
}

/** The wheel stands still as long as its button is pressed. @param {Page} page */
async function checkHolding(page) {
  const turns = await page.evaluate(async () => {
    const badge = /** @type {HTMLCanvasElement} */ (document.getElementById('badge'));
    const button = /** @type {HTMLButtonElement} */ (document.getElementById('still'));
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const turnsNow = async () => {
      await frame();
      const before = badge.toDataURL();
      for (let i = 0; i < 5; i++) await frame();
      return badge.toDataURL() !== before;
    };
    const seen = [await turnsNow()];
    for (let i = 0; i < 2; i++) {
      button.click();
      seen.push(await turnsNow());
    }
    return seen;
  });
  assert.deepEqual(turns, [true, false, true], 'whether the wheel turns: as it is, held, and let go');
}
