// The time that the pictures show. It stands still for whoever does not want things to move: by the system's setting, or
// by the button in the header.

const STILL_KEY = 'millrace-demo-still';

const wish = matchMedia('(prefers-reduced-motion: reduce)');

class Motion {
  #time = 0;
  #last = 0;
  #isHeld = sessionStorage.getItem(STILL_KEY) === 'yes';

  /** Whether nothing is to move. */
  get isStill() {
    return wish.matches || this.#isHeld;
  }

  /** Holds the pictures, or lets them go on; for the next pages, too. @param {boolean} isHeld */
  hold(isHeld) {
    this.#isHeld = isHeld;
    sessionStorage.setItem(STILL_KEY, isHeld ? 'yes' : 'no');
  }

  get isHeld() {
    return this.#isHeld;
  }

  /**
   * The time to draw. After a freeze it is where it would be, so that one sees the leap.
   *
   * @param {number} now in milliseconds
   * @returns {number} in milliseconds
   */
  at(now) {
    if (!this.isStill) this.#time += now - this.#last;
    this.#last = now;
    return this.#time;
  }
}

export const motion = new Motion();
