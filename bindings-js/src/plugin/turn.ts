/** Leaving the event loop its turns, however much there is to do. */
import { macrotask } from '../platform/scope.js';

const TURN_MS = 5;
/** What takes so long was not there at once. */
const WAIT_MS = 0.1;
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

  /** Waits for something. If that takes a while, others have their turn meanwhile. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    const asked = performance.now();
    const value = await promise;
    const got = performance.now();
    if (got - asked >= WAIT_MS) this.#begin = got;
    return value;
  }

  /** Gives others their turn. */
  async pass(): Promise<void> {
    await macrotask();
    this.#begin = performance.now();
  }
}
