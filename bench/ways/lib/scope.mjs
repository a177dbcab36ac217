// The thread that a rival's worker script runs on, the same in a browser and in Node.

const inBrowser = 'WorkerGlobalScope' in globalThis;
const threads = inBrowser ? undefined : await import('node:worker_threads');

/** Its channel to whoever started it; in Node, Comlink wants it adapted. @type {any} */
export const parent = threads ? threads.parentPort : self;

/**
 * @param {any} message
 * @param {ArrayBuffer[]} [transfer]
 */
export function post(message, transfer = []) {
  parent.postMessage(message, transfer);
}

/**
 * Listens, and says that it does: a message that comes before may be lost.
 *
 * @param {(message: any) => void | Promise<void>} listener
 */
export function listen(listener) {
  const hear = (/** @type {any} */ message) => void listener(message)?.catch(fail);
  if (threads) parent.on('message', hear);
  else parent.addEventListener('message', (/** @type {MessageEvent} */ event) => hear(event.data));
  ready();
}

/** Makes a rejection what any other error of a worker is: told to whoever started it. @param {unknown} error */
function fail(error) {
  setTimeout(() => {
    throw error;
  });
}

export function ready() {
  post({ type: 'ready' });
}

/**
 * Starts a worker of this worker, which has to say by itself that it is ready.
 *
 * @param {URL} url
 * @param {(message: any) => void} onMessage
 * @returns {{post: (message: any) => void}}
 */
export function spawn(url, onMessage) {
  if (threads) {
    const worker = new threads.Worker(url);
    worker.on('message', onMessage);
    return { post: (message) => worker.postMessage(message) };
  }
  const worker = new Worker(url, { type: 'module' });
  worker.addEventListener('message', (event) => onMessage(event.data));
  return { post: (message) => worker.postMessage(message) };
}
