// The page with the interpreters: they block, and it does not.

import assert from 'node:assert/strict';
import { click, drawsOn, fitsInWidth, textOf, until, untilFacts, untilText } from './page.mjs';

/** @typedef {import('./page.mjs').Page} Page */

export const PAGE = 'repl.html';
export const BUTTON = '#send';

/** @param {Page} page @param {string} line */
function type(page, line) {
  return page.evaluate((/** @type {string} */ text) => {
    /** @type {HTMLInputElement} */ (document.getElementById('line')).value = text;
    /** @type {HTMLFormElement} */ (document.getElementById('form')).requestSubmit();
  }, line);
}

/** Types a line, and waits for what the program makes of it. @param {Page} page @param {string} line @param {RegExp} answer */
async function ask(page, line, answer) {
  await type(page, line);
  await untilText(page, '#screen', answer);
}

/** @param {Page} page */
async function getReady(page) {
  await untilText(page, '#screen', />>?>? $/);
  await untilText(page, '#state', /^blocked in read\(\)$/);
}

/** The interpreter waits for an answer, and frames go on being drawn. @param {Page} page @param {string} prompt */
async function blocksInInput(page, prompt) {
  await ask(page, "name = input('Who is there? ')", /Who is there\? $/);
  await untilText(page, '#state', /^blocked in read\(\)$/);
  await drawsOn(page);
  assert.match(await textOf(page, '#screen'), /Who is there\? $/);
  await ask(page, 'Ada', new RegExp(`Who is there\\? Ada\n(.*\n)?${prompt} $`));
}

/** @type {import('./tour.mjs').Step} */
const converses = {
  name: 'QuickJS blocks in input(), remembers, and takes what is typed in several lines',
  async run(page, shoot) {
    await getReady(page);
    await ask(page, '2n ** 128n', /340282366920938463463374607431768211456/);
    await blocksInInput(page, '>');
    await ask(page, 'name.length', /\n3\n> $/);
    await ask(page, 'function twice(n) {', /\.\.\. $/);
    await ask(page, 'return 2 * n }', /}\n> $/);
    await ask(page, 'twice(21)', /\n42\n> $/);
    await ask(page, 'nothing', /ReferenceError.*\n> $/);
    await shoot('repl');
    await fitsInWidth(page);
  },
};

/** @type {import('./tour.mjs').Step} */
const endsItsInput = {
  name: 'the end of its input ends it, and it starts again',
  async run(page) {
    await click(page, '#end');
    await untilText(page, '#status', /exit code 0/);
    await click(page, '#restart');
    await getReady(page);
    await ask(page, '6 * 7', /\n42\n> $/);
  },
};

/** @type {import('./tour.mjs').Step} */
const stopsLoops = {
  name: 'an endless loop computes beside the page, and is stopped',
  // WebKit cannot end such a thread: it would take a core from all tests that follow.
  isFor: (browser) => browser !== 'webkit',
  async run(page) {
    await type(page, 'for (;;);');
    await untilText(page, '#state', /^computing$/);
    await drawsOn(page);
    await click(page, '#stop');
    await untilText(page, '#status', /It was stopped/);
    await click(page, '#restart');
    await getReady(page);
    await ask(page, '6 * 7', /\n42\n> $/);
  },
};

/** @type {import('./tour.mjs').Step} */
const standsFloods = {
  name: 'a program that writes without end waits for the page, and is stopped',
  async run(page) {
    await ask(page, "for (;;) print('flood')", /(flood\n){1000}/);
    await drawsOn(page);
    await click(page, '#stop');
    await untilText(page, '#status', /It was stopped/);
    assert.ok((await textOf(page, '#screen')).length < 30_000);
    await click(page, '#restart');
    await getReady(page);
    await ask(page, '6 * 7', /\n42\n> $/);
  },
};

/** @type {import('./tour.mjs').Step} */
const bringsLinesBack = {
  name: 'the arrow keys bring lines back',
  async run(page) {
    const valueAfter = (/** @type {string} */ key) =>
      page.evaluate((/** @type {string} */ pressed) => {
        const field = /** @type {HTMLInputElement} */ (document.getElementById('line'));
        field.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, cancelable: true }));
        return field.value;
      }, key);
    assert.equal(await valueAfter('ArrowUp'), '6 * 7');
    assert.equal(await valueAfter('ArrowDown'), '');
  },
};

/** @type {import('./tour.mjs').Step} */
const runsPython = {
  name: 'CPython prompts by itself, and blocks in input()',
  // All engines run it in the scenarios. Once is enough to know that this page does.
  isFor: (browser) => browser === 'chromium',
  async run(page) {
    await page.evaluate(() => {
      const choice = /** @type {HTMLSelectElement} */ (document.getElementById('interpreter'));
      choice.selectedIndex = 1;
      choice.dispatchEvent(new Event('change'));
    });
    await getReady(page);
    await blocksInInput(page, '>>>');
    await ask(page, 'print(name[::-1])', /adA/);
  },
};

export const steps = [converses, endsItsInput, standsFloods, stopsLoops, bringsLinesBack, runsPython];

/** On a page that shares no memory. @param {Page} page */
export async function checkJspi(page) {
  await getReady(page);
  await untilFacts(page, /Tier “jspi”.*not cross-origin isolated/s);
  await blocksInInput(page, '>');
  await until(
    () => textOf(page, '#screen'),
    (text) => text.endsWith('> '),
  );
}
