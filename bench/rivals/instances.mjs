// What the engine takes for the instances of jobs alone: a worker that makes them one after another, and is sent nothing
// meanwhile. No pool whose every job is an instance of its own can be quicker, on one worker.

/**
 * @param {import('../lib/context.mjs').Env} env
 * @returns {Promise<{instances: (module: WebAssembly.Module, n: number) => Promise<number>, close: () => void}>}
 *   `instances` answers milliseconds
 */
export async function startInstances(env) {
  const worker = await env.startWorker(new URL('./instances-worker.mjs', import.meta.url));
  const instances = (/** @type {WebAssembly.Module} */ module, /** @type {number} */ n) =>
    new Promise((resolve) => {
      worker.onMessage(resolve);
      worker.post({ module, n });
    });
  return { instances, close: () => worker.terminate() };
}
