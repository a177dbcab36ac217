/** A thread of Node, as its script sees it. */
import { parentPort, Worker } from 'node:worker_threads';
import type { Child, Scope } from './scope.js';

/** Node ends a thread within milliseconds; this leaves a margin for a loaded machine. */
export const nodeRestMs = 1000;

/** The scope of a worker thread. */
export function nodeScope<Out, In>(): Scope<Out, In> {
  const port = parentPort!;
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => port.on('message', listener),
  };
}

/** Starts a worker thread. */
export function nodeChild<Out, In>(url: string, name: string): Child<Out, In> {
  const worker = new Worker(new URL(url), { name });
  let terminated = false;
  let alive = false;
  const keepAlive = (on: boolean): void => {
    alive = on;
    if (on) worker.ref();
    else worker.unref();
  };
  keepAlive(false);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => {
      worker.on('message', listener);
      keepAlive(alive); // listening has made it keep the process alive
    },
    onFailure: (listener) => {
      worker.on('error', (error) => listener(String(error)));
      worker.on('exit', (code) => terminated || listener(`it ended with code ${code}`));
    },
    terminate: () => {
      terminated = true;
      void worker.terminate();
    },
    keepAlive,
  };
}
