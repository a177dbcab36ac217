/** What a pool has begun and not ended, for closing that waits for it. */

/** What is closed when it has done what it was asked. */
interface Closable {
  readonly status: Promise<unknown>;
  close(): Promise<void>;
}

export class Underway {
  #n = 0;
  #isDraining = false;
  #onIdle: (() => void)[] = [];
  /** Weak, since one that nobody holds any more ends by itself. */
  readonly #instances = new Set<WeakRef<Closable>>();

  /** Whether nothing new is to begin. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Something has begun, or has ended. */
  count(isBegun: boolean): void {
    this.#n += isBegun ? 1 : -1;
    if (this.#n > 0) return;
    for (const tell of this.#onIdle.splice(0)) tell();
  }

  /** An instance lives for as long as its caller likes, or until nothing new is to begin. */
  keep<T extends Closable>(instance: T): T {
    const ref = new WeakRef<Closable>(instance);
    this.#instances.add(ref);
    const forget = (): void => void this.#instances.delete(ref);
    instance.status.then(forget, forget);
    if (this.#isDraining) void instance.close();
    return instance;
  }

  /** Lets nothing new begin, and resolves when all that has begun has ended. Instances end when they have answered. */
  drain(): Promise<void> {
    this.#isDraining = true;
    for (const ref of this.#instances) void ref.deref()?.close();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.count(true); // what ends at this moment may be followed by what was queued behind it
      queueMicrotask(() => this.count(false));
    });
  }
}
