// Way 1: messages between the main thread and the compute worker, and nothing else. README.md in this folder.

import { RpcHost } from '../../lib/rpc-host.mjs';

const PATIENCE_MS = 200;

/**
 * All that it can do: a new guest for each request, whose whole input goes with the message that starts it.
 *
 * @param {import('../../lib/context.mjs').Env} env
 * @returns {Promise<import('../index.mjs').Way>}
 */
export async function startMessages(env) {
  const worker = await env.startWorker(new URL('./worker.mjs', import.meta.url));
  const open = (/** @type {WebAssembly.Module} */ module) => {
    const host = new RpcHost();
    worker.onMessage((message) => void (message.type === 'line' && host.takeLine(message.line)));
    return {
      request: (/** @type {string} */ method, /** @type {object | undefined} */ params) => {
        const { line, result } = host.request(method, params);
        worker.post({ type: 'run', module, line, patience: 0 });
        return result;
      },
      close: async () => undefined,
    };
  };
  return { open, close: () => worker.terminate() };
}

/**
 * Has a guest call its host and sends it the answer: what comes of it.
 *
 * @param {import('../../lib/context.mjs').Env} env
 * @param {WebAssembly.Module} module
 * @returns {Promise<string>}
 */
export async function watchStarvation(env, module) {
  const worker = await env.startWorker(new URL('./worker.mjs', import.meta.url));
  const host = new RpcHost();
  const { line } = host.request('call_many', { count: 1 });
  let looks = 0;
  const late = await new Promise((resolve) => {
    worker.onMessage((message) => {
      if (message.type === 'line') worker.post({ type: 'line', line: host.takeLine(message.line) });
      if (message.type === 'exited') looks = message.looks;
      if (message.type === 'late') resolve(message.ms);
    });
    worker.post({ type: 'run', module, line, patience: PATIENCE_MS });
  });
  worker.terminate();
  if (looks === 0) throw new Error('fd_read found an answer that cannot have come');
  return `fd_read looked ${looks} times in ${PATIENCE_MS} ms; the answer came ${late.toFixed(1)} ms after the guest had given up`;
}
