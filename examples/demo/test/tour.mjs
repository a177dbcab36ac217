// A visitor's way through a page, one step after the other.

import assert from 'node:assert/strict';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {(browser: string) => boolean} [isFor]
 * @property {RegExp} [complains] what the browser says of what the step does
 * @property {(page: import('./page.mjs').Page, shoot: (what: string) => Promise<void>) => Promise<void>} run
 */

/** What the console said that nobody expected. */
export class Complaints {
  /** @type {string[]} */
  #all = [];

  /** @param {{type: string, text: string}} message */
  add({ type, text }) {
    if (['pageerror', 'error', 'crash'].includes(type)) this.#all.push(`${type}: ${text}`);
  }

  /** @param {Step[]} steps that were taken */
  check(steps) {
    const isExpected = (/** @type {string} */ complaint) => steps.some(({ complains }) => complains?.test(complaint));
    assert.deepEqual(
      this.#all.filter((complaint) => !isExpected(complaint)),
      [],
    );
  }
}
