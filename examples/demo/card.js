// One computation's card: its buttons, its progress and the comparison that stays.

import { milliseconds, seconds } from './format.js';

/** @typedef {'main' | 'pool'} Place */
/** @typedef {{took: number, frames: number, worst: number}} Measured */

export class Card {
  #root;
  /** @type {Partial<Record<Place, number>>} the worst frame at each place */
  #worst = {};

  /** @param {string} id */
  constructor(id) {
    this.#root = /** @type {HTMLElement} */ (document.getElementById(id));
  }

  /**
   * @param {string} name
   * @returns {any} the element, of whatever kind it is
   */
  part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  /** @param {{main: () => void, pool: () => void, cancel: () => void}} actions */
  onClick({ main, pool, cancel }) {
    this.part('run-main').addEventListener('click', main);
    this.part('run-pool').addEventListener('click', pool);
    this.part('cancel').addEventListener('click', cancel);
  }

  /** @param {{main: boolean, pool: boolean, cancel: boolean}} which can be pressed */
  enable({ main, pool, cancel }) {
    this.#setEnabled('run-main', main);
    this.#setEnabled('run-pool', pool);
    this.#setEnabled('cancel', cancel);
  }

  /**
   * @param {string} name
   * @param {boolean} enabled
   */
  #setEnabled(name, enabled) {
    const button = this.part(name);
    const hadFocus = document.activeElement === button;
    button.disabled = !enabled;
    // A keyboard user who starts a run is at the button that ends it, and the other way round.
    if (hadFocus && !enabled) this.#focusWhenEnabled(name === 'cancel' ? 'run-pool' : 'cancel', name);
  }

  /** @param {...string} names */
  #focusWhenEnabled(...names) {
    requestAnimationFrame(() => names.map((name) => this.part(name)).find((button) => !button.disabled)?.focus());
  }

  /** @param {number} share 0 to 1 */
  progress(share) {
    this.part('progress').value = share;
    this.part('percent').textContent = `${Math.round(share * 100)} %`;
  }

  /**
   * @param {string} text
   * @param {'' | 'running' | 'frozen' | 'done' | 'stopped' | 'failed'} [state]
   */
  say(text, state = '') {
    this.part('status').textContent = text;
    this.#root.dataset.state = state;
  }

  /**
   * Fills in the comparison's row.
   *
   * @param {Place} place
   * @param {Measured} measured
   */
  compare(place, { took, frames, worst }) {
    const [tookCell, framesCell, worstCell] = this.part(`row-${place}`).querySelectorAll('td');
    tookCell.textContent = seconds(took);
    framesCell.textContent = String(frames);
    worstCell.lastElementChild.textContent = milliseconds(worst);
    this.#worst[place] = worst;
    this.#drawBars();
  }

  /** Both bars on one scale, which ends at the worse of the two. */
  #drawBars() {
    const most = Math.max(...Object.values(this.#worst));
    for (const [place, worst] of Object.entries(this.#worst)) {
      this.part(`row-${place}`).style.setProperty('--share', String(worst / most));
    }
  }
}
