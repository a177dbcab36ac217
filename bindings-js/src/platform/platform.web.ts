/** Browsers, as the main thread's side needs them. */
import { consoleStream } from './console.js';
import type { Platform } from './platform.js';
import { webChild, webRestMs } from './scope.web.js';

export const platform: Platform = {
  urls: {
    wasm: new URL('./coordinator.wasm', import.meta.url).href,
    coordinator: new URL('./coordinator.js', import.meta.url).href,
    worker: new URL('./worker.js', import.meta.url).href,
    cell: new URL('./cell.js', import.meta.url).href,
  },
  isIsolated: () => globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function',
  cores: () => navigator.hardwareConcurrency || 2,
  spawnCoordinator: (url, name) => webChild(new Worker(url, { type: 'module', name })),
  spawnWorker: (url, name) => webChild(new Worker(url, { type: 'module', name })),
  spawnCell: (url, name) => webChild(new Worker(url, { type: 'module', name })),
  restMs: webRestMs,
  inherit: (fd) => consoleStream(fd === 1 ? (line) => console.log(line) : (line) => console.error(line)),
  urlOf: (text) => new URL(text, globalThis.document?.baseURI ?? globalThis.location?.href).href,
  load: (source, signal) => fetch(source, { signal: signal ?? null }),
};
