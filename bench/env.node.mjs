// Node as an environment of the suite.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from '../node_modules/comlink/dist/esm/node-adapter.mjs';
import { memoryOfMiB } from './lib/memory.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WASM = { headers: { 'Content-Type': 'application/wasm' } };

/**
 * @param {import('./lib/run-suite.mjs').Params} params whose folders are absolute paths
 * @returns {import('./lib/context.mjs').Env}
 */
export function makeEnv(params) {
  return {
    engine: process.version,
    inBrowser: false,
    cores: availableParallelism(),
    canSuspend: 'Suspending' in WebAssembly,
    importBuild: (folder) => import(pathToFileURL(`${folder}/index.node.js`).href),
    fetchGuest: async (name) => new Response(await readFile(`${params.guests}/${name}.gen.wasm`), WASM),
    fetchFile: async (path) => new Response(await readFile(join(ROOT, path)), WASM),
    urlOf: (path) => join(ROOT, path),
    importPackage: (path) => import(pathToFileURL(join(ROOT, 'build/bench/packages', path)).href),
    startWorker,
    watchFrames: undefined,
    memoryMiB: async () => memoryOfMiB(process.pid),
    runNodeWasi,
  };
}

/**
 * @param {URL} url
 * @returns {Promise<import('./lib/context.mjs').RivalWorker>}
 */
function startWorker(url) {
  const worker = new Worker(url);
  worker.setMaxListeners(0); // Comlink listens anew for each call
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', () => {
      worker.off('error', reject); // from now on, nobody hears of it: an error ends the process
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
/** It crashes now and then with the engine's fast calls, so it is run without them. */
const OPTIONS = ['--no-turbo-fast-api-calls', '--no-warnings'];

/** @type {import('./lib/context.mjs').RunNodeWasi} */
async function runNodeWasi({ path, args, stdin, files }) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const [input, output, root] = ['stdin', 'stdout', 'root'].map((name) => join(folder, name));
    await mkdir(root);
    await writeFile(input, stdin);
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), bytes);
    }
    const argv = [join(ROOT, path), input, output, root, ...args];
    const child = fork(runner, argv, { execArgv: OPTIONS, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    const [told, stderr] = [once(child, 'message'), new Response(/** @type {any} */ (child.stderr)).text()];
    const [code, signal] = await once(child, 'exit');
    if (code !== 0) throw new Error(`node:wasi: ${path} ended with ${code ?? signal}: ${await stderr}`);
    const [{ code: exit, ms }] = await told;
    if (exit !== 0) throw new Error(`node:wasi: ${path} exited with ${exit}: ${await stderr}`);
    return { stdout: await readFile(output, 'utf8'), stderr: await stderr, ms };
  } finally {
    await rm(folder, { recursive: true });
  }
}
