// Rival `coincident`: a worker that calls functions of the main thread as if they were its own, and blocks until they
// return. It is a library for browsers.

import { expect } from '../lib/measure.mjs';

/** @param {import('../lib/context.mjs').Env} env */
export async function startCoincident(env) {
  if (!env.inBrowser) return undefined;
  const { default: coincident } = await env.importPackage('bundles/coincident-main.js');
  const worker = new (coincident().Worker)(new URL('./coincident-worker.mjs', import.meta.url));
  let n = 0;
  worker.proxy.host_ping = (/** @type {number} */ value) => {
    n++;
    return value;
  };
  return {
    label: 'coincident',
    call: async (/** @type {number} */ calls) => {
      n = 0;
      expect(await worker.proxy.run(calls), calls, 'right answers');
      expect(n, calls, 'calls of the host');
    },
    close: () => worker.terminate(),
  };
}
