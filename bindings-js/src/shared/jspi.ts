/** What type libraries lack of JSPI: suspending wasm, https://webassembly.github.io/js-promise-integration/ */

type Called = (...values: readonly never[]) => unknown;

const jspi = WebAssembly as unknown as {
  readonly Suspending?: new (called: Called) => WebAssembly.ImportValue;
  readonly promising?: (called: unknown) => (...values: readonly unknown[]) => Promise<unknown>;
};

/** Whether wasm can be suspended here. */
export function canSuspend(): boolean {
  return typeof jspi.Suspending === 'function' && typeof jspi.promising === 'function';
}

/** An import that suspends who calls it, until the promise that it gives. */
export function suspending(called: Called): WebAssembly.ImportValue {
  return new jspi.Suspending!(called);
}

const known = new WeakMap<object, (...values: readonly unknown[]) => Promise<unknown>>();

/** A function of wasm as one whose frames can be suspended. */
export function promising(called: unknown): (...values: readonly unknown[]) => Promise<unknown> {
  const found = known.get(called as object) ?? jspi.promising!(called);
  known.set(called as object, found);
  return found;
}
