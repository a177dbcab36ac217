/** Running one guest after the other in this worker. */
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import { readExportCall, type ExportCall, typeName, writeResults } from './export-call.js';
import { findUnknown, importsFor, importTable, type ImportTable } from './guest-imports.js';
import { GuestMemory } from './guest-memory.js';
import { readSignature, type Signature } from './signature.js';
import { textOf, trapOf } from './trap.js';

const START = '_start';
const INITIALIZE = '_initialize';

/** An engine that has no room for one more memory often has some again as soon as another thread's garbage is gone: that of
 * a worker at rest, a moment later (litter.ts). */
const MEMORY_TRIES_MS = [1, 5, 20, 50, 100, 200, 400];

/** How a job ended. */
interface Ending {
  readonly outcome: number;
  readonly code: number;
  readonly text?: string;
}

/** A guest's module, looked at once. */
export interface Guest {
  readonly module: WebAssembly.Module;
  readonly head: Uint8Array | undefined;
  readonly imports: readonly WebAssembly.ModuleImportDescriptor[];
  /** The kinds of its exports, by name. */
  readonly exports: ReadonlyMap<string, WebAssembly.ImportExportKind>;
  /** The signatures that were asked for; `undefined`: not known. */
  readonly signatures: Map<string, Signature | undefined>;
}

const encoder = new TextEncoder();
const sleepWord = new Int32Array(new SharedArrayBuffer(4));

/** Looks at what a module imports and exports. */
export function inspect(module: WebAssembly.Module, head: Uint8Array | undefined): Guest {
  const exports = new Map(WebAssembly.Module.exports(module).map((e) => [e.name, e.kind]));
  return { module, head, imports: WebAssembly.Module.imports(module), exports, signatures: new Map() };
}

export class GuestRunner {
  readonly #thread: Thread;
  readonly #memory: GuestMemory;
  readonly #imports: ImportTable;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#memory = new GuestMemory(thread);
    this.#imports = importTable(thread.c);
  }

  /** Runs the job that worker_next began. True: this thread is worn out and must be replaced. */
  run(guest: Guest): boolean {
    const call = readExportCall(this.#thread);
    const ending = this.#refuse(guest, call) ?? this.#start(guest, call);
    this.#memory.bind(undefined);
    this.#end(ending);
    return ending.outcome === layout.POOL_TRAPPED && ending.code === layout.POOL_TRAP_STACK_OVERFLOW;
  }

  /** Why a guest cannot be run like that; `undefined`: it can, as far as it shows. */
  #refuse(guest: Guest, call: ExportCall | undefined): Ending | undefined {
    const { imports, exports } = guest;
    const unknown = findUnknown(this.#imports, imports);
    if (unknown) {
      const what = `${unknown.kind} ${unknown.module}.${unknown.name}`;
      return notStarted('POOL_EINVAL', `the module imports ${what}, which nobody provides`);
    }
    if (imports.length > 0 && exports.get('memory') !== 'memory') {
      return notStarted('POOL_EINVAL', 'the module uses WASI but exports no memory');
    }
    if (call) return this.#refuseCall(guest, call);
    if (exports.get(START) === 'function') return undefined;
    return notStarted('POOL_EINVAL', 'the module exports no function _start, so it is no command');
  }

  #refuseCall(guest: Guest, { name, values }: ExportCall): Ending | undefined {
    if (guest.exports.get(name) !== 'function') {
      return notStarted('POOL_ENOENT', `the module exports no function ${name}`);
    }
    if (!this.#learnSignature(guest, name))
      return notStarted('POOL_ENOMEM', 'there is no memory to look at the module');
    const params = guest.signatures.get(name)?.params;
    if (!params || (params.length === values.length && params.every((type, i) => type === values[i]!.type))) {
      return undefined;
    }
    const given = values.map(({ type }) => type);
    return notStarted('POOL_EINVAL', `${name} takes ${listOf(params)} and was given ${listOf(given)}`);
  }

  /** Looks for the signature of an export, once. False: there was no memory for that now. */
  #learnSignature({ head, signatures }: Guest, name: string): boolean {
    if (!head || signatures.has(name)) return true;
    const found = readSignature(this.#thread, head);
    if (found === 'no memory') return false;
    signatures.set(name, found);
    return true;
  }

  #start(guest: Guest, call: ExportCall | undefined): Ending {
    const { c } = this.#thread;
    const stack = c.emscripten_stack_get_current();
    c.worker_begin(this.#memory.read, this.#memory.write, this.#memory.check);
    for (const waitMs of [...MEMORY_TRIES_MS, undefined]) {
      if (c.worker_enter() !== 0) return this.#leftBy() ?? { outcome: layout.POOL_CANCELLED, code: 0 };
      try {
        const results = this.#call(guest, call);
        c.worker_leave();
        if (!call || writeResults(this.#thread, results, guest.signatures.get(call.name)?.results)) {
          return { outcome: layout.POOL_EXITED, code: 0 };
        }
        return { outcome: layout.POOL_LOST, code: 0, text: `what ${call.name} returned could not be handed over` };
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

  /** In here the guest's code runs, from its start section on. What its export returned. */
  #call({ module, imports }: Guest, call: ExportCall | undefined): unknown {
    const { exports } = new WebAssembly.Instance(module, importsFor(this.#imports, imports));
    this.#memory.bind(exports['memory'] instanceof WebAssembly.Memory ? exports['memory'] : undefined);
    if (!call) return callWithout(exports[START] as () => void, START);
    const initialize = exports[INITIALIZE];
    if (typeof initialize === 'function' && call.name !== INITIALIZE) callWithout(initialize as () => void, INITIALIZE);
    return callWith(exports[call.name] as ExportedFunction, call);
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

type ExportedFunction = (...values: unknown[]) => unknown;

/** Calls an export. A value too few would be 0 to it, and one too many nothing. */
function callWith(exported: ExportedFunction, { name, values }: ExportCall): unknown {
  if (exported.length === values.length) return exported(...values.map(({ value }) => value));
  throw new WebAssembly.LinkError(`${name} takes ${exported.length} values and was given ${values.length}`);
}

/** Calls what must have no parameters. */
function callWithout(start: () => void, name: string): void {
  if (start.length > 0) throw new WebAssembly.LinkError(`${name} has parameters, so nobody can call it`);
  start();
}

function listOf(types: readonly number[]): string {
  return `(${types.map(typeName).join(', ')})`;
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
