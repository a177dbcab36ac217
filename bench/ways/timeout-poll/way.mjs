// The main thread shares two rings with the guest's worker and looks into them between `setTimeout(0)`s for as long as
// it waits for something. README.md in this folder.

import { openRings } from '../lib/ring-session.mjs';

/**
 * @param {import('../../lib/context.mjs').Env} env
 * @returns {Promise<import('../index.mjs').Way>}
 */
export async function startTimeoutPoll(env) {
  const worker = await env.startWorker(new URL('../lib/guest-worker.mjs', import.meta.url));
  return { open: (module) => openSession(worker, module), close: () => worker.terminate() };
}

/**
 * @param {import('../../lib/context.mjs').RivalWorker} worker
 * @param {WebAssembly.Module} module
 * @returns {import('../../lib/rpc-host.mjs').Session}
 */
function openSession(worker, module) {
  const { send, serve, close } = openRings(worker, module);
  /** Takes what there is, answers it, and looks again later. */
  const poll = (/** @type {{settled: boolean}} */ state) => {
    serve();
    if (!state.settled) setTimeout(poll, 0, state);
  };
  return {
    request: (method, params) => {
      const state = { settled: false };
      const result = send(method, params);
      setTimeout(poll, 0, state);
      return result.finally(() => (state.settled = true));
    },
    close,
  };
}
