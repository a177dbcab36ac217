// Way 5: a coordinator that every message goes over. README.md in this folder.

import { openLineSession } from '../lib/line-session.mjs';

/**
 * @param {import('../../lib/context.mjs').Env} env
 * @returns {Promise<import('../index.mjs').Way>} one guest at a time, on workers that are warm
 */
export async function startRelay(env) {
  const coordinator = await env.startWorker(new URL('./coordinator.mjs', import.meta.url));
  return { open: (module) => openLineSession(coordinator, module), close: () => coordinator.terminate() };
}
