// A mill wheel under its race, and a dot on a track: things whose least stutter one sees. Everything is a function of
// the time, so that after a freeze the picture is where it would be, and one sees the leap.

import { fitted, palette } from './canvas.js';

/** Of the scene, in its own units; it is scaled to the canvas. */
const HEIGHT = 270;
const WHEEL = { y: 150, radius: 88, inner: 66, hub: 11, buckets: 18, spokes: 6 };
const RACE = { surface: 47, bed: 59 };
const POND = 226;
const TURN = Math.PI * 2;
const SPEED = 0.9; // of the wheel, in radians a second
const FLOW = 95; // of the water, in units a second
/** Where the buckets, clockwise from the top, are full, and where they have spilt it all. */
const FULL = { from: 0.2, until: 1.75, empty: 2.5 };

const TRACK_HEIGHT = 40; // in pixels, below the scene
const TRACK_MARGIN = 22;
const LAP_MS = 2600;
const MARKS = 26;

const COLOURS = /** @type {const} */ ([
  'sky-top', 'sky-low', 'sun', 'far-hill', 'near-hill', 'wall', 'roof', 'window', 'wood', 'wood-dark',
  'water', 'water-deep', 'foam', 'panel', 'rule', 'good',
]);

export class Scene {
  #context;
  #size;
  #colours = palette(COLOURS);
  #isStill = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {number[]} where the dot was in the last frames */
  #marks = [];
  /** Of the scene, in its units; it depends on the canvas's shape. */
  #width = 0;
  #wheelX = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    ({ context: this.#context, size: this.#size } = fitted(canvas));
  }

  /** @param {number} now in milliseconds */
  draw(now) {
    const context = this.#context;
    const scale = (this.#size.height - TRACK_HEIGHT) / HEIGHT;
    this.#width = this.#size.width / scale;
    this.#wheelX = this.#width * 0.47;
    context.clearRect(0, 0, this.#size.width, this.#size.height);
    context.save();
    context.scale(scale, scale);
    context.beginPath();
    context.rect(0, 0, this.#width, HEIGHT);
    context.clip();
    this.#drawMill(this.#isStill.matches ? 0 : now / 1000);
    context.restore();
    this.#drawTrack(now);
  }

  /** @param {number} t in seconds */
  #drawMill(t) {
    this.#drawSky();
    this.#drawHouse();
    this.#drawRace(t);
    this.#drawPond(t, 0, this.#colours['water-deep']);
    this.#drawWheel(t);
    this.#drawSpill(t);
    this.#drawPond(t, 9, this.#colours.water);
    this.#drawFoam(t);
  }

  #drawSky() {
    const context = this.#context;
    const sky = context.createLinearGradient(0, 0, 0, POND);
    sky.addColorStop(0, this.#colours['sky-top']);
    sky.addColorStop(1, this.#colours['sky-low']);
    context.fillStyle = sky;
    context.fillRect(0, 0, this.#width, HEIGHT);
    this.#fillDisc(this.#width * 0.16, 112, 25, this.#colours.sun);
    this.#drawHill(this.#colours['far-hill'], 168, 26, 150, 0.4);
    this.#drawHill(this.#colours['near-hill'], 200, 16, 105, 2.2);
  }

  /**
   * @param {string} colour
   * @param {number} y
   * @param {number} height
   * @param {number} length
   * @param {number} phase
   */
  #drawHill(colour, y, height, length, phase) {
    this.#fillBelow(colour, (x) => y - height * Math.sin(x / length + phase) - height * 0.3 * Math.sin((x / length) * 2.3));
  }

  /**
   * Fills all below a curve.
   *
   * @param {string} colour
   * @param {(x: number) => number} curve
   */
  #fillBelow(colour, curve) {
    const context = this.#context;
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, HEIGHT);
    for (let x = 0; x <= this.#width + 6; x += 6) context.lineTo(x, curve(x));
    context.lineTo(this.#width + 6, HEIGHT);
    context.fill();
  }

  #drawHouse() {
    const x = this.#wheelX;
    this.#fillPolygon(this.#colours.wall, [[x + 4, 96], [x + 92, 44], [x + 180, 96], [x + 180, 250], [x + 4, 250]]);
    this.#fillPolygon(this.#colours.roof, [[x - 12, 103], [x + 92, 36], [x + 196, 103], [x + 196, 92], [x + 92, 22], [x - 12, 92]]);
    for (const [left, top] of [[104, 120], [140, 120], [104, 164], [140, 164]]) this.#drawWindow(x + left, top);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #drawWindow(x, y) {
    const context = this.#context;
    context.fillStyle = this.#colours.window;
    context.fillRect(x, y, 20, 26);
    context.fillStyle = this.#colours.wall;
    context.fillRect(x + 9, y, 2, 26);
    context.fillRect(x, y + 11, 20, 2);
  }

  /** The trough that leads the water over the wheel. @param {number} t */
  #drawRace(t) {
    const context = this.#context;
    const end = this.#wheelX - 4;
    context.fillStyle = this.#colours['wood-dark'];
    for (let x = end - 100; x > -20; x -= 120) {
      context.fillRect(x, RACE.bed, 8, POND);
      context.fillRect(x - 12, RACE.bed + 5, 32, 5);
    }
    context.fillStyle = this.#colours.water;
    context.fillRect(0, RACE.surface, end + 4, RACE.bed - RACE.surface);
    this.#drawStreaks(t, end);
    this.#drawFall();
    context.fillStyle = this.#colours.wood;
    context.fillRect(0, RACE.bed - 4, end, 8);
  }

  /**
   * @param {number} t
   * @param {number} end
   */
  #drawStreaks(t, end) {
    const context = this.#context;
    context.fillStyle = this.#colours.foam;
    for (let i = 0; i < 12; i++) {
      const x = ((t * FLOW + i * 83) % (end + 60)) - 40;
      context.fillRect(x, RACE.surface + 2 + (i % 3) * 2, Math.min(14 + (i % 4) * 6, end - x), 1.2);
    }
  }

  /** From the end of the race onto the wheel. */
  #drawFall() {
    const context = this.#context;
    const x = this.#wheelX;
    context.fillStyle = this.#colours.water;
    context.beginPath();
    context.moveTo(x - 2, RACE.surface);
    context.quadraticCurveTo(x + 24, RACE.surface, x + 34, WHEEL.y - WHEEL.radius + 20);
    context.lineTo(x + 20, WHEEL.y - WHEEL.radius + 16);
    context.quadraticCurveTo(x + 12, RACE.bed, x - 2, RACE.bed);
    context.fill();
  }

  /** @param {number} t */
  #drawWheel(t) {
    const context = this.#context;
    const turned = t * SPEED;
    const pitch = TURN / WHEEL.buckets;
    context.save();
    context.translate(this.#wheelX, WHEEL.y);
    this.#drawSpokes(turned);
    for (let i = 0; i < WHEEL.buckets; i++) this.#drawBucket((turned + i * pitch) % TURN, pitch);
    this.#strokeRing(WHEEL.inner, 4, this.#colours.wood);
    this.#strokeRing(WHEEL.radius, 3, this.#colours['wood-dark']);
    context.restore();
    this.#fillDisc(this.#wheelX, WHEEL.y, WHEEL.hub, this.#colours['wood-dark']);
    this.#fillDisc(this.#wheelX, WHEEL.y, 4, this.#colours.wood);
  }

  /** @param {number} turned */
  #drawSpokes(turned) {
    const context = this.#context;
    context.strokeStyle = this.#colours.wood;
    context.lineWidth = 6;
    for (let i = 0; i < WHEEL.spokes; i++) {
      const [x, y] = onCircle(turned + (i * TURN) / WHEEL.spokes, WHEEL.inner);
      context.beginPath();
      context.moveTo(0, 0);
      context.lineTo(x, y);
      context.stroke();
    }
  }

  /**
   * The board in front of a bucket, and the water in it.
   *
   * @param {number} angle
   * @param {number} pitch
   */
  #drawBucket(angle, pitch) {
    const context = this.#context;
    const level = fullness(angle);
    if (level > 0) {
      const depth = (WHEEL.radius - WHEEL.inner) * level;
      context.strokeStyle = this.#colours.water;
      context.lineWidth = depth;
      context.beginPath();
      context.arc(0, 0, WHEEL.radius - depth / 2, angle - pitch - TURN / 4, angle - TURN / 4);
      context.stroke();
    }
    const [x0, y0] = onCircle(angle - pitch * 0.35, WHEEL.inner);
    const [x1, y1] = onCircle(angle, WHEEL.radius + 4);
    context.strokeStyle = this.#colours['wood-dark'];
    context.lineWidth = 3.5;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }

  /**
   * @param {number} radius
   * @param {number} width
   * @param {string} colour
   */
  #strokeRing(radius, width, colour) {
    this.#context.strokeStyle = colour;
    this.#context.lineWidth = width;
    this.#context.beginPath();
    this.#context.arc(0, 0, radius, 0, TURN);
    this.#context.stroke();
  }

  /** The drops that fall out of the buckets. @param {number} t */
  #drawSpill(t) {
    for (let i = 0; i < 34; i++) {
      // Two steps without a common measure: the drops are everywhere, and in no rows.
      const age = (t * 1.5 + i * 0.7549) % 1;
      const angle = FULL.until + ((i * 0.5698) % 1) * (FULL.empty - FULL.until);
      const [x, y] = onCircle(angle, WHEEL.radius - 4);
      const fallen = y + age * 12 + (POND - WHEEL.y - y) * age * age;
      this.#fillDisc(this.#wheelX + x + age * (4 + (i % 5)), WHEEL.y + fallen, 1.2 + (i % 3) * 0.7, this.#colours.water);
    }
  }

  /**
   * @param {number} t
   * @param {number} depth below the pond's far edge
   * @param {string} colour
   */
  #drawPond(t, depth, colour) {
    const drift = t * FLOW * (0.35 + depth / 40);
    this.#fillBelow(colour, (x) => POND + depth + 2.2 * Math.sin((x - drift) / 17) + 1.4 * Math.sin((x - drift * 1.3) / 7.3));
  }

  /** @param {number} t */
  #drawFoam(t) {
    const context = this.#context;
    context.strokeStyle = this.#colours.foam;
    context.lineWidth = 1.6;
    context.lineCap = 'round';
    for (let i = 0; i < 16; i++) {
      const age = (t * 0.28 + i * 0.618) % 1;
      const x = this.#wheelX + 62 + age * (this.#width - this.#wheelX - 40);
      const y = POND + 14 + ((i * 7) % 24);
      context.globalAlpha = (1 - age) * 0.8;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + 8 + (i % 4) * 5, y);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.lineCap = 'butt';
  }

  /** The dot goes to and fro, at an even speed. @param {number} now */
  #drawTrack(now) {
    const context = this.#context;
    const y = this.#size.height - TRACK_HEIGHT / 2;
    const length = this.#size.width - 2 * TRACK_MARGIN;
    const lap = (now / LAP_MS) % 2;
    this.#marks.push(lap < 1 ? lap : 2 - lap);
    if (this.#marks.length > MARKS) this.#marks.shift();
    context.fillStyle = this.#colours.panel;
    context.fillRect(0, this.#size.height - TRACK_HEIGHT, this.#size.width, TRACK_HEIGHT);
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
    this.#fillDisc(x, y, youth === 1 ? 8 : 2 + youth * 3, this.#colours.good);
    this.#context.globalAlpha = 1;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {string} colour
   */
  #fillDisc(x, y, radius, colour) {
    this.#context.fillStyle = colour;
    this.#context.beginPath();
    this.#context.arc(x, y, radius, 0, TURN);
    this.#context.fill();
  }

  /**
   * @param {string} colour
   * @param {number[][]} points
   */
  #fillPolygon(colour, points) {
    this.#context.fillStyle = colour;
    this.#context.beginPath();
    for (const [x, y] of points) this.#context.lineTo(x, y);
    this.#context.fill();
  }
}

/**
 * @param {number} angle clockwise from the top
 * @param {number} radius
 */
function onCircle(angle, radius) {
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
}

/** How full a bucket is, 0 to 1. @param {number} angle */
function fullness(angle) {
  if (angle < FULL.from || angle > FULL.empty) return 0;
  if (angle > FULL.until) return (FULL.empty - angle) / (FULL.empty - FULL.until);
  return Math.min(1, (angle - FULL.from) / 0.5);
}
