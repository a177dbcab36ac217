/** Those who wait until something is free for them, in the order they came. Only the first is told that something is. */
import { Fifo, Link } from '../shared/fifo.js';
import { after, type Patience } from './patience.js';

/** Somebody's place in that order, which it keeps until it leaves, however often it tries in vain. */
export class Turn extends Link {
  /** Only while it sleeps. */
  wake: (() => void) | undefined;
}

export class Turns {
  readonly #turns = new Fifo<Turn>();

  get size(): number {
    return this.#turns.size;
  }

  join(): Turn {
    const turn = new Turn();
    this.#turns.push(turn);
    return turn;
  }

  /** If it was the first, the next one is woken. */
  leave(turn: Turn): void {
    const wasFirst = this.isFirst(turn);
    this.#turns.delete(turn);
    if (wasFirst) this.wakeFirst();
  }

  isFirst(turn: Turn): boolean {
    return this.#turns.first === turn;
  }

  wakeFirst(): void {
    this.#turns.first?.wake?.();
  }

  /** Sleeps until it is woken as the first, or its patience may be over, or so much time has passed. */
  sleep(turn: Turn, patience: Patience, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        forget.forEach((each) => each());
        turn.wake = undefined;
        resolve();
      };
      const forget = [patience.onEnd(wake), after(ms, wake)];
      turn.wake = wake;
    });
  }
}
