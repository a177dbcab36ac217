// The page of the plugin: it asks the page to fetch, and what it then counts is right.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { click, fitsInWidth, textOf, until, untilFacts, untilText } from './page.mjs';

/** @typedef {import('./page.mjs').Page} Page */

export const PAGE = 'plugin.html';
export const BUTTON = '#digest';

const text = await readFile(fileURLToPath(new URL('../../../ARCHITECTURE.md', import.meta.url)));

const ASKED = ['page → plugin', 'plugin → page'];
const FETCHED = ['page → server', 'server → page'];

/** @param {Page} page @returns {Promise<string[]>} */
function talk(page) {
  return page.evaluate(() => [...document.querySelectorAll('#talk .who')].map((who) => who.textContent));
}

/** Has a text digested, and waits for the talk to end. @param {Page} page @param {string} url @param {RegExp} status */
async function digest(page, url, status) {
  await click(page, `input[value="${url}"]`);
  await click(page, '#digest');
  await untilText(page, '#status', status);
}

/** @param {Page} page */
async function digestsRightly(page) {
  await digest(page, 'texts/ARCHITECTURE.md', /^The plugin has read/);
  const shown = async (/** @type {string} */ part) =>
    Number((await textOf(page, `#result [data-part="${part}"]`)).replaceAll(',', ''));
  const source = text.toString('utf8');
  assert.equal(await shown('bytes'), text.length);
  assert.equal(await shown('lines'), source.split('\n').length - 1);
  assert.equal(await shown('words'), source.match(/[A-Za-z]{1,31}/g)?.length);
}

/** @type {import('./tour.mjs').Step} */
const digests = {
  name: 'the plugin asks the page to fetch, and counts what comes',
  async run(page, shoot) {
    await until(
      () => textOf(page, '#status'),
      (status) => status.startsWith('The plugin is open'),
    );
    await digestsRightly(page);
    assert.deepEqual(await talk(page), [...ASKED, ...FETCHED, ...ASKED]);
    await shoot('plugin');
    await fitsInWidth(page);
  },
};

/** @type {import('./tour.mjs').Step} */
const hearsOfErrors = {
  name: 'it hears of a file that is missing',
  complains: /404/, // the browser does, too
  async run(page) {
    await digest(page, 'texts/MISSING.md', /the server answered 404/);
    assert.deepEqual(await talk(page), [...ASKED, ...FETCHED, ...ASKED]);
  },
};

/** @type {import('./tour.mjs').Step} */
const isRefused = {
  name: 'what the page does not want to fetch it does not fetch',
  async run(page) {
    await digest(page, 'https://example.com/', /this page fetches nothing from https:\/\/example\.com/);
    assert.deepEqual(await talk(page), [...ASKED, ...ASKED]);
    await digestsRightly(page);
  },
};

export const steps = [digests, hearsOfErrors, isRefused];

/** On a page that shares no memory. @param {Page} page */
export async function checkJspi(page) {
  await untilFacts(page, /Tier “jspi”.*not cross-origin isolated/s);
  await until(
    () => textOf(page, '#status'),
    (status) => status.startsWith('The plugin is open'),
  );
  await digestsRightly(page);
}
