// Rival `timeout-poll`: the main thread shares two rings with the guest's worker and looks into them between
// `setTimeout(0)`s for as long as it waits for something. Browsers clamp a timeout that was set from a timeout to 4 ms.

import { RpcHost } from '../lib/rpc-host.mjs';
import { Ring } from './ring.mjs';

const encoder = new TextEncoder();

/**
 * @param {import('../lib/context.mjs').Env} env
 * @returns {Promise<{open: (module: WebAssembly.Module) => import('../lib/rpc-host.mjs').Session, close: () => void}>}
 */
export async function startTimeoutPoll(env) {
  const worker = await env.startWorker(new URL('./guest-worker.mjs', import.meta.url));
  return { open: (module) => openSession(worker, module), close: () => worker.terminate() };
}

/**
 * @param {import('../lib/context.mjs').RivalWorker} worker
 * @param {WebAssembly.Module} module
 */
function openSession(worker, module) {
  const host = new RpcHost();
  const input = new Ring();
  const output = new Ring();
  const buffer = new Uint8Array(65536);
  const exited = new Promise((resolve) => worker.onMessage((message) => resolve(message.code)));
  worker.post({ module, input: input.buffer, output: output.buffer });

  /** Takes what there is, answers it, and looks again later. */
  const poll = (/** @type {{settled: boolean}} */ state) => {
    const n = output.readSome(buffer);
    const answers = n > 0 ? host.takeBytes(buffer.subarray(0, n)) : undefined;
    if (answers) input.write(answers);
    if (!state.settled) setTimeout(poll, 0, state);
  };

  return {
    request: async (/** @type {string} */ method, /** @type {object | undefined} */ params) => {
      const { line, result } = host.request(method, params);
      const state = { settled: false };
      input.write(encoder.encode(line));
      setTimeout(poll, 0, state);
      return result.finally(() => (state.settled = true));
    },
    close: async () => {
      input.close();
      const code = await exited;
      if (code !== 0) throw new Error(`the guest exited with ${code}`);
    },
  };
}
