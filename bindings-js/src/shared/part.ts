/** Parts of the package that are loaded when they are first needed, and not with the page. */
import { StartError } from './errors.js';

export class Part<M> {
  /** What was loaded; `undefined`: nothing yet. */
  now: M | undefined;
  readonly #import: () => Promise<M>;
  #loading: Promise<M> | undefined;

  constructor(load: () => Promise<M>) {
    this.#import = load;
  }

  /** Loads it, once. Rejects with a `StartError`, and then the next call tries again. */
  load(): Promise<M> {
    return (this.#loading ??= this.#load());
  }

  async #load(): Promise<M> {
    try {
      return (this.now = await this.#import());
    } catch (cause) {
      this.#loading = undefined;
      throw new StartError(
        `a part of the package could not be loaded; deploy all files of its folder: ${(cause as Error).message}`,
        { cause },
      );
    }
  }
}
