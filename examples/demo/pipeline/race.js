// The mill race: a trough for each pipe, one below the other, and between them a wheel for each program. How high the water
// stands is how full the pipe is; how far the foam and the wheels have moved is how many bytes have gone by.

import { fitted, palette } from '../common/canvas.js';
import { COLOURS, fillBelow } from '../common/mill.js';
import { motion } from '../common/motion.js';
import { Wheel } from '../common/wheel.js';
import { Country, WIDE, houseName } from './country.js';
import { STAGE_NAMES } from './pipeline-run.js';

/** @typedef {{x: number, y: number, width: number, depth: number}} Trough `y` is its floor */

/** By how much the foam moves for each byte, in pixels, and a wheel turns, in radians. */
const DRIFT = 0.02;
const TURN = 0.0009;
/** How much of the way to the newest counts the picture goes in each frame. */
const EASE = 0.12;
const SHALLOW = 4;

export class Race {
  #context;
  #size;
  #fit;
  #colours = palette([...COLOURS, 'ink', 'font']);
  #country = new Country();
  #wheel = new Wheel(1.5);
  #waters;
  #isGiving;
  #isPaused;
  /** What is drawn, which follows the counts. @type {import('./waters.js').Water[]} */
  #drawn;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => import('./waters.js').Water[]} waters
   * @param {() => boolean} isGiving whether the page's own write goes on
   * @param {() => boolean} isPaused whether the last gate is closed
   */
  constructor(canvas, waters, isGiving, isPaused) {
    ({ context: this.#context, size: this.#size, fit: this.#fit } = fitted(canvas));
    this.#waters = waters;
    this.#isGiving = isGiving;
    this.#isPaused = isPaused;
    this.#drawn = waters();
  }

  draw() {
    this.#fit();
    if (this.#size.width === 0) return;
    this.#follow();
    const troughs = troughsIn(this.#size);
    this.#country.draw(this.#context, this.#size, this.#colours);
    troughs.forEach((trough, i) => this.#drawTrough(trough, i));
    this.#drawSpring(troughs[0]);
    troughs.forEach((trough, i) => this.#drawOutflow(trough, troughs[i + 1], i));
    this.#drawPond(troughs[3]);
  }

  /** Steps by steps come from the counts; water has none. */
  #follow() {
    const ease = motion.isStill ? 1 : EASE;
    this.#drawn = this.#waters().map(({ level, passed }, i) => {
      const before = this.#drawn[i];
      const isNew = passed < before.passed;
      return {
        level: before.level + (level - before.level) * ease,
        passed: isNew ? passed : before.passed + (passed - before.passed) * ease,
      };
    });
  }

  /**
   * @param {Trough} trough
   * @param {number} i
   */
  #drawTrough({ x, y, width, depth }, i) {
    const context = this.#context;
    const { level, passed } = this.#drawn[i];
    const high = SHALLOW + level * (depth - SHALLOW);
    context.fillStyle = this.#colours['wood-dark'];
    for (const post of [0.14, 0.82]) context.fillRect(x + width * post, y, 5, this.#size.height - y);
    context.fillStyle = this.#colours.wood;
    context.globalAlpha = 0.25;
    context.fillRect(x, y - depth, width, depth);
    context.globalAlpha = 1;
    if (i > 0) this.#drawWheel({ x, y, width, depth }, i - 1);
    context.fillStyle = this.#colours.water;
    context.globalAlpha = 0.86;
    context.fillRect(x, y - high, width, high);
    context.globalAlpha = 1;
    this.#drawFoam(x, y - high, width, high, moved(passed));
    context.fillStyle = this.#colours.wood;
    context.fillRect(x - 3, y, width + 3, 5);
    context.fillRect(x - 3, y - depth - 2, 3, depth + 4);
  }

  /**
   * What shows that water moves: as far as bytes have gone by.
   *
   * @param {number} x
   * @param {number} y of the surface
   * @param {number} width
   * @param {number} high
   * @param {number} far how far it has come
   */
  #drawFoam(x, y, width, high, far) {
    const context = this.#context;
    context.fillStyle = this.#colours.foam;
    context.fillRect(x, y, width, 1.5);
    for (let i = 0; i < 14; i++) {
      const at = (far * 60 * (0.7 + 0.1 * (i % 4)) + i * 0.618 * width) % width;
      const deep = 3 + ((i * 7) % 10) * 0.1 * Math.max(high - 6, 0);
      context.fillRect(x + at, y + deep, Math.min(3 + (i % 4) * 3, width - at), 1.3);
    }
  }

  /**
   * What leaves a trough: onto the next wheel, or through the gate into the pond.
   *
   * @param {Trough} trough
   * @param {Trough | undefined} next
   * @param {number} i
   */
  #drawOutflow({ x, y, width, depth }, next, i) {
    const end = x + width;
    const bottom = next ? y + wheelRadius(next) * 0.7 : this.#size.height * 0.95;
    const isFlowing = next ? this.#flow(i) > 0 : !this.#isPaused();
    if (isFlowing) this.#drawFall(end, y, bottom);
    if (!next) this.#drawGate(end, y, depth);
  }

  /** Whether water has lately left a trough: the picture has not yet come to the newest count. @param {number} i */
  #flow(i) {
    return Math.max(this.#waters()[i].passed - this.#drawn[i].passed - 1, 0);
  }

  /**
   * @param {number} x
   * @param {number} top
   * @param {number} bottom
   */
  #drawFall(x, top, bottom) {
    const context = this.#context;
    context.fillStyle = this.#colours.water;
    context.beginPath();
    context.moveTo(x - 1, top - SHALLOW - 2);
    context.quadraticCurveTo(x + 11, top - SHALLOW, x + 12, bottom);
    context.lineTo(x + 5, bottom);
    context.quadraticCurveTo(x + 5, top, x - 1, top);
    context.fill();
  }

  /**
   * The program's wheel, under the end of the trough before: when its own trough fills, it stands in the water.
   *
   * @param {Trough} trough that it pours into
   * @param {number} i
   */
  #drawWheel(trough, i) {
    const radius = wheelRadius(trough);
    const angle = motion.isStill ? 0 : this.#drawn[i].passed * TURN;
    const place = { x: trough.x + radius + 8, y: trough.y - radius - 3, radius, angle, ratio: this.#size.ratio };
    this.#wheel.draw(this.#context, this.#colours, place);
    this.#drawName(STAGE_NAMES[i], trough.x + 20, trough.y - trough.depth - 9);
  }

  /**
   * @param {string} name
   * @param {number} x
   * @param {number} y
   */
  #drawName(name, x, y) {
    this.#context.fillStyle = this.#colours.ink;
    this.#context.font = `600 ${this.#size.width > WIDE ? 15 : 12}px ${this.#colours.font}`;
    this.#context.fillText(name, x, y);
  }

  /** The page's water, as long as it gives some. @param {Trough} trough */
  #drawSpring({ x, y, depth }) {
    const context = this.#context;
    const top = y - depth - 16;
    if (this.#isGiving()) {
      context.fillStyle = this.#colours.water;
      context.fillRect(x + 9, top, 9, depth + 14);
    }
    context.fillStyle = this.#colours['wood-dark'];
    context.fillRect(0, top - 5, x + 22, 6);
    this.#drawName('this page', x + 30, top + 4);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} depth
   */
  #drawGate(x, y, depth) {
    const lifted = this.#isPaused() ? 0 : SHALLOW * 3;
    this.#context.fillStyle = this.#colours['wood-dark'];
    this.#context.fillRect(x - 1, y - depth - 8 - lifted, 5, depth + 8);
  }

  /** @param {Trough} last */
  #drawPond(last) {
    const { width, height } = this.#size;
    const wave = (/** @type {number} */ at) =>
      height * 0.94 + 1.6 * Math.sin(at / 17 + moved(this.#drawn[3].passed) * 0.4);
    fillBelow(this.#context, this.#colours['water-deep'], width, wave, height);
    const [x, y] = width > WIDE ? houseName(this.#size) : [last.x + last.width - 56, last.y - last.depth - 26];
    this.#drawName('this page', x, y);
  }
}

/** How far the foam has come. @param {number} passed */
function moved(passed) {
  return motion.isStill ? 0 : passed * DRIFT;
}

/** @param {Trough} trough */
function wheelRadius({ depth, width }) {
  return Math.min(depth * 0.5, width * 0.32);
}

/**
 * @param {{width: number, height: number}} size
 * @returns {Trough[]}
 */
function troughsIn({ width, height }) {
  const margin = Math.max(width * 0.02, 12);
  const long = (width * (width > WIDE ? 0.8 : 0.94) - margin) / 4;
  return Array.from({ length: 4 }, (_, i) => ({
    x: margin + i * long,
    y: height * (0.28 + 0.193 * i),
    width: long - 3,
    depth: height * 0.175,
  }));
}
