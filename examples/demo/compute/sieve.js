// The first computation: counting primes. Where it runs is decided elsewhere.

export const SIEVE_URL = 'guests/sieve.gen.wasm';
export const SIEVE_LIMIT = 20_000_000;
export const SIEVE_ARGS = [String(SIEVE_LIMIT)];

/** One count takes some 20 ms: too short for anybody to see. */
export const SIEVE_ROUNDS = 100;

/** Shows one cell for each round, lit when it is done, and the count. */
export class SieveFigure {
  #cells;
  #count;

  /**
   * @param {HTMLElement} grid
   * @param {HTMLElement} count
   */
  constructor(grid, count) {
    this.#cells = Array.from({ length: SIEVE_ROUNDS }, () => grid.appendChild(document.createElement('i')));
    this.#count = count;
  }

  clear() {
    for (const cell of this.#cells) cell.className = '';
    this.#count.textContent = '–';
  }

  /** @param {number} round which has ended, counted from 0 */
  light(round) {
    this.#cells[round].className = 'done';
  }

  /** @param {number} count */
  showCount(count) {
    this.#count.textContent = count.toLocaleString('en-US');
  }
}
