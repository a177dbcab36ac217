/** Whoever has asked for a job, with what it is to be, and waits for what comes of it. */
import type { CallSite } from './callsite.js';
import type { Launch } from './launcher.js';
import type { ModuleSource } from './modules.js';
import type { Checked } from './options.js';
import type { Patience } from './patience.js';
import type { Stdio } from './stdio.js';
import type { Underway } from './underway.js';

/** What is known before anything is checked. */
export type Asked = Pick<Launch, 'source' | 'module' | 'isAccepted' | 'site'>;

/** One of `resolve`, `reject` and `follow` is called, once. Callbacks, because each promise on the way would cost every job. */
export class Asker<C extends Checked, T> implements Launch {
  readonly source: ModuleSource;
  readonly module: WebAssembly.Module | undefined;
  readonly isAccepted: boolean | undefined;
  readonly site: CallSite;
  checked!: C;
  patience!: Patience;
  /** What was taken for the job, and is let go if it fails. */
  stdio!: Stdio;
  readonly #underway: Underway;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    { source, module, isAccepted, site }: Asked,
    underway: Underway,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.source = source;
    this.module = module;
    this.isAccepted = isAccepted;
    this.site = site;
    this.#underway = underway;
    this.#resolve = resolve;
    this.#reject = reject;
    underway.count(true);
  }

  resolve(result: T): void {
    this.#resolve(result);
    this.#underway.count(false);
  }

  /** The error gets the stack of the call that it belongs to. */
  reject(error: unknown): void {
    (this.stdio as Stdio | undefined)?.cancel(error);
    this.#reject(this.site.sign(error));
    this.#underway.count(false);
  }

  /** The same with what a promise gives. */
  follow(result: Promise<T>): void {
    result.then(
      (value) => this.resolve(value),
      (error: unknown) => this.reject(error),
    );
  }
}
