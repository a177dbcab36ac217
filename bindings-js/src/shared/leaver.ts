/** Somebody who waits for an answer, and may leave. */
export class Leaver {
  #controller: AbortController | undefined;
  #isGone = false;

  /** Aborts when nobody waits any more. It is made when it is asked for, which most never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isGone) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Nobody waits any more. */
  leave(): void {
    this.#isGone = true;
    this.#controller?.abort();
  }
}
