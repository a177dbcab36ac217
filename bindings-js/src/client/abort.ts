/** Hearing of an AbortSignal's abort with one listener for any number of jobs: platforms warn of many. */

interface Watch {
  readonly listeners: Set<() => void>;
  readonly fire: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

export const forgetNothing = (): void => undefined;

/** Calls `listener` when the signal aborts, until the function that this returns is called. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return forgetNothing;
  const { listeners, fire } = watches.get(signal) ?? watch(signal);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || watches.get(signal)?.fire !== fire) return;
    watches.delete(signal); // a signal that somebody listens to lives until its time is up
    signal.removeEventListener('abort', fire);
  };
}

function watch(signal: AbortSignal): Watch {
  const listeners = new Set<() => void>();
  const fire = (): void => [...listeners].forEach((listener) => listener());
  const made = { listeners, fire };
  watches.set(signal, made);
  signal.addEventListener('abort', fire, { once: true });
  return made;
}
