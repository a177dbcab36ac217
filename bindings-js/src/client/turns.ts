/** Those who wait until something is free for them, in the order they came. Only the first is told that something is. */
import { after, type Patience } from './patience.js';

/** Somebody's place in that order, which it keeps until it leaves, however often it tries in vain. */
export interface Turn {
  /** Only while it sleeps. */
  wake: (() => void) | undefined;
  hasLeft: boolean;
}

export class Turns {
  /** The first is at `#head`. Those that left from the midst stand there until they are as many as the others: a place in
   * the midst is left at no cost. A Set would walk over all that have left to find its first. */
  #queue: Turn[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  join(): Turn {
    const turn: Turn = { wake: undefined, hasLeft: false };
    this.#queue.push(turn);
    this.#size++;
    return turn;
  }

  /** If it was the first, the next one is woken. */
  leave(turn: Turn): void {
    const wasFirst = this.isFirst(turn);
    turn.hasLeft = true;
    this.#size--;
    while (this.#queue[this.#head]?.hasLeft) this.#head++;
    if (this.#queue.length > 2 * this.#size) this.#compact();
    if (wasFirst) this.wakeFirst();
  }

  #compact(): void {
    this.#queue = this.#queue.filter(({ hasLeft }) => !hasLeft);
    this.#head = 0;
  }

  isFirst(turn: Turn): boolean {
    return this.#queue[this.#head] === turn;
  }

  wakeFirst(): void {
    this.#queue[this.#head]?.wake?.();
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
