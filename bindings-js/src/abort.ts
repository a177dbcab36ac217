/** Hearing of an AbortSignal's abort with one listener for any number of jobs: platforms warn of many. */

const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `listener` when the signal aborts, until the function that this returns is called. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  const all = listeners.get(signal) ?? listen(signal);
  all.add(listener);
  return () => all.delete(listener);
}

function listen(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  listeners.set(signal, all);
  signal.addEventListener('abort', () => [...all].forEach((listener) => listener()), { once: true });
  return all;
}
