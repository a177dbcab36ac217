// The page of the two computations.
//
// Nothing here depends on how fast anything is: a frozen page draws no frame that shows a run half-way, and one that is
// not draws some, if not in this run then in the next.

import assert from 'node:assert/strict';
import { WAIT_MS, fitsInWidth, until as untilSo, untilFacts } from './page.mjs';

/** @typedef {import('./page.mjs').Page} Page */
/** @typedef {{status: string, state: string, percent: string, count: string, canCancel: boolean}} CardState */

export const PAGE = 'index.html';

const PRIMES = '1,270,607';
const PIXELS = 900 * 600;
const CARDS = ['sieve', 'mandelbrot'];

/**
 * @param {Page} page
 * @param {string} card
 * @param {string} part
 */
function click(page, card, part) {
  return page.evaluate(
    (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).click(),
    `#${card} [data-part="${part}"]`,
  );
}

/**
 * @param {Page} page
 * @param {string} card
 * @returns {Promise<CardState>}
 */
function look(page, card) {
  return page.evaluate((/** @type {string} */ id) => {
    const root = /** @type {HTMLElement} */ (document.getElementById(id));
    const text = (/** @type {string} */ name) => root.querySelector(`[data-part="${name}"]`)?.textContent ?? '';
    const cancel = /** @type {HTMLButtonElement} */ (root.querySelector('[data-part="cancel"]'));
    const [status, percent, count] = ['status', 'percent', 'count'].map(text);
    return { status, percent, count, state: root.dataset.state ?? '', canCancel: !cancel.disabled };
  }, card);
}

/**
 * Waits until the card is as it should be.
 *
 * @param {Page} page
 * @param {string} card
 * @param {(state: CardState) => boolean} isSo
 */
function until(page, card, isSo) {
  return untilSo(
    () => look(page, card),
    (state) => {
      if (isSo(state)) return true;
      assert.notEqual(state.state, 'failed', `${card}: ${state.status}`);
      return false;
    },
  );
}

const isReady = (/** @type {CardState} */ { status }) => status.startsWith('Ready');
const isDone = (/** @type {CardState} */ { state }) => state === 'done';

/** From now on each frame notes how far it finds the runs. @param {Page} page */
function watchFrames(page) {
  return page.evaluate((/** @type {string[]} */ cards) => {
    const seen = new Map(cards.map((card) => [card, /** @type {Set<string>} */ (new Set())]));
    const look = () => {
      for (const card of cards)
        seen.get(card)?.add(document.querySelector(`#${card} [data-part="percent"]`)?.textContent ?? '');
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    /** @type {any} */ (globalThis).__seen = seen;
  }, CARDS);
}

/** Whether frames have shown a run half-way since it was last asked. @param {Page} page @param {string} card */
function wasSeenHalfWay(page, card) {
  return page.evaluate((/** @type {string} */ it) => {
    const seen = /** @type {any} */ (globalThis).__seen.get(it);
    const between = [...seen].some((percent) => percent !== '0 %' && percent !== '100 %');
    seen.clear();
    return between;
  }, card);
}

/** The comparison tells how many frames there were. @param {Page} page @param {string} card @param {string} place */
async function tellsFrames(page, card, place) {
  const selector = `#${card} [data-part="row-${place}"] td:nth-of-type(2)`;
  assert.match(
    await page.evaluate((/** @type {string} */ it) => document.querySelector(it)?.textContent, selector),
    /^\d+$/,
  );
}

/**
 * Runs both on the pool, again if no frame fell into a run: on a busy machine the one may be over before the other comes.
 *
 * @param {Page} page
 * @param {() => Promise<void>} [meanwhile]
 */
async function runBothOnPool(page, meanwhile) {
  for (const card of CARDS) await click(page, card, 'run-pool');
  await meanwhile?.();
  await checkResults(page);
  const seen = [];
  for (const card of CARDS) seen.push(await wasSeenHalfWay(page, card));
  return seen.every(Boolean);
}

/**
 * Runs a card and cancels it while it is under way; again if it was over before the click.
 *
 * @param {Page} page
 * @param {string} card
 */
async function cancelUnderWay(page, card) {
  for (const deadline = Date.now() + WAIT_MS; ; assert.ok(Date.now() < deadline, 'Cancel never comes in time')) {
    await click(page, card, 'run-pool');
    await until(page, card, (state) => isDone(state) || (state.canCancel && state.percent !== '0 %'));
    await click(page, card, 'cancel');
    const { status, state, percent } = await until(page, card, ({ canCancel }) => !canCancel);
    if (state === 'done') continue;
    assert.match(status, /^Cancelled after /);
    assert.notEqual(percent, '100 %');
    return;
  }
}

/** @param {Page} page @returns {Promise<number>} */
function paintedPixels(page) {
  return page.evaluate(() => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('#mandelbrot canvas'));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let painted = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] === 255) painted++;
    return painted;
  });
}

/** @param {Page} page */
async function checkResults(page) {
  const sieve = await until(page, 'sieve', isDone);
  const picture = await until(page, 'mandelbrot', isDone);
  assert.equal(sieve.count, PRIMES);
  assert.equal(sieve.percent, '100 %');
  assert.equal(picture.percent, '100 %');
  assert.equal(await paintedPixels(page), PIXELS);
}

/** @type {import('./tour.mjs').Step} */
const getsReady = {
  name: 'the page gets ready, and fits in the window as far as one must see it at once',
  async run(page, shoot) {
    await until(page, 'sieve', isReady);
    await watchFrames(page);
    // The chart gets something to show.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await shoot('idle');
    await fitsInWidth(page);
    const bottom = await page.evaluate(() => document.querySelector('.bench')?.getBoundingClientRect().bottom);
    const height = await page.evaluate(() => innerHeight);
    assert.ok(bottom <= height, `the cards end at ${bottom}, and the window at ${height}`);
  },
};

/** @type {import('./tour.mjs').Step} */
const runsOnPool = {
  name: 'both computations run on the pool at once while the page goes on drawing',
  async run(page, shoot) {
    const deadline = Date.now() + WAIT_MS;
    let drawn = await runBothOnPool(page, async () => {
      await until(page, 'mandelbrot', (state) => isDone(state) || parseInt(state.percent, 10) >= 40);
      await shoot('pool');
    });
    while (!drawn && Date.now() < deadline) drawn = await runBothOnPool(page);
    assert.ok(drawn, 'no frame showed a run half-way');
    for (const card of CARDS) await tellsFrames(page, card, 'pool');
  },
};

/** @type {import('./tour.mjs').Step} */
const freezesOnMainThread = {
  name: 'on the main thread the same computations freeze it',
  async run(page, shoot) {
    for (const card of CARDS) {
      await click(page, card, 'run-main');
      await until(page, card, ({ status, state }) => state === 'done' && status.includes('on the main thread'));
      assert.ok(!(await wasSeenHalfWay(page, card)), `${card}: a frame showed it half-way`);
      await tellsFrames(page, card, 'main');
    }
    await checkResults(page);
    await shoot('after');
  },
};

/** @type {import('./tour.mjs').Step} */
const cancels = {
  name: 'Cancel ends a run, and the next one works',
  async run(page) {
    for (const card of CARDS) await cancelUnderWay(page, card);
    await click(page, 'sieve', 'run-pool');
    await click(page, 'mandelbrot', 'run-pool');
    await checkResults(page);
  },
};

export const steps = [getsReady, runsOnPool, freezesOnMainThread, cancels];

/** A page without headers has the other tier. @param {Page} page */
export async function checkJspi(page) {
  await until(page, 'sieve', isReady);
  await untilFacts(page, /Tier “jspi”.*not cross-origin isolated/s);
  await watchFrames(page);
  await runBothOnPool(page);
  await cancelUnderWay(page, 'sieve');
  await click(page, 'sieve', 'run-pool');
  assert.equal((await until(page, 'sieve', isDone)).count, PRIMES);
}

/** Without a pool it says why, and still computes on the main thread. @param {Page} page */
export async function checkWithoutPool(page) {
  await until(page, 'sieve', isReady);
  const { alert, poolOff } = await page.evaluate(() => ({
    alert: document.getElementById('alert')?.innerText,
    poolOff: [...document.querySelectorAll('button.pool')].every(
      (button) => /** @type {HTMLButtonElement} */ (button).disabled,
    ),
  }));
  assert.match(alert, /Cross-Origin-Opener-Policy: same-origin.*Cross-Origin-Embedder-Policy: require-corp/s);
  assert.ok(poolOff);
  await click(page, 'sieve', 'run-main');
  assert.equal((await until(page, 'sieve', isDone)).count, PRIMES);
}
