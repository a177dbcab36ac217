// Rival `relay`: a coordinator that every message goes over. The guest's worker is blocked in shared memory, which it
// has in common with the coordinator only; so a call travels as a message from the worker to the coordinator and from
// there to the main thread, and its answer as a message to the coordinator, which writes it into the shared memory and
// wakes the worker. It is how one first writes it when the host is to live on the main thread.

import { RpcHost } from '../lib/rpc-host.mjs';

/** @typedef {import('../lib/context.mjs').RivalWorker} RivalWorker */

/**
 * @param {import('../lib/context.mjs').Env} env
 * @returns {Promise<{open: (module: WebAssembly.Module) => import('../lib/rpc-host.mjs').Session, close: () => void}>}
 *   one guest at a time, on workers that are warm
 */
export async function startRelay(env) {
  const coordinator = await env.startWorker(new URL('./relay-coordinator.mjs', import.meta.url));
  return { open: (module) => openSession(coordinator, module), close: () => coordinator.terminate() };
}

/**
 * @param {RivalWorker} coordinator
 * @param {WebAssembly.Module} module
 */
function openSession(coordinator, module) {
  const host = new RpcHost();
  const exited = new Promise((resolve) => {
    coordinator.onMessage((message) => {
      if (message.type === 'exited') return resolve(message.code);
      const answer = host.takeLine(message.line);
      if (answer !== '') coordinator.post({ type: 'line', line: answer });
    });
  });
  coordinator.post({ type: 'run', module });
  return {
    request: (/** @type {string} */ method, /** @type {object | undefined} */ params) => {
      const { line, result } = host.request(method, params);
      coordinator.post({ type: 'line', line });
      return result;
    },
    close: async () => {
      coordinator.post({ type: 'end' });
      const code = await exited;
      if (code !== 0) throw new Error(`the guest exited with ${code}`);
    },
  };
}
