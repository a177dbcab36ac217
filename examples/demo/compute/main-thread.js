// Both computations on the main thread, as one would run a WASI program without a pool: nothing else of the page runs
// until `start` returns. Compare pool-run.js, which does the same on the pool.

import { ConsoleStdout, File, OpenFile, WASI } from '@bjorn3/browser_wasi_shim';
import { MANDELBROT_ARGS, tileParser } from './mandelbrot.js';
import { SIEVE_ARGS, SIEVE_ROUNDS } from './sieve.js';

/**
 * Counts the primes, again and again.
 *
 * @param {WebAssembly.Module} module
 * @param {(round: number) => void} onRound
 * @returns {number} how many there are
 */
export function sieveOnMainThread(module, onRound) {
  let primes = 0;
  for (let round = 0; round < SIEVE_ROUNDS; round++) {
    let output = '';
    const decoder = new TextDecoder();
    run(module, SIEVE_ARGS, (bytes) => (output += decoder.decode(bytes, { stream: true })));
    primes = Number(output);
    onRound(round);
  }
  return primes;
}

/**
 * Renders the picture.
 *
 * @param {WebAssembly.Module} module
 * @param {(tile: import('./mandelbrot.js').Tile) => void} onTile
 */
export function mandelbrotOnMainThread(module, onTile) {
  run(module, MANDELBROT_ARGS, tileParser(onTile));
}

/**
 * Runs a WASI command here and now.
 *
 * @param {WebAssembly.Module} module
 * @param {string[]} args
 * @param {(bytes: Uint8Array) => void} onStdout
 */
function run(module, args, onStdout) {
  const stdin = new OpenFile(new File([]));
  const stdout = new ConsoleStdout(onStdout);
  const stderr = new ConsoleStdout(() => {});
  const wasi = new WASI(['guest', ...args], [], [stdin, stdout, stderr], { debug: false });
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
  const code = wasi.start(/** @type {any} */ (instance));
  if (code !== 0) throw new Error(`the program ended with exit code ${code}`);
}
