/** How long the same turn of the event loop has been going on, as far as who asks can know: by how closely what he does follows
 * what he did before. */

/** After so long the page shall have its turn. */
const TASK_MS = 2;

export class Turn {
  /** When he did something last, and the first of what followed closely. */
  #last = 0;
  #begin = 0;

  /** Whether whatever comes next shall wait for a turn of its own. */
  isLong(): boolean {
    const now = performance.now();
    if (now - this.#last > TASK_MS) this.#begin = now;
    this.#last = now;
    if (now - this.#begin <= TASK_MS) return false;
    this.#begin = now;
    return true;
  }

  /** What it was asked for is done. */
  done(): void {
    this.#last = performance.now();
  }
}
