// Way 4: messages, and a guest that unwinds its own stack while it waits for one. README.md in this folder.

import { openLineSession } from '../lib/line-session.mjs';

/** The guest `rpc` after binaryen's pass, with `fd_read` as the one import that waits. */
const GUEST = 'build/bench/guests/rpc-asyncify.wasm';

/**
 * @param {import('../../lib/context.mjs').Env} env
 * @param {boolean} isClamped waits in the worker by timers, as the notes' host did; false: a message wakes it
 * @returns {Promise<import('../index.mjs').Way>}
 */
export async function startAsyncify(env, isClamped) {
  const worker = await env.startWorker(new URL('./worker.mjs', import.meta.url));
  return {
    fetchGuest: () => env.fetchFile(GUEST),
    open: (module) => openLineSession(worker, module, { isClamped }),
    close: () => worker.terminate(),
  };
}
