// Way 1.1: messages, and a guest that the engine suspends while it waits for one. README.md in this folder.

import { openLineSession } from '../lib/line-session.mjs';

/**
 * @param {import('../../lib/context.mjs').Env} env
 * @returns {Promise<import('../index.mjs').Way>}
 */
export async function startJspi(env) {
  const worker = await env.startWorker(new URL('./worker.mjs', import.meta.url));
  return { open: (module) => openLineSession(worker, module), close: () => worker.terminate() };
}
