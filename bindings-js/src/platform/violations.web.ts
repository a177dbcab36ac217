/** What a page's Content-Security-Policy has refused lately: a worker that it forbids only fails, and does not say why. */
import { placeOf } from './place.js';
import { macrotask } from './scope.js';

/** How long a refusal may be the reason of what fails. */
const RECENT_MS = 5000;

let last: { readonly directive: string; readonly blocked: string; readonly at: number } | undefined;
let isWatching = false;

export function watchViolations(): void {
  if (isWatching) return;
  isWatching = true;
  globalThis.addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective: directive, blockedURI: blocked, disposition } = event;
    if (disposition !== 'report') last = { directive, blocked, at: performance.now() };
  });
}

/** In words, if something of that kind was refused just now: of a worker or script, or a connection. */
export function recentViolation(kind = /worker|child|script/): string | undefined {
  if (!last || performance.now() - last.at > RECENT_MS || !kind.test(last.directive)) return undefined;
  const { directive, blocked } = last;
  const wanted = /^blob/.test(blocked) ? 'blob:' : placeOf(blocked);
  const where = directive === 'connect-src' ? directive : 'worker-src';
  return `the page's Content-Security-Policy forbids it by its ${directive}: add ${wanted} to ${where}`;
}

/** Why something could not be fetched; the page is told of that a little later than the fetch. */
export async function refusedConnection(): Promise<string | undefined> {
  await macrotask();
  return recentViolation(/^connect/);
}
