/** Workers on pages that require Trusted Types. */
import { ScriptError } from './platform.js';

/** A string, or what a policy of the embedder's has made of one. */
export type WorkerUrl = string | object;

interface Policy {
  createScriptURL(url: string): object;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): Policy;
}

const NAME = 'millrace';

/** For the package's own scripts; made once a page turned out to need it. Nobody else gets at it. */
let policy: Policy | undefined;

/** Starts a worker. A string of the embedder's is passed on as it is: only he can say that it may be trusted. */
export function newWorker(url: WorkerUrl, name: string, isOwn: boolean): Worker {
  const start = (from: WorkerUrl): Worker => new Worker(from as string, { type: 'module', name });
  if (typeof url !== 'string') return start(url);
  try {
    return start(policy && isOwn ? policy.createScriptURL(url) : url);
  } catch (cause) {
    if ((cause as Error).name === 'SecurityError') throw new ScriptError(forbidden(url), { cause });
    const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
    if (!factory || !(cause instanceof TypeError) || (policy && isOwn)) throw cause;
    if (!isOwn)
      throw new ScriptError('the page requires Trusted Types: give a TrustedScriptURL, not a string', { cause });
    policy = makePolicy(factory);
    return start(policy.createScriptURL(url));
  }
}

function makePolicy(factory: PolicyFactory): Policy {
  try {
    return factory.createPolicy(NAME, { createScriptURL: (url) => url });
  } catch (cause) {
    const todo = `add "${NAME}" to trusted-types in its Content-Security-Policy, or give TrustedScriptURLs as urls`;
    throw new ScriptError(`the page requires Trusted Types, and does not allow the policy "${NAME}": ${todo}`, {
      cause,
    });
  }
}

/** What is started is always of the page's origin, so nothing else forbids it. */
function forbidden(url: string): string {
  const wanted = url.startsWith('blob:') ? 'blob:' : "'self'";
  return `the page's Content-Security-Policy forbids it: add ${wanted} to worker-src`;
}
