// The page as an environment of the suite.

/**
 * @param {import('./lib/run-suite.mjs').Params} params whose folders are paths on this server
 * @returns {import('./lib/context.mjs').Env}
 */
export function makeEnv(params) {
  return {
    engine: navigator.userAgent,
    inBrowser: true,
    cores: navigator.hardwareConcurrency,
    canSuspend: 'Suspending' in WebAssembly,
    importBuild: (folder) => import(`${folder}/index.js`),
    fetchGuest: (name) => fetch(`${params.guests}/${name}.gen.wasm`),
    fetchFile: (path) => fetch(`/${path}`),
    urlOf: (path) => new URL(`/${path}`, location.href).href,
    importPackage: (path) => import(`/build/bench/packages/${path}`),
    startWorker,
    watchFrames,
    memoryMiB: async () => Number(await (await fetch('/memory')).text()),
    runNodeWasi: undefined,
  };
}

const START_TIMEOUT_MS = 5_000;
const START_TRIES = 3;

/**
 * Tries again if the worker does not say that it is there: Firefox, about once in a hundred times, never runs a worker
 * that was started by a worker.
 *
 * @param {URL} url
 * @returns {Promise<import('./lib/context.mjs').RivalWorker>}
 */
async function startWorker(url) {
  for (let left = START_TRIES; left > 0; left--) {
    const worker = new Worker(url, { type: 'module' });
    if (await isReady(worker, url)) return wrap(worker);
    worker.terminate();
  }
  throw new Error(`${url.pathname} did not start`);
}

/**
 * @param {Worker} worker
 * @param {URL} url
 * @returns {Promise<boolean>}
 */
function isReady(worker, url) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), START_TIMEOUT_MS);
    worker.onerror = (event) => reject(new Error(`${url.pathname}: ${event.message ?? 'not loaded'}`));
    worker.onmessage = () => {
      clearTimeout(timer);
      worker.onmessage = null;
      resolve(true);
    };
  });
}

/**
 * @param {Worker} worker
 * @returns {import('./lib/context.mjs').RivalWorker}
 */
function wrap(worker) {
  worker.onerror = ({ message }) => reportError(new Error(message));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => (worker.onmessage = listener ? (event) => listener(event.data) : null),
    terminate: () => worker.terminate(),
    endpoint: worker,
  };
}

/** @param {(ms: number) => void} onFrame */
function watchFrames(onFrame) {
  let going = true;
  const look = () => {
    if (!going) return;
    onFrame(performance.now());
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  return () => {
    going = false;
  };
}
