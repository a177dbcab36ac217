// One computation's card: its buttons, its progress and the comparison that stays.

import { milliseconds, seconds } from '../common/format.js';

/** @typedef {'main' | 'pool'} Place */
/** @typedef {'run-main' | 'run-pool' | 'cancel'} ButtonName */
/** @typedef {{took: number, frames: number, worst: number}} Measured */

const BUTTONS = /** @type {const} */ (['run-main', 'run-pool', 'cancel']);

/** The least that fills a bar: what is short must not look long only because it is alone. */
const FULL_BAR_MS = 1000;

export class Card {
  #root;
  /** @type {Partial<Record<Place, number>>} the worst frame at each place */
  #worst = {};
  /** @type {ButtonName | undefined} */
  #lostFocus;

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

  /** @param {Record<ButtonName, () => void>} actions */
  onClick(actions) {
    for (const name of BUTTONS) this.part(name).addEventListener('click', actions[name]);
  }

  /** @param {Record<ButtonName, boolean>} which can be pressed */
  enable(which) {
    const had = this.#focused();
    for (const name of BUTTONS) this.part(name).disabled = !which[name];
    if (had) this.#keepFocus(had);
  }

  /** @returns {ButtonName | undefined} which button has the focus, or had it when it was switched off */
  #focused() {
    const active = document.activeElement;
    return (
      BUTTONS.find((name) => this.part(name) === active) ?? (active === document.body ? this.#lostFocus : undefined)
    );
  }

  /**
   * A button that is off cannot have the focus: whoever uses the keyboard is led from the button that starts a run to
   * the one that ends it, and back.
   *
   * @param {ButtonName} had
   */
  #keepFocus(had) {
    const standIn = had === 'cancel' ? 'run-pool' : 'cancel';
    const next = [had, standIn].map((name) => this.part(name)).find((button) => !button.disabled);
    this.#lostFocus = next ? undefined : had;
    next?.focus();
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
   * @param {boolean} hadCompany whether another run took a part of the workers' time
   */
  compare(place, { took, frames, worst }, hadCompany) {
    if (place === 'pool') this.part('row-pool').cells[0].textContent = hadCompany ? 'Pool, shared' : 'Pool';
    const [tookCell, framesCell, worstCell] = this.part(`row-${place}`).querySelectorAll('td');
    tookCell.textContent = seconds(took);
    framesCell.textContent = String(frames);
    worstCell.lastElementChild.textContent = milliseconds(worst);
    this.#worst[place] = worst;
    this.#drawBars();
  }

  /** Both bars on one scale. */
  #drawBars() {
    const most = Math.max(FULL_BAR_MS, ...Object.values(this.#worst));
    for (const [place, worst] of Object.entries(this.#worst)) {
      this.part(`row-${place}`).style.setProperty('--share', String(worst / most));
    }
  }
}
