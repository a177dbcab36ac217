// The small wheel in the header, which turns on every page.

import { fitted, palette } from './canvas.js';
import { COLOURS } from './mill.js';
import { Wheel } from './wheel.js';

const SPEED = 0.9; // in radians a second

export class Badge {
  #context;
  #size;
  #fit;
  #colours = palette(COLOURS);
  #wheel = new Wheel(2);

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    ({ context: this.#context, size: this.#size, fit: this.#fit } = fitted(canvas, canvas));
  }

  /**
   * @param {number} _now
   * @param {number} time in milliseconds
   */
  draw(_now, time) {
    this.#fit();
    const { width, height, ratio } = this.#size;
    this.#context.clearRect(0, 0, width, height);
    const place = { x: width / 2, y: height / 2, radius: width / 2, angle: (time / 1000) * SPEED, ratio };
    this.#wheel.draw(this.#context, this.#colours, place);
  }
}
