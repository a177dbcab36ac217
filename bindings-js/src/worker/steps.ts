/** What runs guests, in steps. Each step may sleep: it calls into wasm, or waits a while. A worker's own thread blocks meanwhile;
 * where guests share a thread, the step is suspended. So what runs guests is written once, as generators. */

/** A function of wasm and what it is called with, whose result is given back; or milliseconds to wait. */
export type Step = readonly [called: unknown, values: readonly unknown[]] | number;

export type Steps<T> = Generator<Step, T, unknown>;

/** Takes the steps one after the other. */
export type Driver = <T>(steps: Steps<T>) => T | Promise<T>;

const sleepWord = typeof SharedArrayBuffer === 'function' ? new Int32Array(new SharedArrayBuffer(4)) : undefined;

/** Blocks this thread in each step. */
export const drive: Driver = (steps) => {
  for (let next = steps.next(); ;) {
    if (next.done) return next.value;
    let result: unknown;
    try {
      result = take(next.value);
    } catch (thrown) {
      next = steps.throw(thrown);
      continue;
    }
    next = steps.next(result);
  }
};

function take(step: Step): unknown {
  if (typeof step === 'number') return void Atomics.wait(sleepWord!, 0, 0, step);
  const [called, values] = step;
  return (called as (...values: readonly unknown[]) => unknown)(...values);
}
