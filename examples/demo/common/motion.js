// The time that the pictures show. It stands still for whoever does not want things to move: by the button in the header or,
// where that was not pressed, by the system's setting.

const STILL_KEY = 'millrace-demo-still';

const wish = matchMedia('(prefers-reduced-motion: reduce)');

class Motion {
  #time = 0;
  #last = 0;
  /** 'yes', 'no', or null: nobody has said. */
  #choice = sessionStorage.getItem(STILL_KEY);

  /** Whether nothing is to move. */
  get isStill() {
    return this.#choice === null ? wish.matches : this.#choice === 'yes';
  }

  /** Holds the pictures, or lets them go on; on the next pages, too. */
  toggle() {
    this.#choice = this.isStill ? 'no' : 'yes';
    sessionStorage.setItem(STILL_KEY, this.#choice);
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
