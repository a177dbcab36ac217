/** Work of the coordinator that takes long. It is done in slices, between which deadlines are kept and messages come in:
 * none of it may be in the way of jobs, whatever somebody does to a directory. */
import { macrotask } from '../platform/scope.js';

/** Work that yields between slices of a few milliseconds at most. `'blocked'`: it goes on when `unblock` is called. */
export type Slices<T> = Generator<'blocked' | undefined, T, undefined>;

/** After so many the event loop goes on with its next task. */
const SLICES_A_TASK = 4;

export class Slicer {
  readonly #between: () => void;
  #todo: Slices<void>[] = [];
  #blocked: Slices<void>[] = [];
  #going = false;

  /** `between` is called before every slice. */
  constructor(between: () => void) {
    this.#between = between;
  }

  /** Begins, unless other work is under way: then their slices alternate. */
  add(work: Slices<void>): void {
    this.#todo.push(work);
    if (!this.#going) void this.#go();
  }

  /** What was blocked is tried again. */
  unblock(): void {
    if (this.#blocked.length === 0) return;
    for (const work of this.#blocked.splice(0)) this.#todo.push(work);
    if (!this.#going) void this.#go();
  }

  /** Drops all of it. */
  stop(): void {
    this.#todo = [];
    this.#blocked = [];
  }

  async #go(): Promise<void> {
    this.#going = true;
    for (let n = 1; this.#todo.length > 0; n++) {
      this.#between();
      const work = this.#todo.shift();
      if (work) this.#step(work);
      if (n % SLICES_A_TASK === 0 && this.#todo.length > 0) await macrotask();
    }
    this.#going = false;
  }

  #step(work: Slices<void>): void {
    const { done, value } = work.next();
    if (!done) (value === 'blocked' ? this.#blocked : this.#todo).push(work);
  }
}
