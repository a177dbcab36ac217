/** Node, as the main thread's side needs it. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Platform } from './platform.js';
import { nodeChild, nodeRestMs } from './scope.node.js';

export const platform: Platform = {
  urls: {
    wasm: new URL('./coordinator.wasm', import.meta.url).href,
    coordinator: new URL('./coordinator.node.js', import.meta.url).href,
    worker: new URL('./worker.node.js', import.meta.url).href,
  },
  isIsolated: () => true,
  cores: availableParallelism,
  spawnCoordinator: nodeChild,
  spawnWorker: nodeChild,
  restMs: nodeRestMs,
  urlOf: (text) => urlOf(text).href,
  load: (source, signal) => {
    if (typeof source !== 'string') return fetch(source, { signal: signal ?? null });
    const url = urlOf(source);
    return url.protocol === 'file:' ? readModule(url, signal) : fetch(url, { signal: signal ?? null });
  },
};

/** A string is a URL if it has a scheme, and a path otherwise. */
function urlOf(source: string): URL {
  return /^[a-z][a-z+.-]+:/i.test(source) ? new URL(source) : pathToFileURL(resolve(source));
}

/** fetch does not read files. */
async function readModule(url: URL, signal?: AbortSignal): Promise<Response> {
  return new Response(await readFile(url, { signal }), { headers: { 'Content-Type': 'application/wasm' } });
}
