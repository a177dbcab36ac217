// A mill wheel under its race, and a dot on a track: things whose least stutter one sees. Everything is a function of
// the time, so that after a freeze the picture is where it would be, and one sees the leap.

import { fitted, palette } from './canvas.js';
import { COLOURS, HEIGHT, POND, WAVE, WAVE_HEIGHT, WHEEL } from './mill.js';
import {
  drawBackdrop,
  drawFoam,
  drawLoad,
  drawRace,
  drawSpill,
  drawWaves,
  drawWheel,
  drift,
  fillDisc,
} from './mill.js';

const SPEED = 0.9; // of the wheel, in radians a second
const DEPTH = HEIGHT - POND + WAVE_HEIGHT; // of the pond

const CORNER = 11; // in pixels, as the panel's inside
const TRACK_HEIGHT = 40; // in pixels, below the scene
const TRACK_MARGIN = 22;
const LAP_MS = 2600;
const MARKS = 26;

export class Scene {
  #context;
  #size;
  #fit;
  #colours = palette([...COLOURS, 'panel', 'rule', 'good']);
  /** @type {number[]} where the dot was in the last frames */
  #marks = [];
  #scale = 1;
  /** Of the scene, in its units: it depends on the canvas's shape. */
  #width = 0;
  #wheelX = 0;
  /** What is the same in every frame is drawn once: not everywhere is drawing cheap. */
  #drawnFor = '';
  #backdrop = document.createElement('canvas');
  #wheel = document.createElement('canvas');
  #farWaves = document.createElement('canvas');
  #nearWaves = document.createElement('canvas');

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    ({ context: this.#context, size: this.#size, fit: this.#fit } = fitted(canvas));
  }

  /** @param {number} time that it shows, in milliseconds */
  draw(time) {
    const context = this.#context;
    this.#fit();
    if (this.#size.width === 0) return;
    this.#prepare();
    context.save();
    context.scale(this.#scale, this.#scale);
    this.#drawMill(time / 1000);
    context.restore();
    this.#drawTrack(time);
  }

  /** Draws what stays, if it has not been drawn for this size and these colours. */
  #prepare() {
    const { width, height, ratio } = this.#size;
    const wanted = [width, height, ratio, this.#colours['sky-top']].join();
    if (this.#drawnFor === wanted) return;
    this.#drawnFor = wanted;
    this.#scale = (height - TRACK_HEIGHT) / HEIGHT;
    this.#width = width / this.#scale;
    this.#wheelX = this.#width * 0.47;
    const sharpness = this.#scale * ratio;
    const backdrop = sized(this.#backdrop, this.#width, HEIGHT, sharpness);
    drawBackdrop(backdrop, this.#colours, this.#width, this.#wheelX);
    this.#roundCorners(backdrop);
    const wheel = sized(this.#wheel, 2 * WHEEL.reach, 2 * WHEEL.reach, sharpness);
    wheel.translate(WHEEL.reach, WHEEL.reach);
    drawWheel(wheel, this.#colours);
    const breadth = this.#width + WAVE;
    drawWaves(sized(this.#farWaves, breadth, DEPTH, sharpness), this.#colours['water-deep'], breadth);
    drawWaves(sized(this.#nearWaves, breadth, DEPTH, sharpness), this.#colours.water, breadth);
  }

  /**
   * As the panel's. To have the style sheet cut them off costs some browsers more than all the drawing.
   *
   * @param {CanvasRenderingContext2D} backdrop
   */
  #roundCorners(backdrop) {
    backdrop.globalCompositeOperation = 'destination-in';
    backdrop.beginPath();
    backdrop.roundRect(0, 0, this.#width, HEIGHT * 2, CORNER / this.#scale);
    backdrop.fill();
  }

  /** @param {number} t in seconds */
  #drawMill(t) {
    const context = this.#context;
    context.drawImage(this.#backdrop, 0, 0, this.#width, HEIGHT);
    drawRace(context, this.#colours, this.#wheelX, t);
    this.#drawPond(this.#farWaves, 0, drift(0.35, t));
    this.#drawTurned(t * SPEED);
    drawSpill(context, this.#colours, this.#wheelX, t);
    this.#drawPond(this.#nearWaves, 9, drift(0.6, t));
    drawFoam(context, this.#colours, this.#wheelX, this.#width, t);
  }

  /**
   * @param {HTMLCanvasElement} waves
   * @param {number} below the pond's far edge
   * @param {number} drifted
   */
  #drawPond(waves, below, drifted) {
    this.#context.drawImage(waves, drifted - WAVE, POND - WAVE_HEIGHT + below, this.#width + WAVE, DEPTH);
  }

  /** @param {number} angle of the wheel */
  #drawTurned(angle) {
    const context = this.#context;
    context.save();
    context.translate(this.#wheelX, WHEEL.y);
    drawLoad(context, this.#colours, angle);
    context.rotate(angle);
    context.drawImage(this.#wheel, -WHEEL.reach, -WHEEL.reach, 2 * WHEEL.reach, 2 * WHEEL.reach);
    context.restore();
  }

  /** The dot goes to and fro, at an even speed. @param {number} time */
  #drawTrack(time) {
    const context = this.#context;
    const { width, height } = this.#size;
    const y = height - TRACK_HEIGHT / 2;
    const length = width - 2 * TRACK_MARGIN;
    const lap = (time / LAP_MS) % 2;
    this.#marks.push(lap < 1 ? lap : 2 - lap);
    if (this.#marks.length > MARKS) this.#marks.shift();
    context.fillStyle = this.#colours.panel;
    context.fillRect(0, height - TRACK_HEIGHT, width, TRACK_HEIGHT);
    context.fillStyle = this.#colours.rule;
    context.fillRect(TRACK_MARGIN, y - 1, length, 2);
    this.#marks.forEach((share, i) => this.#drawMark(TRACK_MARGIN + share * length, y, (i + 1) / this.#marks.length));
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} youth 1 is the dot itself
   */
  #drawMark(x, y, youth) {
    this.#context.globalAlpha = youth === 1 ? 1 : youth * youth * 0.45;
    fillDisc(this.#context, this.#colours.good, x, y, youth === 1 ? 8 : 2 + youth * 3);
    this.#context.globalAlpha = 1;
  }
}

/**
 * Makes a canvas of that many units, empty.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {number} scale
 */
function sized(canvas, width, height, scale) {
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.scale(canvas.width / width, canvas.height / height);
  return context;
}
