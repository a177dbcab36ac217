/** What a page's Content-Security-Policy has refused lately: a worker that it forbids only fails, and does not say why. */

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

/** In words, if a script was refused just now. */
export function recentViolation(): string | undefined {
  if (!last || performance.now() - last.at > RECENT_MS || !/worker|child|script/.test(last.directive)) return undefined;
  const { directive, blocked } = last;
  const wanted = /^blob/.test(blocked) ? 'blob:' : blocked;
  return `the page's Content-Security-Policy forbids it by its ${directive}: add ${wanted} to worker-src`;
}
