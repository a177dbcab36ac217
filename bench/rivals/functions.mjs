// The libraries that call functions of a worker, each with one worker and the emptiest function. Each starts itself and says
// how the function is called and how to end it.

import * as Comlink from '../../node_modules/comlink/dist/esm/comlink.mjs';

/** @typedef {import('../lib/context.mjs').Env} Env */
/** @typedef {{noop: () => Promise<number>, close: () => unknown}} Started */

const here = (/** @type {string} */ name) => new URL(`./${name}.mjs`, import.meta.url);

/** What no library can be quicker than, while each call is a message: ids, and a table of who waits. */
async function startPostMessage(/** @type {Env} */ env) {
  const worker = await env.startWorker(here('echo-worker'));
  /** @type {Map<number, (result: number) => void>} */
  const waiting = new Map();
  let last = 0;
  worker.onMessage(({ id, result }) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  const noop = () =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      worker.post({ id: last });
    });
  return { noop, close: () => worker.terminate() };
}

async function startComlink(/** @type {Env} */ env) {
  const worker = await env.startWorker(here('comlink-worker'));
  const api = /** @type {any} */ (Comlink.wrap(worker.endpoint));
  return { noop: () => api.noop(), close: () => worker.terminate() };
}

async function startWorkerpool(/** @type {Env} */ env) {
  const { default: workerpool } = await env.importPackage(
    env.inBrowser ? 'bundles/workerpool.js' : 'node_modules/workerpool/src/index.js',
  );
  const url = env.inBrowser ? here('workerpool-worker').href : here('workerpool-node').pathname;
  const type = env.inBrowser ? 'web' : 'thread';
  const pool = workerpool.pool(url, { minWorkers: 1, maxWorkers: 1, workerType: type, workerOpts: { type: 'module' } });
  return { noop: () => pool.exec('noop'), close: () => pool.terminate(true) };
}

async function startThreads(/** @type {Env} */ env) {
  const path = env.inBrowser ? 'bundles/threads.js' : 'node_modules/threads/index.mjs';
  const { spawn, Thread, Worker } = await env.importPackage(path);
  const worker = env.inBrowser
    ? new Worker(here('threads-worker').pathname, { type: 'module' })
    : new Worker('./threads-node.mjs');
  worker.setMaxListeners?.(0); // it listens anew for each call
  const thread = await spawn(worker);
  return { noop: () => thread(), close: () => Thread.terminate(thread) };
}

async function startPoolifier(/** @type {Env} */ env) {
  const { FixedThreadPool } = await env.importPackage('bundles/poolifier.js');
  const pool = new FixedThreadPool(1, here('poolifier-worker'), { workerOptions: { type: 'module' } });
  return { noop: () => pool.execute(), close: () => pool.destroy() };
}

async function startPiscina(/** @type {Env} */ env) {
  const { Piscina } = await env.importPackage('node_modules/piscina/dist/index.js');
  const pool = new Piscina({ filename: here('noop').href, minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: 16 });
  return { noop: () => pool.run(undefined), close: () => pool.destroy() };
}

async function startTinypool(/** @type {Env} */ env) {
  const { default: Tinypool } = await env.importPackage('node_modules/tinypool/dist/index.js');
  const pool = new Tinypool({ filename: here('noop').href, minThreads: 1, maxThreads: 1 });
  return { noop: () => pool.run(undefined), close: () => pool.destroy() };
}

/**
 * Those that this environment has, by their labels.
 *
 * @param {Env} env
 * @returns {Record<string, (env: Env) => Promise<Started>>}
 */
export function functionLibraries({ inBrowser }) {
  const everywhere = {
    'raw postMessage': startPostMessage,
    comlink: startComlink,
    workerpool: startWorkerpool,
    threads: startThreads,
  };
  return inBrowser
    ? { ...everywhere, 'poolifier-web-worker': startPoolifier }
    : { ...everywhere, piscina: startPiscina, tinypool: startTinypool };
}

/**
 * Starts them all, and looks whether each gives the right result.
 *
 * @param {Env} env
 * @returns {Promise<{libraries: Record<string, Started>, close: () => Promise<void>}>}
 */
export async function startLibraries(env) {
  /** @type {Record<string, Started>} */
  const libraries = {};
  for (const [label, start] of Object.entries(functionLibraries(env))) libraries[label] = await start(env);
  return {
    libraries,
    close: async () => {
      for (const { close } of Object.values(libraries)) await close();
    },
  };
}
