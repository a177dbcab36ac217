/** Threads that start while the pool's wasm is still on its way. They are sent nothing before somebody wants them. */
import type { Script, ScriptKind } from '../platform/platform.js';
import type { Child, FailureListener } from '../platform/scope.js';
import type { Scripts } from './tier.js';

/** A thread, or what its start has thrown. */
type Held = { readonly child: Child<unknown, unknown> } | { readonly error: unknown };

export class EarlyThreads {
  readonly #held = new Map<string, Held>();
  #isOver = false;

  /** Starts the threads that `namesOf` names, the coordinator first: whoever spawns one of that name from the scripts that are
   * answered has it. */
  begin({ of, failure }: Scripts, namesOf: (kind: ScriptKind) => readonly string[]): Scripts {
    if (this.#isOver) return { of, failure };
    const kinds = Object.keys(of) as ScriptKind[];
    for (const kind of kinds) for (const name of namesOf(kind)) this.#held.set(name, start(of[kind]!, name));
    return { of: Object.fromEntries(kinds.map((kind) => [kind, this.#over(of[kind]!)])), failure };
  }

  #over(script: Script): Script {
    return {
      place: script.place,
      spawn: <Out, In>(name: string) => {
        const held = this.#held.get(name);
        if (!held) return script.spawn<Out, In>(name);
        this.#held.delete(name);
        if ('error' in held) throw held.error;
        return held.child as Child<Out, In>;
      },
    };
  }

  /** Ends those that nobody has, and starts no more. */
  end(): void {
    this.#isOver = true;
    for (const held of this.#held.values()) if ('child' in held) held.child.terminate();
    this.#held.clear();
  }
}

function start(script: Script, name: string): Held {
  try {
    return { child: tellingLate(script.spawn(name)) };
  } catch (error) {
    return { error };
  }
}

/** Tells whoever listens of a failure that was before. */
function tellingLate(child: Child<unknown, unknown>): Child<unknown, unknown> {
  let failure: Parameters<FailureListener> | undefined;
  child.onFailure((...what) => {
    failure ??= what;
  });
  return {
    post: (message, transfer) => child.post(message, transfer),
    onMessage: (listener) => child.onMessage(listener),
    onFailure: (listener) => {
      child.onFailure(listener);
      const past = failure;
      if (past) queueMicrotask(() => listener(...past));
    },
    terminate: () => child.terminate(),
    keepAlive: (on) => child.keepAlive(on),
  };
}
