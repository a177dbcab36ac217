// Way 3: the main thread takes part in the shared memory itself, and is woken by the memory. README.md in this folder.

import { openRings } from '../lib/ring-session.mjs';

/**
 * @param {import('../../lib/context.mjs').Env} env
 * @returns {Promise<import('../index.mjs').Way>}
 */
export async function startAtomics(env) {
  const worker = await env.startWorker(new URL('../lib/guest-worker.mjs', import.meta.url));
  return { open: (module) => openSession(worker, module), close: () => worker.terminate() };
}

/**
 * @param {import('../../lib/context.mjs').RivalWorker} worker
 * @param {WebAssembly.Module} module
 * @returns {import('../../lib/rpc-host.mjs').Session}
 */
function openSession(worker, module) {
  const { output, send, serve, close } = openRings(worker, module);
  let isClosed = false;
  const watch = async () => {
    while (!isClosed) {
      const bell = output.bell;
      if (serve() === 0) await output.change(bell);
    }
  };
  void watch();
  return {
    request: send,
    close: async () => {
      isClosed = true;
      await close();
      output.close(); // so that the watch ends
    },
  };
}
