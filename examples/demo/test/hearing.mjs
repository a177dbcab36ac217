// What is heard of each page while its program runs: that it has begun, how it has ended, and nothing that changes many times a
// second. `isReady` is what the status says when the page has started.

import assert from 'node:assert/strict';
import { click, until, untilText } from './page.mjs';
import { heard, listen } from './reader.mjs';

/** @typedef {import('./page.mjs').Page} Page */

const compute = {
  name: 'index',
  status: '#mandelbrot [data-part="status"]',
  isReady: /^Ready/,
  /** @param {Page} page */
  async hear(page) {
    const [run, cancel, status] = ['run-pool', 'cancel', 'status'].map((part) => `#mandelbrot [data-part="${part}"]`);
    await click(page, run);
    await untilText(page, status, /, on the pool, in /);
    assert.deepEqual(await heard(page), ['Running on the pool.', 'N tiles, on the pool, in N s.']);
    await click(page, run);
    await untilText(page, status, /^Running/);
    await click(page, cancel);
    await untilText(page, status, /^Cancelled/);
    assert.deepEqual(await heard(page), ['Running on the pool.', 'Cancelled after N s.']);
  },
};

/** @param {Page} page @param {string} line */
function type(page, line) {
  return page.evaluate((/** @type {string} */ text) => {
    /** @type {HTMLInputElement} */ (document.getElementById('line')).value = text;
    /** @type {HTMLFormElement} */ (document.getElementById('form')).requestSubmit();
  }, line);
}

const SILENT = 'It writes more than can be read aloud, so that is silent for now.';

const repl = {
  name: 'repl',
  status: '#status',
  isReady: /It waits for you/,
  /** @param {Page} page */
  async hear(page) {
    await untilText(page, '#screen', /> $/);
    await heard(page);
    await type(page, "'grain'.repeat(3)");
    await untilText(page, '#screen', /graingraingrain.*\n> $/s);
    assert.match((await heard(page)).join(''), /^'grain'\.repeat\(N\)\n.*graingraingrain.*\n> $/s);
    await type(page, "for (;;) print('flood')");
    await untilText(page, '#hush', /silent/);
    await untilText(page, '#screen', /(flood\n){1000}/);
    await click(page, '#stop');
    await untilText(page, '#status', /It was stopped/);
    await untilText(page, '#hush', /^$/);
    const all = await heard(page);
    assert.ok(all.join('').length < 5_000, `${all.join('').length} characters would have been read aloud`);
    assert.deepEqual(
      all.filter((text) => !text.includes('flood')),
      [SILENT, 'It was stopped. Start it again to go on.'],
    );
    await click(page, '#restart');
    await untilText(page, '#screen', /^[^>]*> $/);
    assert.match((await heard(page)).join(''), /Loading QuickJS.*It waits for you\..*> $/s);
  },
};

const pipeline = {
  name: 'pipeline',
  status: '#status',
  isReady: /^It runs/,
  /** @param {Page} page */
  async hear(page) {
    await page.evaluate(() => {
      const flow = /** @type {HTMLInputElement} */ (document.getElementById('flow'));
      flow.value = flow.max;
      flow.dispatchEvent(new Event('input'));
    });
    const flow = () => page.evaluate(() => document.getElementById('flow')?.getAttribute('aria-valuetext'));
    assert.equal(await flow(), '128 KiB a second');
    await click(page, '#pause');
    await untilText(page, '#status', /all four pipes are full/);
    await click(page, '#pause');
    await untilText(page, '#status', /^It runs/);
    const begins = (await heard(page)).map((text) => text.slice(0, 22));
    // They can be full before anybody has looked.
    assert.deepEqual(
      begins.filter((text) => text !== 'Paused: nobody reads t'),
      ['Paused, and all four p', 'It runs: what the page'],
    );
    assert.ok(begins.length <= 3, begins.join());
  },
};

const plugin = {
  name: 'plugin',
  status: '#status',
  isReady: /^The plugin is open/,
  /** @param {Page} page */
  async hear(page) {
    await click(page, '#digest');
    await untilText(page, '#status', /^The plugin has read/);
    const [said, ...more] = await heard(page);
    assert.match(said, /^The plugin has read N words, and says that the commonest is “\w+”\.$/);
    assert.deepEqual(more, []);
    await click(page, 'input[value="https://example.com/"]');
    await click(page, '#digest');
    await untilText(page, '#status', /^The plugin was told why not/);
    assert.equal((await heard(page)).length, 1);
  },
};

const hearings = [compute, repl, pipeline, plugin];

/** A page as it is opened, for whoever has it read aloud. @param {string} file */
export function hearingOf(file) {
  const hearing = /** @type {typeof hearings[number]} */ (hearings.find(({ name }) => file === `${name}.html`));
  return {
    name: hearing.name,
    untilReady: async (/** @type {Page} */ page) => {
      await untilText(page, hearing.status, hearing.isReady);
      // The facts of the pool come a moment later.
      await until(
        () => page.evaluate(() => document.getElementById('facts')?.innerText ?? ''),
        (facts) => facts.includes('Tier'),
      );
    },
    hear: async (/** @type {Page} */ page) => {
      await listen(page);
      await hearing.hear(page);
    },
  };
}
