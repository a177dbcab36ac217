// The page as an environment of the suite.

/**
 * @param {import('./lib/run-suite.mjs').Params} params whose folders are paths on this server
 * @returns {import('./lib/context.mjs').Env}
 */
export function makeEnv(params) {
  return {
    engine: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    importBuild: (folder) => import(`${folder}/index.js`),
    fetchGuest: (name) => fetch(`${params.guests}/${name}.gen.wasm`),
    startWorker,
    watchFrames,
  };
}

/**
 * @param {URL} url
 * @returns {Promise<import('./lib/context.mjs').RivalWorker>}
 */
function startWorker(url) {
  const worker = new Worker(url, { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(`${url.pathname}: ${event.message ?? 'not loaded'}`));
    worker.onmessage = () => {
      worker.onmessage = null;
      resolve({
        post: (message, transfer = []) => worker.postMessage(message, transfer),
        onMessage: (listener) => (worker.onmessage = listener ? (event) => listener(event.data) : null),
        terminate: () => worker.terminate(),
        endpoint: worker,
      });
    };
  });
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
