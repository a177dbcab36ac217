// The chart of frame times. Along it goes the time, so that a frame is as wide as it was long: a freeze is a block.

import { fitted, palette } from '../common/canvas.js';
import { milliseconds } from '../common/format.js';

const SPAN_MS = 6000;
const LOWEST_MS = 6;
const HIGHEST_MS = 5000;
const BAD_MS = 50;
const ON_TIME_MS = 1000 / 60;
const GRID = [
  { ms: ON_TIME_MS, text: '16.7 ms' },
  { ms: BAD_MS, text: '50 ms' },
  { ms: 250, text: '250 ms' },
  { ms: 1000, text: '1 s' },
];
/** Between two vertical blanks there is some play, also on a page that is in time. */
const LATE_MS = ON_TIME_MS * 1.5;
const MARGIN_LEFT = 52;
const LABELLED_MS = 200;
const LABEL_WIDTH = 56;
const LABEL_HEIGHT = 16;

export class FrameChart {
  #context;
  #size;
  #fit;
  #colours = palette(['rule', 'quiet', 'good', 'late', 'bad', 'panel', 'font']);

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    ({ context: this.#context, size: this.#size, fit: this.#fit } = fitted(canvas));
  }

  /**
   * @param {import('../common/frames.js').FrameMeter} meter
   * @param {number} now
   */
  draw(meter, now) {
    this.#fit();
    this.#context.clearRect(0, 0, this.#size.width, this.#size.height);
    this.#context.font = `11px ${this.#colours.font}`;
    this.#context.textBaseline = 'middle';
    const frames = meter.recent(SPAN_MS, now);
    for (const frame of frames) this.#drawFrame(frame, now);
    for (const line of GRID) this.#drawLine(line);
    this.#drawLabels(frames, now);
  }

  /**
   * @param {import('../common/frames.js').Frame} frame
   * @param {number} now
   */
  #drawFrame({ end, duration }, now) {
    const left = Math.max(this.#x(end - duration, now), MARGIN_LEFT);
    const right = this.#x(end, now);
    const top = this.#y(duration);
    const context = this.#context;
    context.fillStyle = this.#colourOf(duration);
    context.fillRect(left, top, Math.max(right - left - 0.35, 0.6), this.#size.height - top);
  }

  /**
   * Says how long the worst frames took, as far as there is room for it.
   *
   * @param {import('../common/frames.js').Frame[]} frames
   * @param {number} now
   */
  #drawLabels(frames, now) {
    /** @type {number[]} */
    const taken = [];
    const freezes = frames.filter(({ duration }) => duration > LABELLED_MS).sort((a, b) => b.duration - a.duration);
    for (const { end, duration } of freezes) {
      const middle = (Math.max(this.#x(end - duration, now), MARGIN_LEFT) + this.#x(end, now)) / 2;
      const x = Math.min(Math.max(middle, MARGIN_LEFT + LABEL_WIDTH / 2), this.#size.width - LABEL_WIDTH / 2);
      if (taken.some((other) => Math.abs(other - x) < LABEL_WIDTH)) continue;
      taken.push(x);
      this.#drawLabel(milliseconds(duration), x, this.#y(duration) - LABEL_HEIGHT / 2);
    }
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  #drawLabel(text, x, y) {
    this.#context.fillStyle = this.#colours.bad;
    this.#context.textAlign = 'center';
    this.#context.fillText(text, x, y);
  }

  /** @param {{ms: number, text: string}} line */
  #drawLine({ ms, text }) {
    const y = Math.round(this.#y(ms)) + 0.5;
    const context = this.#context;
    context.strokeStyle = this.#colours.rule;
    context.beginPath();
    context.moveTo(MARGIN_LEFT, y);
    context.lineTo(this.#size.width, y);
    context.stroke();
    context.fillStyle = this.#colours.quiet;
    context.textAlign = 'right';
    context.fillText(text, MARGIN_LEFT - 8, y);
  }

  /** @param {number} duration */
  #colourOf(duration) {
    if (duration > BAD_MS) return this.#colours.bad;
    return duration > LATE_MS ? this.#colours.late : this.#colours.good;
  }

  /**
   * @param {number} time
   * @param {number} now
   */
  #x(time, now) {
    return this.#size.width - ((now - time) / SPAN_MS) * (this.#size.width - MARGIN_LEFT);
  }

  /** Logarithmic: what is in time and what is a hundred times too late are both to be seen. @param {number} ms */
  #y(ms) {
    const share = Math.log(ms / LOWEST_MS) / Math.log(HIGHEST_MS / LOWEST_MS);
    return this.#size.height - Math.min(Math.max(share, 0.01), 1) * (this.#size.height - LABEL_HEIGHT);
  }
}
