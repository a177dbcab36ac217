// The mill that the animation shows: what stands still, the wheel, and the water, each drawn by a function of its own.
// All measures are in the scene's own units, which the caller scales.

export const HEIGHT = 270;
export const WHEEL = { y: 150, radius: 88, inner: 66, hub: 11, buckets: 18, spokes: 6, reach: 94 };
const RACE = { surface: 47, bed: 59 };
export const POND = 226;
export const WAVE = 107;
/** Of the middle of the waves below the upper edge of what drawWaves draws. */
export const WAVE_HEIGHT = 4;
const TURN = Math.PI * 2;
const FLOW = 95; // of the water, in units a second
/** The angles between which the buckets are full, and where they have spilt it all. */
const FULL = { from: 0.2, until: 1.75, empty: 2.5 };

export const COLOURS = /** @type {const} */ ([
  'sky-top',
  'sky-low',
  'sun',
  'far-hill',
  'near-hill',
  'wall',
  'roof',
  'window',
  'wood',
  'wood-dark',
  'water',
  'water-deep',
  'foam',
]);

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {Record<typeof COLOURS[number], string>} Colours */

/**
 * All that stands still: the country, the house and the trough.
 *
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} width of the scene
 * @param {number} x of the wheel
 */
export function drawBackdrop(context, colours, width, x) {
  const sky = context.createLinearGradient(0, 0, 0, POND);
  sky.addColorStop(0, colours['sky-top']);
  sky.addColorStop(1, colours['sky-low']);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, HEIGHT);
  fillDisc(context, colours.sun, width * 0.16, 112, 25);
  fillBelow(context, colours['far-hill'], width, hill(168, 26, 150, 0.4));
  fillBelow(context, colours['near-hill'], width, hill(200, 16, 105, 2.2));
  drawHouse(context, colours, x);
  drawTrough(context, colours, x - 4);
}

/**
 * @param {number} y
 * @param {number} height
 * @param {number} length
 * @param {number} phase
 * @returns {(x: number) => number}
 */
export function hill(y, height, length, phase) {
  return (x) => y - height * Math.sin(x / length + phase) - height * 0.3 * Math.sin((x / length) * 2.3);
}

/**
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} x of the wheel, which hides the left half
 */
export function drawHouse(context, colours, x) {
  fillPolygon(context, colours.wall, [
    [x + 4, 96],
    [x + 92, 44],
    [x + 180, 96],
    [x + 180, 250],
    [x + 4, 250],
  ]);
  context.strokeStyle = colours.roof;
  context.lineWidth = 11;
  context.beginPath();
  context.moveTo(x - 12, 99);
  context.lineTo(x + 92, 32);
  context.lineTo(x + 196, 99);
  context.stroke();
  for (const [left, top] of [
    [106, 118],
    [142, 118],
    [106, 164],
    [142, 164],
  ])
    drawWindow(context, colours, x + left, top);
}

/**
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} x
 * @param {number} y
 */
function drawWindow(context, colours, x, y) {
  context.fillStyle = colours.window;
  context.fillRect(x, y, 20, 26);
  context.fillStyle = colours.wall;
  context.fillRect(x + 9, y, 2, 26);
  context.fillRect(x, y + 11, 20, 2);
}

/**
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} end
 */
function drawTrough(context, colours, end) {
  context.fillStyle = colours['wood-dark'];
  for (let x = end - 100; x > -20; x -= 120) {
    context.fillRect(x, RACE.bed, 8, POND);
    context.fillRect(x - 12, RACE.bed + 5, 32, 5);
  }
  context.fillStyle = colours.water;
  context.fillRect(0, RACE.surface, end + 4, RACE.bed - RACE.surface);
  context.fillStyle = colours.wood;
  context.fillRect(0, RACE.bed - 4, end, 8);
}

/**
 * The wheel without its water, around the origin.
 *
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} [boldness] of its lines: more where it is drawn small
 */
export function drawWheel(context, colours, boldness = 1) {
  context.strokeStyle = colours.wood;
  context.lineWidth = 6 * boldness;
  for (let i = 0; i < WHEEL.spokes; i++) strokeLine(context, [0, 0], onCircle((i * TURN) / WHEEL.spokes, WHEEL.inner));
  const pitch = TURN / WHEEL.buckets;
  context.strokeStyle = colours['wood-dark'];
  context.lineWidth = 3.5 * boldness;
  for (let i = 0; i < WHEEL.buckets; i++) {
    strokeLine(context, onCircle((i - 0.35) * pitch, WHEEL.inner), onCircle(i * pitch, WHEEL.radius + 4));
  }
  strokeArc(context, colours.wood, 4 * boldness, WHEEL.inner, 0, TURN);
  strokeArc(context, colours['wood-dark'], 3 * boldness, WHEEL.radius, 0, TURN);
  fillDisc(context, colours['wood-dark'], 0, 0, WHEEL.hub);
  fillDisc(context, colours.wood, 0, 0, 4);
}

/**
 * The water in the buckets, around the origin.
 *
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} turned by how much the wheel has turned
 */
export function drawLoad(context, colours, turned) {
  const pitch = TURN / WHEEL.buckets;
  for (let i = 0; i < WHEEL.buckets; i++) {
    const angle = (turned + i * pitch) % TURN;
    const depth = (WHEEL.radius - WHEEL.inner) * fullness(angle);
    if (depth === 0) continue;
    strokeArc(context, colours.water, depth, WHEEL.radius - depth / 2, angle - pitch - TURN / 4, angle - TURN / 4);
  }
}

/** How full a bucket is, 0 to 1. @param {number} angle */
function fullness(angle) {
  if (angle < FULL.from || angle > FULL.empty) return 0;
  if (angle > FULL.until) return (FULL.empty - angle) / (FULL.empty - FULL.until);
  return Math.min(1, (angle - FULL.from) / 0.5);
}

/**
 * What shows that the water in the trough moves, and its fall onto the wheel.
 *
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} x of the wheel
 * @param {number} t in seconds
 */
export function drawRace(context, colours, x, t) {
  const end = x - 4;
  context.fillStyle = colours.foam;
  for (let i = 0; i < 12; i++) {
    const at = ((t * FLOW + i * 83) % (end + 60)) - 40;
    context.fillRect(at, RACE.surface + 2 + (i % 3) * 2, Math.min(14 + (i % 4) * 6, end - at), 1.2);
  }
  context.fillStyle = colours.water;
  context.beginPath();
  context.moveTo(x - 2, RACE.surface);
  context.quadraticCurveTo(x + 24, RACE.surface, x + 34, WHEEL.y - WHEEL.radius + 20);
  context.lineTo(x + 20, WHEEL.y - WHEEL.radius + 16);
  context.quadraticCurveTo(x + 12, RACE.bed, x - 2, RACE.bed);
  context.fill();
}

/**
 * The drops that fall out of the buckets.
 *
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} x of the wheel
 * @param {number} t in seconds
 */
export function drawSpill(context, colours, x, t) {
  context.fillStyle = colours.water;
  for (let i = 0; i < 40; i++) {
    // Two steps without a common measure: the drops are everywhere, and in no rows.
    const age = (t * 1.5 + i * 0.7549) % 1;
    const angle = FULL.until + ((i * 0.5698) % 1) * (FULL.empty - FULL.until);
    const [left, top] = onCircle(angle, WHEEL.radius - 4);
    const fallen = top + age * 12 + (POND - WHEEL.y - top) * age * age;
    const size = 2 + (i % 3);
    context.fillRect(x + left + age * (4 + (i % 5)), WHEEL.y + fallen, size, size * 1.6);
  }
}

/**
 * The pond's waves, which repeat themselves every WAVE units.
 *
 * @param {Context} context
 * @param {string} colour
 * @param {number} width
 */
export function drawWaves(context, colour, width) {
  const k = TURN / WAVE;
  fillBelow(context, colour, width, (x) => WAVE_HEIGHT + 2.2 * Math.sin(x * k) + 1.4 * Math.sin(x * k * 2 + 1));
}

/**
 * How far the waves have drifted, up to WAVE.
 *
 * @param {number} speed beside that of the water in the trough
 * @param {number} t in seconds
 */
export function drift(speed, t) {
  return (t * FLOW * speed) % WAVE;
}

/**
 * The lines of foam that drift off.
 *
 * @param {Context} context
 * @param {Colours} colours
 * @param {number} x of the wheel
 * @param {number} width of the scene
 * @param {number} t in seconds
 */
export function drawFoam(context, colours, x, width, t) {
  context.fillStyle = colours.foam;
  for (let i = 0; i < 16; i++) {
    const age = (t * 0.28 + i * 0.618) % 1;
    context.globalAlpha = (1 - age) * 0.8;
    context.fillRect(x + 62 + age * (width - x - 40), POND + 14 + ((i * 7) % 24), 8 + (i % 4) * 5, 1.6);
  }
  context.globalAlpha = 1;
}

/**
 * Fills all below a curve.
 *
 * @param {Context} context
 * @param {string} colour
 * @param {number} width
 * @param {(x: number) => number} curve
 * @param {number} [bottom]
 */
export function fillBelow(context, colour, width, curve, bottom = HEIGHT) {
  const step = 4;
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(0, bottom);
  for (let x = 0; x < width + step; x += step) context.lineTo(x, curve(x));
  context.lineTo(width + step, bottom);
  context.fill();
}

/**
 * @param {Context} context
 * @param {string} colour
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function fillDisc(context, colour, x, y, radius) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
  context.fill();
}

/**
 * @param {Context} context
 * @param {string} colour
 * @param {number[][]} points
 */
function fillPolygon(context, colour, points) {
  context.fillStyle = colour;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.fill();
}

/**
 * @param {Context} context
 * @param {number[]} from
 * @param {number[]} to
 */
function strokeLine(context, from, to) {
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
}

/**
 * @param {Context} context
 * @param {string} colour
 * @param {number} width
 * @param {number} radius
 * @param {number} from
 * @param {number} to
 */
function strokeArc(context, colour, width, radius, from, to) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.arc(0, 0, radius, from, to);
  context.stroke();
}

/**
 * @param {number} angle clockwise from the top
 * @param {number} radius
 */
function onCircle(angle, radius) {
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
}
