// The small wheel in the header, which turns on every page.

import { fitted, palette } from './canvas.js';
import { COLOURS, WHEEL, drawWheel } from './mill.js';

const SPEED = 0.9; // in radians a second

export class Badge {
  #context;
  #size;
  #colours = palette(COLOURS);

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    ({ context: this.#context, size: this.#size } = fitted(canvas, canvas));
  }

  /**
   * @param {number} _now
   * @param {number} time in milliseconds
   */
  draw(_now, time) {
    const { width, height } = this.#size;
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.save();
    context.translate(width / 2, height / 2);
    context.scale(width / 2 / WHEEL.reach, height / 2 / WHEEL.reach);
    context.rotate((time / 1000) * SPEED);
    drawWheel(context, this.#colours, 2);
    context.restore();
  }
}
