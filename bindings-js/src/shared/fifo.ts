/** A queue that costs the same however many are in it. Array.shift moves all that stand behind, and a Set walks over all that
 * have left to find its first. */

/** What can stand in a queue, one at a time. It has the links, so that nothing is allocated for them. */
export class Link {
  queue: unknown;
  previous: this | undefined;
  next: this | undefined;
}

export class Fifo<T extends Link> {
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#first;
  }

  push(item: T): void {
    item.queue = this;
    item.previous = this.#last;
    if (this.#last) this.#last.next = item;
    else this.#first = item;
    this.#last = item;
    this.#size++;
  }

  shift(): T | undefined {
    const first = this.#first;
    if (first) this.delete(first);
    return first;
  }

  /** Takes one out, wherever it stands. False: it is not in here. */
  delete(item: T): boolean {
    if (item.queue !== this) return false;
    const { previous, next } = item;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    item.queue = item.previous = item.next = undefined;
    this.#size--;
    return true;
  }

  /** Those that are in it when it is asked, in their order; they may leave meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    const all: T[] = [];
    for (let item = this.#first; item; item = item.next) all.push(item);
    return all.values();
  }

  /** Takes all out: in their order. */
  clear(): T[] {
    const all: T[] = [];
    for (let item = this.shift(); item; item = this.shift()) all.push(item);
    return all;
  }
}
