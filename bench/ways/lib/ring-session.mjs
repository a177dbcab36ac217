// A conversation over two rings in memory that the main thread and the guest's worker share.

import { RpcHost } from '../../lib/rpc-host.mjs';
import { Ring } from './ring.mjs';

const encoder = new TextEncoder();

/**
 * @param {import('../../lib/context.mjs').RivalWorker} worker a guest-worker.mjs
 * @param {WebAssembly.Module} module
 */
export function openRings(worker, module) {
  const host = new RpcHost();
  const [input, output] = [new Ring(), new Ring()];
  const buffer = new Uint8Array(65536);
  const exited = new Promise((resolve) => worker.onMessage((message) => resolve(message.code)));
  worker.post({ module, input: input.buffer, output: output.buffer });
  return {
    output,
    /** Sends a request, and gives the promise of its answer. @type {(method: string, params?: object) => Promise<any>} */
    send: (method, params) => {
      const { line, result } = host.request(method, params);
      input.write(encoder.encode(line));
      return result;
    },
    /** Takes what there is, and answers it. */
    serve: () => {
      const n = output.readSome(buffer);
      const answers = n > 0 ? host.takeBytes(buffer.subarray(0, n)) : undefined;
      if (answers) input.write(answers);
      return n;
    },
    close: async () => {
      input.close();
      const code = await exited;
      if (code !== 0) throw new Error(`the guest exited with ${code}`);
    },
  };
}
