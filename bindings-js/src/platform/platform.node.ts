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
  inherit: (fd) => stdioStream(fd === 1 ? process.stdout : process.stderr),
  urlOf: (text) => urlOf(text).href,
  load: (source, signal) => {
    if (typeof source !== 'string') return fetch(source, { signal: signal ?? null });
    const url = urlOf(source);
    return url.protocol === 'file:' ? readModule(url, signal) : fetch(url, { signal: signal ?? null });
  },
};

/** As Writable.toWeb, but what is behind it stays open. */
function stdioStream(stream: NodeJS.WriteStream): WritableStream<Uint8Array> {
  const heard = (): void => undefined;
  const end = (): void => void stream.off('error', heard);
  return new WritableStream({
    start: () => void stream.on('error', heard), // a write's callback tells, and an error that nobody hears ends the process
    write: (bytes) =>
      new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve()))),
    close: end,
    abort: end,
  });
}

/** A string is a URL if it has a scheme, and a path otherwise. */
function urlOf(source: string): URL {
  return /^[a-z][a-z+.-]+:/i.test(source) ? new URL(source) : pathToFileURL(resolve(source));
}

/** fetch does not read files. */
async function readModule(url: URL, signal?: AbortSignal): Promise<Response> {
  return new Response(await readFile(url, { signal }), { headers: { 'Content-Type': 'application/wasm' } });
}
