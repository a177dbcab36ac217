/** What a pool has begun and not ended, for closing that waits for it. */
import type { PoolError } from '../shared/errors.js';

/** What ends when it has done what it was asked. */
interface Drainable {
  readonly status: Promise<unknown>;
  drain(why: PoolError): void;
}

export class Underway {
  #n = 0;
  /** Makes an error that says why nothing new is to begin; `undefined`: it may. */
  #why: (() => PoolError) | undefined;
  #onIdle: (() => void)[] = [];
  /** Weak, since one that nobody holds any more ends by itself. */
  readonly #instances = new Set<WeakRef<Drainable>>();

  /** Whether nothing new is to begin. */
  get isDraining(): boolean {
    return this.#why !== undefined;
  }

  /** Something has begun, or has ended. */
  count(isBegun: boolean): void {
    this.#n += isBegun ? 1 : -1;
    if (this.#n > 0) return;
    for (const tell of this.#onIdle.splice(0)) tell();
  }

  /** An instance lives for as long as its caller likes, or until nothing new is to begin. */
  keep<T extends Drainable>(instance: T): T {
    const ref = new WeakRef<Drainable>(instance);
    this.#instances.add(ref);
    const forget = (): void => void this.#instances.delete(ref);
    instance.status.then(forget, forget);
    if (this.#why) instance.drain(this.#why());
    return instance;
  }

  /** Lets nothing new begin, and resolves when all that has begun has ended. Instances end when they have answered. */
  drain(why: () => PoolError): Promise<void> {
    this.#why = why;
    for (const ref of this.#instances) ref.deref()?.drain(why());
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.count(true); // what ends at this moment may be followed by what was queued behind it
      queueMicrotask(() => this.count(false));
    });
  }
}
