// Rival `comlink`: the library that makes functions of a worker callable, with one worker and the emptiest function.

import * as Comlink from '../../node_modules/comlink/dist/esm/comlink.mjs';

/**
 * @param {import('../lib/context.mjs').Env} env
 * @returns {Promise<{noop: () => Promise<number>, close: () => void}>}
 */
export async function startComlink(env) {
  const worker = await env.startWorker(new URL('./comlink-worker.mjs', import.meta.url));
  const api = /** @type {any} */ (Comlink.wrap(worker.endpoint));
  return { noop: () => api.noop(), close: () => worker.terminate() };
}
