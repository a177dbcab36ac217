/** Browsers, as the main thread's side needs them. */
import { consoleStream } from './console.js';
import { files } from './files.web.js';
import type { Platform } from './platform.js';
import { adoptWorker, webRestMs } from './scope.web.js';
import { openScript } from './script.web.js';
import { refusedConnection } from './violations.web.js';

export const platform: Platform = {
  files,
  fileNames: { coordinator: 'coordinator.js', worker: 'worker.js', cell: 'cell.js', wasm: 'coordinator.wasm' },
  isIsolated: () => globalThis.crossOriginIsolated && typeof SharedArrayBuffer === 'function',
  cores: () => navigator.hardwareConcurrency || 2,
  open: openScript,
  adopt: adoptWorker,
  refusedConnection,
  restMs: webRestMs,
  inherit: (fd) => consoleStream(fd === 1 ? (line) => console.log(line) : (line) => console.error(line)),
  urlOf: (text) => new URL(text, globalThis.document?.baseURI ?? globalThis.location?.href).href,
  load: (source, signal) => fetch(source, { signal: signal ?? null }),
};
