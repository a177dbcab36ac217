/** Node, as the main thread's side needs it. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { files } from './files.node.js';
import type { Platform } from './platform.js';
import { adoptThread, nodeRestMs } from './scope.node.js';
import { openScript } from './script.node.js';

export const platform: Platform = {
  files,
  fileNames: {
    coordinator: 'coordinator.node.mjs',
    worker: 'worker.node.mjs',
    cell: 'cell.node.mjs',
    wasm: 'coordinator.wasm',
  },
  isIsolated: () => true,
  cores: availableParallelism,
  open: openScript,
  adopt: adoptThread,
  refusedConnection: () => Promise.resolve(undefined),
  restMs: nodeRestMs,
  inherit: (fd) => stdioStream(fd === 1 ? process.stdout : process.stderr),
  urlOf: (text) => urlOf(text).href,
  load: (source, signal) => {
    if (typeof source !== 'string') return fetch(source, { signal: signal ?? null });
    const url = urlOf(source);
    return url.protocol === 'file:' ? readModule(url, signal) : fetch(url, { signal: signal ?? null });
  },
};

/** How many streams lead into stdout or stderr now. */
const nInherited = new Map<NodeJS.WriteStream, number>();

/** A write's callback tells of its error; one that nobody hears besides would end the process. */
const heard = (): void => undefined;

/** One listener for all: Node warns of many. Each of its own workers has one there, too, which it counts only when somebody
 * else adds one. */
function inherited(stream: NodeJS.WriteStream, more: 1 | -1): void {
  const n = (nInherited.get(stream) ?? 0) + more;
  nInherited.set(stream, n);
  if (n === 0) stream.off('error', heard);
  else if (n === 1 && more === 1) quietly(stream, () => stream.on('error', heard));
}

function quietly(stream: NodeJS.WriteStream, add: () => void): void {
  const most = stream.getMaxListeners();
  stream.setMaxListeners(0);
  add();
  stream.setMaxListeners(most);
}

/** As Writable.toWeb, but what is behind it stays open. */
function stdioStream(stream: NodeJS.WriteStream): WritableStream<Uint8Array> {
  const end = (): void => inherited(stream, -1);
  return new WritableStream({
    start: () => inherited(stream, 1),
    write: (bytes) =>
      new Promise((resolve, reject) =>
        stream.write(bytes, (error) => {
          if (!error) return resolve();
          end(); // neither of the two below is called
          reject(error);
        }),
      ),
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
