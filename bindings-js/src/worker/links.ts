/** What the main thread has said of jobs' imports. */
import type { ImportsMessage } from '../shared/protocol.js';

/** What is given for imports, beside WASI. */
export interface Link {
  /** What the main thread serves, by their indices in the list of the module's imports. */
  readonly served: ReadonlySet<number>;
  /** The URL of a module that has further ones. */
  readonly from: string | undefined;
}

const nothing: Link = { served: new Set(), from: undefined };

/** The links that this worker was told, and those that a job waits for. */
export class Links {
  readonly #links = new Map<number, Link>([[0, nothing]]);
  readonly #waiting = new Map<number, (link: Link) => void>();

  add({ id, served, from }: ImportsMessage): void {
    const link = { served: new Set(served), from };
    this.#links.set(id, link);
    this.#waiting.get(id)?.(link);
    this.#waiting.delete(id);
  }

  get(id: number): Link | undefined {
    return this.#links.get(id);
  }

  /** One that was posted, but whose message this thread has not had the time to read. */
  arrival(id: number): Promise<Link> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}
