// The tests on @bjorn3/browser_wasi_shim, each in a worker of its own, so that one that hangs can be ended. The same file
// serves Node and pages.

import { TIMEOUT_MS } from './judge.mjs';

const inNode = !('Window' in globalThis);

/**
 * @param {(wasm: string) => Promise<WebAssembly.Module>} compile
 * @returns {import('./judge.mjs').Runtime}
 */
export function openShim(compile) {
  return {
    run: async (test) => runInWorker(await compile(test.wasm), test),
    close: async () => {},
  };
}

/** Starts the worker, whose first message says that it listens. */
async function startWorker(onMessage, onError) {
  const url = new URL('./shim-worker.mjs', import.meta.url);
  if (inNode) {
    const { Worker: NodeWorker } = await import('node:worker_threads');
    return new NodeWorker(url).on('message', onMessage).on('error', onError);
  }
  const worker = new Worker(url, { type: 'module' });
  worker.addEventListener('message', (event) => onMessage(event.data));
  worker.addEventListener('error', (event) => onError(new Error(event.message)));
  return worker;
}

async function runInWorker(module, test) {
  let worker, timer;
  try {
    return await new Promise((resolve, reject) => {
      const hear = (message) => {
        if (message.type === 'ready') worker.postMessage({ module, test });
        else resolve(message);
      };
      const late = { error: `no end within ${TIMEOUT_MS} ms`, stdout: '', stderr: '' };
      timer = setTimeout(() => resolve(late), TIMEOUT_MS);
      startWorker(hear, reject).then((started) => (worker = started), reject);
    });
  } finally {
    clearTimeout(timer);
    worker?.terminate();
  }
}
