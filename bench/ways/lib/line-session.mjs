// A conversation by messages: each line of the guest's is a message, and so is each line for it.

import { RpcHost } from '../../lib/rpc-host.mjs';

/**
 * @param {import('../../lib/context.mjs').RivalWorker} worker which is told `run`, then lines, then `end`
 * @param {WebAssembly.Module} module
 * @param {object} [options] what else it is to be told with `run`
 * @returns {import('../../lib/rpc-host.mjs').Session}
 */
export function openLineSession(worker, module, options = {}) {
  const host = new RpcHost();
  const exited = new Promise((resolve) => {
    worker.onMessage((message) => {
      if (message.type === 'exited') return resolve(message.code);
      const answer = host.takeLine(message.line);
      if (answer !== '') worker.post({ type: 'line', line: answer });
    });
  });
  worker.post({ type: 'run', module, ...options });
  return {
    request: (method, params) => {
      const { line, result } = host.request(method, params);
      worker.post({ type: 'line', line });
      return result;
    },
    close: async () => {
      worker.post({ type: 'end' });
      const code = await exited;
      if (code !== 0) throw new Error(`the guest exited with ${code}`);
    },
  };
}
