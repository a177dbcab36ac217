// The second computation: a picture that comes tile by tile. Where it runs is decided elsewhere.

export const MANDELBROT_URL = 'guests/mandelbrot.gen.wasm';
export const WIDTH = 900;
export const HEIGHT = 600;
const TILE = 50;
const MAX_ITERATIONS = 5000;

export const TILE_COUNT = Math.ceil(WIDTH / TILE) * Math.ceil(HEIGHT / TILE);
export const MANDELBROT_ARGS = [WIDTH, HEIGHT, TILE, MAX_ITERATIONS].map(String);

/** @typedef {{x: number, y: number, width: number, height: number, rgba: Uint8ClampedArray<ArrayBuffer>}} Tile */

const HEADER_BYTES = 16;

/**
 * Takes the program's output apart. It comes in pieces of any size, and a tile is four 32-bit numbers (x, y, width,
 * height) and then its pixels.
 *
 * @param {(tile: Tile) => void} onTile
 * @returns {(piece: Uint8Array) => void} to be given each piece
 */
export function tileParser(onTile) {
  let rest = new Uint8Array(0);
  return (piece) => {
    const bytes = join(rest, piece);
    let at = 0;
    for (let tile; (tile = tileAt(bytes, at)); at = tile.end) onTile(tile);
    rest = bytes.slice(at);
  };
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function join(a, b) {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {(Tile & {end: number}) | undefined} undefined while the tile is not complete
 */
function tileAt(bytes, at) {
  if (bytes.length < at + HEADER_BYTES) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES);
  const [x, y, width, height] = [0, 4, 8, 12].map((offset) => header.getUint32(offset, true));
  const start = at + HEADER_BYTES;
  const end = start + width * height * 4;
  if (bytes.length < end) return undefined;
  return { x, y, width, height, rgba: new Uint8ClampedArray(bytes.slice(start, end).buffer), end };
}

/** The picture as far as it has come. */
export class MandelbrotFigure {
  #context;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    // Nothing is drawn here but pixels that are there already: that needs no help from the graphics processor.
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  }

  clear() {
    this.#context.clearRect(0, 0, WIDTH, HEIGHT);
  }

  /** @param {Tile} tile */
  paint({ x, y, width, height, rgba }) {
    this.#context.putImageData(new ImageData(rgba, width, height), x, y);
  }
}
