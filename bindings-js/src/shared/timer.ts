/** Waiting for a time. */

/** Beyond this, timers of the platform fire at once. */
export const TIMER_MAX_MS = 0x7fff_ffff;

/** Calls `listener` after so many milliseconds, until the function that this returns is called; Infinity: never. */
export function after(ms: number, listener: () => void): () => void {
  if (ms > TIMER_MAX_MS) return () => undefined;
  const timer = setTimeout(listener, Math.max(0, ms));
  return () => clearTimeout(timer);
}
