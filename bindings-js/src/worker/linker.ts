/** Links a guest: finds what each of its imports is to be, from what was given for the job down to WASI. */
import { suspending } from '../shared/jspi.js';
import { layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import { typeName } from '../shared/value.js';
import { Ending, notStarted } from './ending.js';
import type { Guest } from './guest-module.js';
import type { HostLink } from './host-link.js';
import { builtIns, emptyTable, importTable, type ImportTable } from './guest-imports.js';
import { type AdapterPlan, makeAdapters, untypedAdapter } from './import-adapters.js';
import { checkReturned } from './returned.js';
import { importSignature, type ImportSignature } from './signature.js';
import type { Wish } from './wish.js';

/** What a module of `importsFrom` gave for one guest. */
export interface Provided {
  readonly imports: Readonly<Record<string, unknown>>;
  readonly link: HostLink;
}

/** How a job wants its imports. */
export interface Wanted extends Wish {
  /** What the main thread serves, by their indices in the list of the module's imports. */
  readonly served: ReadonlySet<number>;
  /** What a module of `importsFrom` gave for this guest. */
  readonly provided: Provided | undefined;
}

type Descriptor = WebAssembly.ModuleImportDescriptor;

export class Linker {
  readonly #thread: Thread;
  readonly #table: ImportTable;
  readonly #plain = new WeakMap<Guest, boolean>();
  readonly #signatures = new WeakMap<Guest, Map<number, ImportSignature>>();
  /** Functions that call the main thread, by guest and number. */
  readonly #adapters = new WeakMap<Guest, Map<number, WebAssembly.ImportValue>>();
  /** Which of a guest's imports that are scripts' has been called last. */
  #lastCalled: Descriptor | undefined;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#table = importTable(thread.c);
  }

  /** The import of a script whose call is the last one, since this was asked for. */
  takeLastCalled(): Descriptor | undefined {
    const last = this.#lastCalled;
    this.#lastCalled = undefined;
    return last;
  }

  /** What a guest is linked with that imports nothing but WASI; `undefined`: it imports more. */
  linkPlain(guest: Guest): WebAssembly.Imports | undefined {
    let isPlain = this.#plain.get(guest);
    if (isPlain === undefined) {
      isPlain = guest.imports.every(
        ({ module, name, kind }) => kind === 'function' && this.#table[module]?.[name] !== undefined,
      );
      this.#plain.set(guest, isPlain);
    }
    return isPlain ? this.#table : undefined;
  }

  /** What a guest's module is linked with, or why it cannot be. */
  link(guest: Guest, wanted: Wanted): WebAssembly.Imports | Ending {
    const { imports } = guest;
    const plain = wanted.imports === 0 ? this.linkPlain(guest) : undefined;
    if (plain) return plain;
    const values = builtIns(this.#table, imports);
    for (const number of imports.keys()) {
      values[number] = this.#given(guest, number, wanted) ?? values[number];
    }
    const lacking = imports.filter((_, number) => values[number] === undefined && !wanted.served.has(number));
    if (lacking.some(({ kind }) => kind !== 'function') || (lacking.length > 0 && !wanted.traps)) {
      return this.#refuse(guest, lacking);
    }
    const refusal = this.#serve(guest, wanted, values);
    if (refusal) return refusal;
    const linked = emptyTable<Record<string, WebAssembly.ImportValue>>();
    for (const [number, { module, name }] of imports.entries()) {
      (linked[module] ??= emptyTable())[name] = values[number] ?? this.#trapping(number);
    }
    return linked;
  }

  /** What `importsFrom` has, unless it is served. */
  #given(guest: Guest, number: number, { served, provided }: Wanted): WebAssembly.ImportValue | undefined {
    if (!provided || served.has(number)) return undefined;
    const descriptor = guest.imports[number]!;
    const value = own(own(provided.imports, descriptor.module), descriptor.name);
    const isScript = typeof value === 'function' && !isExported(value);
    if (!isScript) return value as WebAssembly.ImportValue | undefined;
    const signature = this.#signatureOf(guest, number);
    const called = value as (...values: unknown[]) => unknown;
    if (typeof signature !== 'object' || signature.results.length === 0) return this.#noted(descriptor, called);
    return this.#checked(descriptor, called, signature.results);
  }

  /** The same as `#noted`, for one that is to return something. */
  #checked(descriptor: Descriptor, called: (...values: unknown[]) => unknown, results: readonly number[]) {
    const name = `${descriptor.module}.${descriptor.name}`;
    return (...values: unknown[]): unknown => {
      this.#lastCalled = descriptor;
      const returned = called(...values);
      if (results.length > 1 || typeof returned !== 'number' || results[0] === layout.POOL_I64) {
        checkReturned(name, returned, results);
      }
      return returned;
    };
  }

  /** Remembers that it is called, so that what it throws is known to be its. */
  #noted(descriptor: Descriptor, called: (...values: unknown[]) => unknown): WebAssembly.ImportValue {
    return (...values: unknown[]) => {
      this.#lastCalled = descriptor;
      return called(...values);
    };
  }

  /** Fills in what calls the main thread. */
  #serve(guest: Guest, { served }: Wanted, values: (WebAssembly.ImportValue | undefined)[]): Ending | undefined {
    if (served.size === 0) return undefined;
    const adapters = this.#adapters.get(guest) ?? new Map<number, WebAssembly.ImportValue>();
    this.#adapters.set(guest, adapters);
    const plans: AdapterPlan[] = [];
    for (const number of served) {
      if (adapters.has(number)) continue;
      const signature = this.#signatureOf(guest, number);
      if (signature === 'no memory') return noMemory();
      if (signature === 'other') return this.#refuseServed(guest.imports[number]!);
      if (signature) plans.push({ number, signature });
      else adapters.set(number, this.#untyped(guest.imports[number]!, number));
    }
    if (plans.length > 0) {
      const made = makeAdapters(this.#thread, plans);
      plans.forEach(({ number }, i) => adapters.set(number, made[i]!));
    }
    for (const number of served) values[number] = adapters.get(number);
    return undefined;
  }

  #untyped(descriptor: Descriptor, number: number): WebAssembly.ImportValue {
    const adapter = this.#noted(descriptor, untypedAdapter(this.#thread, number));
    return this.#thread.byScript ? suspending(adapter as () => unknown) : adapter;
  }

  /** A trap, which no guest can catch. */
  #trapping(number: number): WebAssembly.ImportValue {
    return () => this.#thread.c.import_missing(number);
  }

  #signatureOf(guest: Guest, number: number): ImportSignature {
    const known = this.#signatures.get(guest) ?? new Map<number, ImportSignature>();
    this.#signatures.set(guest, known);
    if (!known.has(number)) {
      const found = guest.head ? importSignature(this.#thread, guest.head, number) : undefined;
      if (found === 'no memory') return found;
      known.set(number, found);
    }
    return known.get(number);
  }

  #refuseServed({ module, name }: Descriptor): Ending {
    const what = `${module}.${name} takes or returns what is no number, or more than ${layout.POOL_VALUES_MAX} values`;
    return notStarted('POOL_EINVAL', oneLine(`${what}: imports cannot serve it, and importsFrom can`));
  }

  #refuse(guest: Guest, lacking: readonly Descriptor[]): Ending {
    const texts = lacking.map((descriptor) => this.#describe(guest, descriptor));
    return notStarted('POOL_EINVAL', oneLine(`the module imports ${texts.join(', ')}, which nobody provides`));
  }

  /** `env.log (i32, i32) -> ()`. */
  #describe(guest: Guest, descriptor: Descriptor): string {
    const { module, name, kind } = descriptor;
    if (kind !== 'function') return `${kind} ${module}.${name}`;
    const signature = this.#signatureOf(guest, guest.imports.indexOf(descriptor));
    if (typeof signature !== 'object') return `function ${module}.${name}`;
    const list = (types: readonly number[]): string => `(${types.map(typeName).join(', ')})`;
    return `${module}.${name} ${list(signature.params)} -> ${list(signature.results)}`;
  }
}

/** Names are guests' to choose, and a message is one line. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });

/** Whether a function is an instance's: then a guest calls it without a detour over scripts, and it can only trap. */
function isExported(value: object): boolean {
  try {
    table.set(0, value);
    table.set(0, null);
    return true;
  } catch {
    return false;
  }
}

function noMemory(): Ending {
  return notStarted('POOL_ENOMEM', 'there is no memory to look at the module');
}

/** A property that is not inherited. */
function own(object: unknown, key: string): unknown {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return undefined;
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}
