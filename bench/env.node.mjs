// Node as an environment of the suite.

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from '../node_modules/comlink/dist/esm/node-adapter.mjs';

/**
 * @param {import('./lib/run-suite.mjs').Params} params whose folders are absolute paths
 * @returns {import('./lib/context.mjs').Env}
 */
export function makeEnv(params) {
  return {
    engine: process.version,
    cores: availableParallelism(),
    importBuild: (folder) => import(pathToFileURL(`${folder}/index.node.js`).href),
    fetchGuest: async (name) =>
      new Response(await readFile(`${params.guests}/${name}.gen.wasm`), {
        headers: { 'Content-Type': 'application/wasm' },
      }),
    startWorker,
    watchFrames: undefined,
  };
}

/**
 * @param {URL} url
 * @returns {Promise<import('./lib/context.mjs').RivalWorker>}
 */
function startWorker(url) {
  const worker = new Worker(url);
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.once('message', () => {
      /** @type {((message: any) => void) | undefined} */
      let current;
      resolve({
        post: (message, transfer = []) => worker.postMessage(message, transfer),
        onMessage: (listener) => {
          if (current) worker.off('message', current);
          if (listener) worker.on('message', listener);
          current = listener;
        },
        terminate: () => void worker.terminate(),
        endpoint: nodeEndpoint(worker),
      });
    });
  });
}
