/** Those who start jobs again and again, as plugins do: nobody but the pool can tell them that no other will come. */
import type { PoolError } from '../shared/errors.js';

/** Is told of the pool's end, each at most once. */
export interface Attendant {
  /** Nothing new is to begin: what has begun may go to its end. */
  readonly drain: (why: PoolError) => void;
  /** All that runs is ended now. */
  readonly end: (why: PoolError) => void;
}

export class Attendants {
  readonly #all = new Set<Attendant>();
  /** What the last of them are told who come now. */
  #tell: ((attendant: Attendant) => void) | undefined;

  /** Tells from now on, until the function that this returns is called; at once, if there is something to tell. */
  add(attendant: Attendant): () => void {
    this.#all.add(attendant);
    this.#tell?.(attendant);
    return () => void this.#all.delete(attendant);
  }

  /** `why` makes an error for each. */
  drain(why: () => PoolError): void {
    this.#tellAll((attendant) => attendant.drain(why()));
  }

  end(why: () => PoolError): void {
    this.#tellAll((attendant) => attendant.end(why()));
    this.#all.clear();
  }

  #tellAll(tell: (attendant: Attendant) => void): void {
    this.#tell = tell;
    for (const attendant of [...this.#all]) tell(attendant);
  }
}
