/** Where the package's files are in browsers: beside this module. A bundler that knows this form of a URL brings them along. */
import type { Files } from './platform.js';

export const files: Files = {
  coordinator: () => new URL('./coordinator.js', import.meta.url).href,
  worker: () => new URL('./worker.js', import.meta.url).href,
  cell: () => new URL('./cell.js', import.meta.url).href,
  wasm: () => new URL('./coordinator.wasm', import.meta.url).href,
};
