// A small wheel that is drawn once and then only turned: not everywhere is drawing cheap.

import { WHEEL, drawWheel } from './mill.js';

export class Wheel {
  #canvas = document.createElement('canvas');
  #drawnFor = '';
  #boldness;

  /** @param {number} boldness of its lines, which are thin in a small wheel */
  constructor(boldness) {
    this.#boldness = boldness;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import('./mill.js').Colours} colours
   * @param {{x: number, y: number, radius: number, angle: number, ratio: number}} place `ratio`: how many pixels of the screen
   *   one of these is
   */
  draw(context, colours, { x, y, radius, angle, ratio }) {
    this.#prepare(colours, Math.ceil(2 * radius * ratio));
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.drawImage(this.#canvas, -radius, -radius, 2 * radius, 2 * radius);
    context.restore();
  }

  /**
   * @param {import('./mill.js').Colours} colours
   * @param {number} pixels
   */
  #prepare(colours, pixels) {
    const wanted = [pixels, colours.wood].join();
    if (this.#drawnFor === wanted || pixels === 0) return;
    this.#drawnFor = wanted;
    this.#canvas.width = this.#canvas.height = pixels;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d'));
    context.translate(pixels / 2, pixels / 2);
    context.scale(pixels / 2 / WHEEL.reach, pixels / 2 / WHEEL.reach);
    drawWheel(context, colours, this.#boldness);
  }
}
