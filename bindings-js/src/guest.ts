/** Running one guest after the other in this worker. */
import { GuestMemory } from './guest-memory.js';
import { errorCodes, layout } from './layout.gen.js';
import type { Thread } from './thread.js';
import { textOf, trapOf } from './trap.js';

const WASI = 'wasi_snapshot_preview1';
const EXPORT_PREFIX = 'guest_';

/** An engine that has no room for one more memory often has some again as soon as another thread's garbage is gone. */
const MEMORY_TRIES_MS = [1, 5, 20, 50, 100];

/** How a job ended. */
interface Ending {
  readonly outcome: number;
  readonly code: number;
  readonly text?: string;
}

/** A guest's module, looked at once. */
export interface Guest {
  readonly module: WebAssembly.Module;
  /** Why it cannot be run; `undefined`: it can. */
  readonly refusal: string | undefined;
}

const encoder = new TextEncoder();
const sleepWord = new Int32Array(new SharedArrayBuffer(4));

export class GuestRunner {
  readonly #thread: Thread;
  readonly #memory: GuestMemory;
  readonly #imports: WebAssembly.Imports;
  /** The functions that a guest can import, by their name. */
  readonly #wasi: Record<string, WebAssembly.ImportValue>;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#memory = new GuestMemory(thread);
    this.#wasi = Object.create(null) as Record<string, WebAssembly.ImportValue>;
    for (const [name, value] of Object.entries(thread.c)) {
      if (name.startsWith(EXPORT_PREFIX)) this.#wasi[name.slice(EXPORT_PREFIX.length)] = value as () => void;
    }
    this.#imports = Object.assign(Object.create(null) as WebAssembly.Imports, { [WASI]: this.#wasi });
  }

  /** Looks whether a module is a command that can be linked. */
  inspect(module: WebAssembly.Module): Guest {
    return { module, refusal: this.#refusalOf(module) };
  }

  #refusalOf(module: WebAssembly.Module): string | undefined {
    const imports = WebAssembly.Module.imports(module);
    const unknown = imports.find((i) => i.module !== WASI || i.kind !== 'function' || !(i.name in this.#wasi));
    if (unknown) return `the module imports ${unknown.kind} ${unknown.module}.${unknown.name}, which nobody provides`;
    const exports = new Map(WebAssembly.Module.exports(module).map((e) => [e.name, e.kind]));
    if (exports.get('_start') !== 'function') return 'the module exports no function _start, so it is no command';
    if (imports.length > 0 && exports.get('memory') !== 'memory') return 'the module uses WASI but exports no memory';
    return undefined;
  }

  /** Runs the job that worker_next began. True: this thread is worn out and must be replaced. */
  run(guest: Guest): boolean {
    const ending = guest.refusal === undefined ? this.#start(guest.module) : notStarted('POOL_EINVAL', guest.refusal);
    this.#memory.bind(undefined);
    this.#end(ending);
    return ending.outcome === layout.POOL_TRAPPED && ending.code === layout.POOL_TRAP_STACK_OVERFLOW;
  }

  #start(module: WebAssembly.Module): Ending {
    const { c } = this.#thread;
    const stack = c.emscripten_stack_get_current();
    c.worker_begin(this.#memory.read, this.#memory.write, this.#memory.check);
    for (const waitMs of [...MEMORY_TRIES_MS, undefined]) {
      if (c.worker_enter() !== 0) return this.#leftBy() ?? { outcome: layout.POOL_CANCELLED, code: 0 };
      try {
        this.#call(module);
        c.worker_leave();
        return { outcome: layout.POOL_EXITED, code: 0 };
      } catch (thrown) {
        c._emscripten_stack_restore(stack);
        c.worker_leave();
        const ending = this.#leftBy() ?? endingOf(thrown);
        if (!isOutOfMemory(ending) || waitMs === undefined) return ending;
        Atomics.wait(sleepWord, 0, 0, waitMs);
      }
    }
    throw new Error('unreachable');
  }

  /** In here the guest's code runs, from its start section on. */
  #call(module: WebAssembly.Module): void {
    const { exports } = new WebAssembly.Instance(module, this.#imports);
    this.#memory.bind(exports['memory'] instanceof WebAssembly.Memory ? exports['memory'] : undefined);
    const start = exports['_start'] as () => void;
    if (start.length > 0) throw new WebAssembly.LinkError('_start has parameters, so it is no command');
    start();
  }

  /** How the guest was unwound by us; `undefined`: it was not. */
  #leftBy(): Ending | undefined {
    const { c } = this.#thread;
    const outcome = c.worker_left_by();
    return outcome === 0 ? undefined : { outcome, code: c.worker_exit_code() >>> 0 };
  }

  #end({ outcome, code, text }: Ending): void {
    const { c, heap } = this.#thread;
    const bytes = text === undefined ? undefined : encoder.encode(text).subarray(0, 16384);
    const address = bytes?.length ? c.worker_text(bytes.length) >>> 0 : 0;
    if (bytes && address) heap.u8(address + bytes.length).set(bytes, address);
    c.worker_end(outcome, code, bytes && address ? bytes.length : 0);
  }
}

function notStarted(code: keyof typeof errorCodes, text: string): Ending {
  return { outcome: layout.POOL_NOT_STARTED, code: -errorCodes[code], text };
}

function isOutOfMemory(ending: Ending): boolean {
  return ending.outcome === layout.POOL_NOT_STARTED && ending.code === -errorCodes.POOL_ENOMEM;
}

/** What an exception out of a guest, or out of instantiating it, means for its job. */
function endingOf(thrown: unknown): Ending {
  const text = textOf(thrown);
  const trap = trapOf(thrown);
  if (trap !== undefined) return { outcome: layout.POOL_TRAPPED, code: trap, text };
  if (thrown instanceof WebAssembly.LinkError || thrown instanceof TypeError) return notStarted('POOL_EINVAL', text);
  if (/out of memory|allocat/i.test(text.split('\n')[0]!)) return notStarted('POOL_ENOMEM', text);
  return { outcome: layout.POOL_LOST, code: 0, text };
}
