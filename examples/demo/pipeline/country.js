// What stands behind the mill race, drawn once for each size and colour scheme.

import { HEIGHT, drawHouse, fillBelow, fillDisc, hill } from '../common/mill.js';

/** From this width on there is room for more, in pixels. */
export const WIDE = 600;

const HOUSE = { width: 214, bottom: 250, share: 0.72, name: [66, 104] };

/** @typedef {import('../common/mill.js').Colours} Colours */
/** @typedef {{width: number, height: number, ratio: number}} Size */

export class Country {
  #canvas = document.createElement('canvas');
  #drawnFor = '';

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Size} size
   * @param {Colours} colours
   */
  draw(context, size, colours) {
    const wanted = [size.width, size.height, size.ratio, colours['sky-top']].join();
    if (this.#drawnFor !== wanted) this.#prepare(size, colours);
    this.#drawnFor = wanted;
    context.drawImage(this.#canvas, 0, 0, size.width, size.height);
  }

  /**
   * @param {Size} size
   * @param {Colours} colours
   */
  #prepare(size, colours) {
    const { width, height, ratio } = size;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d'));
    context.scale(ratio, ratio);
    const sky = context.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, colours['sky-top']);
    sky.addColorStop(1, colours['sky-low']);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    fillDisc(context, colours.sun, width * 0.66, height * 0.22, height * 0.08);
    fillBelow(context, colours['far-hill'], width, hill(height * 0.66, height * 0.1, 170, 0.4), height);
    fillBelow(context, colours['near-hill'], width, hill(height * 0.8, height * 0.06, 120, 2.2), height);
    if (width > WIDE) this.#drawHouse(context, size, colours);
  }

  /**
   * Where there is room: the house that the water is for.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Size} size
   * @param {Colours} colours
   */
  #drawHouse(context, size, colours) {
    const { left, top, scale } = houseIn(size);
    context.save();
    context.translate(left, top);
    context.scale(scale, scale);
    drawHouse(context, colours, 0);
    context.restore();
  }
}

/** @param {Size} size */
function houseIn({ width, height }) {
  const scale = (height / HEIGHT) * HOUSE.share;
  return { left: width - HOUSE.width * scale, top: height * 0.95 - HOUSE.bottom * scale, scale };
}

/** Where on the house its name has room. @param {Size} size @returns {[number, number]} */
export function houseName(size) {
  const { left, top, scale } = houseIn(size);
  return [left + HOUSE.name[0] * scale, top + HOUSE.name[1] * scale];
}
