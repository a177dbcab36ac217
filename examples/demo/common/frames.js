// Measures how long frames take: the time from one animation frame to the next.

const KEPT_MS = 10_000;

/** @typedef {{end: number, duration: number}} Frame both in milliseconds */
/** @typedef {{frames: number, worst: number, end: () => void}} Watch */

export class FrameMeter {
  /** @type {Frame[]} the newest last */
  #frames = [];
  /** @type {Set<(duration: number) => void>} */
  #listeners = new Set();
  /** @type {number | undefined} */
  #last;

  /** To be called first thing in every animation frame. */
  tick(now = performance.now()) {
    if (this.#last !== undefined) this.#add({ end: now, duration: now - this.#last });
    this.#last = now;
  }

  /** Forgets the frame under way: a hidden page draws none, which is nobody's fault. */
  skip() {
    this.#last = undefined;
  }

  /** Forgets all frames so far. */
  clear() {
    this.#frames = [];
    this.skip();
  }

  /**
   * @param {number} ms
   * @returns {Frame[]} those that ended in the last so many milliseconds
   */
  recent(ms, now = performance.now()) {
    const first = this.#frames.findIndex((frame) => frame.end >= now - ms);
    return first < 0 ? [] : this.#frames.slice(first);
  }

  /**
   * @param {number} ms
   * @returns {{worst: number, p99: number} | undefined}
   */
  summary(ms) {
    const durations = this.recent(ms)
      .map((frame) => frame.duration)
      .sort((a, b) => a - b);
    if (durations.length === 0) return undefined;
    const rank = Math.ceil(durations.length * 0.99);
    return { worst: durations[durations.length - 1], p99: durations[rank - 1] };
  }

  /**
   * Counts the frames from now until `end` is called, and keeps the worst. The frame that is under way then is not
   * counted, since it is drawn later, but it can still be the worst.
   *
   * @returns {Watch}
   */
  watch() {
    let ended = false;
    const watch = { frames: 0, worst: 0, end: () => void (ended = true) };
    const listener = (/** @type {number} */ duration) => {
      watch.worst = Math.max(watch.worst, duration);
      if (ended) this.#listeners.delete(listener);
      else watch.frames++;
    };
    this.#listeners.add(listener);
    return watch;
  }

  /** @param {Frame} frame */
  #add(frame) {
    this.#frames.push(frame);
    while (this.#frames[0].end < frame.end - KEPT_MS) this.#frames.shift();
    for (const listener of this.#listeners) listener(frame.duration);
  }
}
