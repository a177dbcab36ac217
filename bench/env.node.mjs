// Node as an environment of the suite.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
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
    runNodeWasi: (guest, args, stdinBytes, fileBytes) =>
      runNodeWasi(`${params.guests}/${guest}.gen.wasm`, args, stdinBytes, fileBytes),
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

const runner = fileURLToPath(new URL('./rivals/node-wasi.mjs', import.meta.url));

/**
 * In a process of its own: it crashes now and then with the engine's fast calls, so without them.
 *
 * @param {string} path
 * @param {string[]} args
 * @param {number} stdinBytes
 * @param {number} fileBytes
 * @returns {Promise<number>}
 */
async function runNodeWasi(path, args, stdinBytes, fileBytes) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const [stdin, stdout] = [join(folder, 'stdin'), join(folder, 'stdout')];
    await writeFile(stdin, new Uint8Array(stdinBytes));
    await writeFile(join(folder, 'pages'), new Uint8Array(fileBytes));
    const options = ['--no-turbo-fast-api-calls', '--no-warnings', runner, path, stdin, stdout, folder, ...args];
    const { stderr } = await promisify(execFile)(process.execPath, options);
    return Number(stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
}
