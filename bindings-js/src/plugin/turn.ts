/** Leaving the event loop its turns, however much there is to do. */
import { macrotask } from '../platform/scope.js';

const TURN_MS = 5;
/** The clock is read once in so many steps. */
const STEPS = 16;

export class Turn {
  #begin = performance.now();
  #steps = 0;

  /** After each step: whether others should have their turn now. */
  isOver(): boolean {
    if (++this.#steps % STEPS !== 0) return false;
    return performance.now() - this.#begin >= TURN_MS;
  }

  /** Gives others their turn. */
  async pass(): Promise<void> {
    await macrotask();
    this.#begin = performance.now();
  }
}
