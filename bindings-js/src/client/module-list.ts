/** The modules that jobs name by number, and how long the workers have to keep each. */
import type { Crew } from './crew.js';

interface Entry {
  readonly module: WebAssembly.Module;
  /** Jobs that are to run it, or run it. */
  jobs: number;
  unloaded: boolean;
  /** Of each of them, when it is done: one function for all, since there are many. */
  readonly onEnd: () => void;
}

export class ModuleList {
  readonly #crew: Crew;
  readonly #entries = new Map<number, Entry>();
  #next = 1;

  constructor(crew: Crew) {
    this.#crew = crew;
  }

  /** Sends a module to the workers: its number, which is never used again. */
  add(module: WebAssembly.Module, head?: Uint8Array): number {
    const id = this.#next++;
    this.#entries.set(id, { module, jobs: 0, unloaded: false, onEnd: () => this.done(id) });
    this.#crew.addModule(id, module, head);
    return id;
  }

  /** Whether new jobs may use it. */
  has(id: number): boolean {
    return this.#entries.get(id)?.unloaded === false;
  }

  /** What was added, as long as jobs may use it. */
  get(id: number): WebAssembly.Module | undefined {
    return this.#entries.get(id)?.module;
  }

  /** A job needs it, until `done`. */
  use(id: number): void {
    const entry = this.#entries.get(id);
    if (entry) entry.jobs++;
  }

  /** What calls `done`. */
  onEndOf(id: number): () => void {
    return this.#entries.get(id)!.onEnd;
  }

  done(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.jobs--;
    this.#dropIfUnused(id, entry);
  }

  /** Takes it from the workers, as soon as the last job that uses it is done. */
  unload(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.unloaded = true;
    this.#dropIfUnused(id, entry);
  }

  #dropIfUnused(id: number, entry: Entry): void {
    if (!entry.unloaded || entry.jobs > 0) return;
    this.#entries.delete(id);
    this.#crew.dropModule(id);
  }
}
