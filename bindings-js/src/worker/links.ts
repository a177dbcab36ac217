/** What the main thread has said of jobs' imports. */
import { layout } from '../shared/layout.gen.js';
import type { ImportsMessage } from '../shared/protocol.js';
import type { Thread } from '../shared/thread.js';

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

/** What the job that worker_next began says of its imports. */
export function importWish({ c, heap }: Thread): { readonly id: number; readonly traps: boolean } {
  const call = c.worker_call() >>> 0;
  return { id: heap.u32(call + layout.worker_call_imports), traps: heap.u32(call + layout.worker_call_traps) !== 0 };
}
