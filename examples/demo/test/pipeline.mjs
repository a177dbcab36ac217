// The page of the mill race: the bytes are real, and back up when nobody reads.

import assert from 'node:assert/strict';
import { click, drawsOn, fitsInWidth, textOf, until, untilFacts, untilText } from './page.mjs';

/** @typedef {import('./page.mjs').Page} Page */

export const PAGE = 'pipeline.html';
export const BUTTON = '#pause';
const FULL = 0.9;

/** @param {Page} page @returns {Promise<number[]>} how full each pipe is */
function levels(page) {
  return page.evaluate(() => [...document.querySelectorAll('meter')].map(({ value }) => value));
}

/** @param {Page} page */
async function lines(page) {
  return Number((await textOf(page, '#lines')).replaceAll(',', ''));
}

/** Waits until more has come out of the last pipe than before. @param {Page} page @param {number} before */
function flowsOn(page, before) {
  return until(
    () => lines(page),
    (now) => now > before,
  );
}

/** More water, so that nobody waits long. @param {Page} page */
function openWide(page) {
  return page.evaluate(() => {
    const flow = /** @type {HTMLInputElement} */ (document.getElementById('flow'));
    flow.value = flow.max;
    flow.dispatchEvent(new Event('input'));
  });
}

/** @type {import('./tour.mjs').Step} */
const flows = {
  name: 'what the page writes comes out as counted words',
  async run(page, shoot) {
    await untilText(page, '#status', /^It runs/);
    await openWide(page);
    assert.equal(await textOf(page, '#flow-text'), '128 KiB/s');
    await flowsOn(page, 500);
    const words = await page.evaluate(() =>
      [...document.querySelectorAll('#words li')].map((item) => [...item.children].map((part) => part.textContent)),
    );
    const counts = words.map(([, times]) => Number(times.replaceAll(',', '')));
    assert.ok(counts.every((count) => count > 0));
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
    assert.ok(words.every(([word]) => /^[a-z]+$/.test(word) && word !== 'the'));
    await shoot('pipeline');
    await fitsInWidth(page);
  },
};

/** @type {import('./tour.mjs').Step} */
const backsUp = {
  name: 'paused, the last stage backs the water up to the page itself, and nothing is lost',
  async run(page, shoot) {
    await click(page, '#pause');
    await untilText(page, '#status', /all four pipes are full/);
    assert.ok((await levels(page)).every((level) => level > FULL));
    const before = await lines(page);
    await drawsOn(page);
    assert.equal(await lines(page), before);
    await shoot('pipeline-full');
    await click(page, '#pause');
    await untilText(page, '#status', /^It runs/);
    await flowsOn(page, before);
    await until(
      () => levels(page),
      (now) => now.some((level) => level < FULL),
    );
  },
};

/** @type {import('./tour.mjs').Step} */
const startsAgain = {
  name: 'it starts again from its beginning',
  async run(page) {
    const before = await flowsOn(page, 1000);
    await click(page, '#pause');
    await click(page, '#restart');
    await until(
      () => lines(page),
      (now) => now < before,
    );
    await flowsOn(page, 100);
  },
};

export const steps = [flows, backsUp, startsAgain];

/** On a page that shares no memory. @param {Page} page */
export async function checkJspi(page) {
  await untilFacts(page, /Tier “jspi”.*not cross-origin isolated/s);
  await openWide(page);
  await flowsOn(page, 100);
  await click(page, '#pause');
  await untilText(page, '#status', /all four pipes are full/);
  const before = await lines(page);
  await click(page, '#pause');
  await flowsOn(page, before);
}
