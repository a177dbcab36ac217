/** Running one guest after the other in this worker. */
import { endJob, writeResults } from '../shared/job-end.js';
import { layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import { typeName } from '../shared/value.js';
import { Ending, endingOf, type Enter, type EnterNow, notStarted } from './ending.js';
import { type ExportedFunction, notTaken, resultsOf, type ExportCall, takesNumber } from './export-call.js';
import { withFrames } from './frames.js';
import { isOurs } from './guest-imports.js';
import { GuestMemory } from './guest-memory.js';
import type { Guest } from './guest-module.js';
import type { HostLink } from './host-link.js';
import { clearFailure, failureOf } from './import-failure.js';
import { InstanceServer } from './instance.js';
import { Linker, type Wanted } from './linker.js';
import { readSignature } from './signature.js';
import type { Steps } from './steps.js';
import { plainWish, type Wish } from './wish.js';

const START = '_start';
const INITIALIZE = '_initialize';

const exited = new Ending(layout.POOL_EXITED);

/** An engine that has no room for one more memory often has some again as soon as another thread's garbage is gone: that of
 * a worker at rest, a moment later (litter.ts), or of one that was ended, which on a busy machine lives on for seconds. */
const MEMORY_PATIENCE_MS = 3000;
/** After a guest that waited for so long in vain, until one gets its memory: or jobs behind it would wait for ages together. */
const MEMORY_IMPATIENCE_MS = 500;
/** A job may be told to end meanwhile, and is heard of between two tries. */
const MEMORY_TRY_MAX_MS = 100;

export class GuestRunner {
  readonly #thread: Thread;
  readonly #memory: GuestMemory;
  readonly #linker: Linker;
  /** What the job's module of `importsFrom` was given. */
  #link: HostLink | undefined;
  #patienceMs = MEMORY_PATIENCE_MS;
  /** C knows what the job's guest is given. */
  #hasBegun = false;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#memory = new GuestMemory(thread);
    this.#linker = new Linker(thread);
  }

  /** Ends the job that worker_next began without running it. */
  refuse(ending: Ending): void {
    this.#end(ending);
  }

  /** Runs the job that worker_next began, which is a plain command, where this thread may block: what most jobs are. Steps
   * would cost as much as the instance. `undefined`: it is to be run in steps after all. */
  runNow(guest: Guest): boolean | undefined {
    const imports = this.#linker.linkPlain(guest);
    if (!imports || this.#refuse(guest, plainWish)) return undefined;
    this.#link = undefined;
    this.#begin();
    const ending = this.#commandNow(guest, imports);
    return ending.isOutOfMemory() ? undefined : this.#over(guest, ending); // in steps it is tried again
  }

  /** Runs the job that worker_next began. True: this thread is worn out and must be replaced. */
  *run(guest: Guest, wanted: Wanted): Steps<boolean> {
    this.#link = wanted.provided?.link;
    const imports = this.#linker.link(guest, wanted);
    const refusal = imports instanceof Ending ? imports : this.#refuse(guest, wanted);
    return this.#over(guest, refusal ?? (yield* this.#run(guest, imports as WebAssembly.Imports, wanted)));
  }

  #over({ module }: Guest, ending: Ending): boolean {
    this.#hasBegun = false;
    this.#bind(undefined);
    this.#end(withFrames(ending, module));
    return ending.outcome === layout.POOL_TRAPPED && ending.code === layout.POOL_TRAP_STACK_OVERFLOW;
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    clearFailure(this.#thread);
    this.#thread.c.worker_begin(this.#memory.read, this.#memory.write, this.#memory.check);
  }

  /** Why a guest cannot be run like that; `undefined`: it can, as far as it shows. */
  #refuse(guest: Guest, { call, serves }: Wish): Ending | undefined {
    const { imports, exports } = guest;
    if (imports.some(({ module }) => isOurs(module)) && exports.get('memory') !== 'memory') {
      return notStarted('POOL_EINVAL', 'the module uses WASI but exports no memory');
    }
    if (call) return this.#refuseCall(guest, call);
    if (serves || exports.get(START) === 'function') return undefined;
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
    const found = readSignature(this.#thread, head, name);
    if (found === 'no memory') return false;
    signatures.set(name, found);
    return true;
  }

  *#run(guest: Guest, imports: WebAssembly.Imports, { call, serves }: Wish): Steps<Ending> {
    this.#begin();
    if (serves) return yield* this.#serve(guest, imports);
    let isCalled = false;
    const onCall = (): void => void (isCalled = true);
    const refuse = (thrown: unknown): Ending | undefined =>
      call && isCalled && thrown instanceof TypeError ? refusalOf(call, thrown) : undefined;
    const results = yield* this.#start(guest, () => this.#call(guest, imports, call, onCall), refuse);
    if (results instanceof Ending) return call ? inCall(results) : results;
    if (!call || writeResults(this.#thread, resultsOf(results), guest.signatures.get(call.name)?.results)) {
      return exited;
    }
    return new Ending(layout.POOL_LOST, 0, `what ${call.name} returned could not be handed over`);
  }

  *#serve(guest: Guest, imports: WebAssembly.Imports): Steps<Ending> {
    const exports = yield* this.#start(guest, () => this.#instantiate(guest, imports, true));
    if (exports instanceof Ending) return exports;
    const enter: Enter = (code, survives) => this.#enter(guest, code, survives);
    const enterNow: EnterNow = (called, values, survives) => this.#enterNow(guest, called, values, survives);
    const typesOf = (name: string): readonly number[] | undefined =>
      this.#learnSignature(guest, name) ? guest.signatures.get(name)?.results : undefined;
    const runner = { enter, enterNow: this.#thread.byScript || this.#link ? undefined : enterNow, typesOf };
    const server = new InstanceServer(this.#thread, runner, guest.exports.keys(), exports);
    return (yield* server.serve()) ?? this.#leftBy() ?? new Ending(layout.POOL_LOST, 0, 'its pipes failed');
  }

  /** Instantiates a guest and runs what is to be run at once, again while there is no memory for it. */
  *#start<T>(guest: Guest, code: () => Steps<T>, survives?: (thrown: unknown) => T | undefined): Steps<T | Ending> {
    const begin = performance.now();
    for (let waitMs = 1; ; waitMs = Math.min(3 * waitMs, MEMORY_TRY_MAX_MS)) {
      const made = yield* this.#enter(guest, code, survives);
      const lacksMemory = made instanceof Ending && made.isOutOfMemory();
      if (!lacksMemory || performance.now() - begin >= this.#patienceMs) {
        this.#patienceMs = lacksMemory ? MEMORY_IMPATIENCE_MS : MEMORY_PATIENCE_MS;
        return made;
      }
      yield waitMs;
    }
  }

  /** Runs a guest's code: what it returns, or how the job ends because of what it threw, unless it `survives` that. */
  *#enter<T>(
    { imports }: Guest,
    code: () => Steps<T>,
    survives?: (thrown: unknown) => T | undefined,
  ): Steps<T | Ending> {
    const { c } = this.#thread;
    const stack = c.emscripten_stack_get_current();
    this.#linker.takeLastCalled();
    if (this.#link) this.#link.runs = true;
    if (c.worker_enter() !== 0) return this.#leftBy() ?? new Ending(layout.POOL_CANCELLED);
    try {
      const result = yield* code();
      c.worker_leave();
      return (this.#link?.wasCancelled && this.#leftBy()) || result;
    } catch (thrown) {
      return this.#thrownOut(stack, imports, thrown, survives);
    } finally {
      if (this.#link) this.#link.runs = false;
    }
  }

  /** A guest's code has thrown. */
  #thrownOut<T>(
    stack: number,
    imports: Guest['imports'],
    thrown: unknown,
    survives?: (thrown: unknown) => T | undefined,
  ): T | Ending {
    const { c } = this.#thread;
    c._emscripten_stack_restore(stack);
    c.worker_leave();
    return this.#leftBy() ?? this.#failureOf(imports, thrown) ?? survives?.(thrown) ?? endingOf(thrown);
  }

  /** Runs a command at once. */
  #commandNow(guest: Guest, imports: WebAssembly.Imports): Ending {
    const start = (): void => startOf(this.#made(new WebAssembly.Instance(guest.module, imports)))();
    const ended = this.#enterNow(guest, start, [], () => undefined);
    return ended instanceof Ending ? ended : exited;
  }

  /** Calls a function of a guest's at once, as `#enter` does in steps. */
  #enterNow(
    { imports }: Guest,
    called: ExportedFunction,
    values: readonly unknown[],
    survives: (thrown: unknown) => unknown,
  ): unknown {
    const { c } = this.#thread;
    const stack = c.emscripten_stack_get_current();
    this.#linker.takeLastCalled();
    if (c.worker_enter() !== 0) return this.#leftBy() ?? new Ending(layout.POOL_CANCELLED);
    try {
      const returned = called(...values);
      c.worker_leave();
      return returned;
    } catch (thrown) {
      return this.#thrownOut(stack, imports, thrown, survives);
    }
  }

  /** In here the guest's code runs, from its start section on. */
  *#instantiate({ module }: Guest, imports: WebAssembly.Imports, initializes: boolean): Steps<WebAssembly.Exports> {
    const exports = this.#made(new WebAssembly.Instance(module, imports));
    const initialize = initializes ? exports[INITIALIZE] : undefined;
    if (typeof initialize === 'function') yield [callable(initialize, INITIALIZE), []];
    return exports;
  }

  /** An instance is there: its memory can be reached. */
  #made({ exports }: WebAssembly.Instance): WebAssembly.Exports {
    this.#bind(exports['memory'] instanceof WebAssembly.Memory ? exports['memory'] : undefined);
    return exports;
  }

  #bind(memory: WebAssembly.Memory | undefined): void {
    this.#memory.bind(memory);
    this.#link?.bind(memory);
  }

  /** What its export returned. `onCall` is told before that is called. */
  *#call(guest: Guest, imports: WebAssembly.Imports, call: ExportCall | undefined, onCall: () => void): Steps<unknown> {
    const exports = yield* this.#instantiate(guest, imports, call !== undefined && call.name !== INITIALIZE);
    if (!call) return yield [startOf(exports), []];
    onCall();
    return yield* callWith(exports[call.name] as ExportedFunction, call);
  }

  /** How the guest was unwound by us; `undefined`: it was not. */
  #leftBy(): Ending | undefined {
    const { c } = this.#thread;
    const outcome = c.worker_left_by();
    return outcome === 0 ? undefined : new Ending(outcome, c.worker_exit_code() >>> 0);
  }

  #failureOf(imports: Guest['imports'], thrown: unknown): Ending | undefined {
    return failureOf(this.#thread, imports, thrown, this.#linker.takeLastCalled());
  }

  #end({ outcome, code, text = '' }: Ending): void {
    endJob(this.#thread, outcome, code, text);
  }
}

/** Calls an export. A value too few would be 0 to it, and one too many nothing. */
function* callWith(exported: ExportedFunction, { name, values }: ExportCall): Steps<unknown> {
  if (exported.length === values.length) return yield [exported, values.map(({ value }) => value)];
  throw new WebAssembly.LinkError(takesNumber(name, exported.length, values.length));
}

/** The engine has not taken the values. */
function refusalOf({ name, values }: ExportCall, thrown: TypeError): Ending {
  return notStarted(
    'POOL_EINVAL',
    notTaken(
      name,
      values.map(({ value }) => value),
      thrown,
    ),
  );
}

/** A guest that exits has returned nothing, also if it exits with 0: then the text says so. */
function inCall(ending: Ending): Ending {
  const { outcome, code } = ending;
  return outcome === layout.POOL_EXITED ? new Ending(outcome, code, `the guest exited with ${code}`) : ending;
}

function startOf(exports: WebAssembly.Exports): () => void {
  return callable(exports[START], START);
}

/** What must have no parameters. */
function callable(exported: unknown, name: string): () => void {
  const { length } = exported as ExportedFunction;
  if (length > 0) throw new WebAssembly.LinkError(`${name} has parameters, so nobody can call it`);
  return exported as () => void;
}

function listOf(types: readonly number[]): string {
  return `(${types.map(typeName).join(', ')})`;
}
