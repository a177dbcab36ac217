/** A thread of Node, as its script sees it. */
import { parentPort, type Transferable, type Worker } from 'node:worker_threads';
import { withoutData } from './place.js';
import type { Child, Scope } from './scope.js';

/** Node ends a thread within milliseconds; this leaves a margin for a loaded machine. Bun is made of JavaScriptCore, which does
 * not end one that is in a wasm loop. */
export const nodeRestMs = process.versions.bun ? -1 : 1000;

/** The scope of a worker thread. */
export function nodeScope<Out, In>(): Scope<Out, In> {
  const port = parentPort!;
  return {
    post: (message, transfer) => port.postMessage(message, transfer as readonly Transferable[]),
    onMessage: (listener) => port.on('message', listener),
  };
}

/** A worker thread that somebody else has started; `undefined`: it is none. */
export function adoptThread<Out, In>(worker: unknown): Child<Out, In> | undefined {
  const members = ['postMessage', 'terminate', 'ref', 'unref', 'on'];
  const isThread = members.every((name) => typeof (worker as Record<string, unknown> | null)?.[name] === 'function');
  return isThread ? nodeChild(worker as Worker) : undefined;
}

/** A worker thread of this one. */
export function nodeChild<Out, In>(worker: Worker): Child<Out, In> {
  let terminated = false;
  let alive = false;
  const keepAlive = (on: boolean): void => {
    alive = on;
    if (on) worker.ref();
    else worker.unref();
  };
  keepAlive(false);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as readonly Transferable[]),
    onMessage: (listener) => {
      worker.on('message', listener);
      keepAlive(alive); // listening has made it keep the process alive
    },
    onFailure: (listener) => {
      worker.on('error', (error) => listener(describe(error), error));
      worker.on('exit', (code) => terminated || listener(`it ended with code ${code}`));
    },
    terminate: () => {
      if (!terminated) void worker.terminate(); // each call listens for its end once more
      terminated = true;
    },
    keepAlive,
  };
}

/** In words, with what to do about a script that is not there. */
function describe(error: unknown): string {
  const text = withoutData(String(error));
  const isMissing = /^(ERR_)?MODULE_NOT_FOUND$/.test(String((error as { code?: unknown } | null)?.code));
  return isMissing ? `${text}; set urls to where the package's files are, or import 'millrace/inline'` : text;
}
