/** The modules of `importsFrom`: each is loaded once by a worker, and asked for its functions by each job. */
import { isThenable } from '../shared/brand.js';
import { show } from '../shared/gate.js';
import type { Thread } from '../shared/thread.js';
import { THROWN_CHARS, thrownLine } from '../shared/thrown.js';
import { type Ending, notStarted } from './ending.js';
import { HostLink } from './host-link.js';
import { oneLine, type Provided } from './linker.js';

type Factory = (given: Pick<HostLink, 'memory' | 'call'>) => unknown;

export class ImportModules {
  readonly #thread: Thread;
  readonly #loaded = new Map<string, Promise<Factory | Ending>>();

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  /** What a module gives for the guest that is about to run; or how its job ends, because it cannot be had. */
  async provide(url: string): Promise<Provided | Ending> {
    const loading = this.#loaded.get(url) ?? this.#load(url);
    this.#loaded.set(url, loading);
    const factory = await loading;
    if (typeof factory === 'function') return this.#ask(url, factory);
    this.#loaded.delete(url); // a later try may find it
    return factory;
  }

  async #load(url: string): Promise<Factory | Ending> {
    try {
      const loaded = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as { readonly default?: unknown };
      if (typeof loaded.default === 'function') return loaded.default as Factory;
      return failed(url, 'has a wrong default export', wrong(`it must be a function, and is ${show(loaded.default)}`));
    } catch (error) {
      return failed(url, 'could not be loaded', error);
    }
  }

  async #ask(url: string, factory: Factory): Promise<Provided | Ending> {
    const link = new HostLink(this.#thread);
    try {
      const given = factory({ memory: link.memory, call: link.call });
      const imports: unknown = isThenable(given) ? await given : given;
      if (typeof imports === 'object' && imports !== null) return { imports: imports as Provided['imports'], link };
      return failed(
        url,
        'gave no imports',
        wrong(`it must return an object of modules, and returned ${show(imports)}`),
      );
    } catch (error) {
      return failed(url, 'gave no imports', error);
    }
  }
}

/** The text that an `ImportsFromError` is made of. */
function failed(url: string, what: string, error: unknown): Ending {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const message = oneLine(`importsFrom ${JSON.stringify(url)} ${what}: ${reason.slice(0, THROWN_CHARS)}`);
  return notStarted('POOL_EIO', [message, thrownLine(error), stack].join('\n'));
}

function wrong(text: string): TypeError {
  return new TypeError(text);
}
