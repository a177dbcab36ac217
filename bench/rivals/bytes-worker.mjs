// The worker of the rivals that move bytes: does what it is told, over its own channel, a port, or rings.

import { Ring } from '../ways/lib/ring.mjs';
import { listen, post } from '../ways/lib/scope.mjs';
import { echoChunks, sendChunks, takeChunks } from './shuttle.mjs';

/** @type {(message: any) => void} */
let onData;

/** @type {import('./shuttle.mjs').Channel} */
const own = { post, onMessage: (listener) => (onData = listener) };

/** @param {any} port a MessagePort, which is the same in Node */
const overPort = (port) => ({
  post: (/** @type {any} */ message, /** @type {ArrayBuffer[]} */ transfer = []) => port.postMessage(message, transfer),
  onMessage: (/** @type {(message: any) => void} */ listener) => {
    port.onmessage = (/** @type {MessageEvent} */ { data }) => listener(data);
  },
});

/** @type {Record<string, (order: any, channel: import('./shuttle.mjs').Channel) => Promise<number> | number | void>} */
const work = {
  send: (order, channel) => sendChunks(channel, { ...order, isProgram: true }),
  take: (order, channel) => takeChunks(channel, { ...order, isProgram: true }),
  echo: (order, channel) => echoChunks(channel, order),
  ringRead: ({ ring, n, chunkBytes }) => {
    const [from, bytes] = [new Ring(ring), new Uint8Array(chunkBytes)];
    let total = 0;
    while (total < n * chunkBytes) total += from.read(bytes);
    return total;
  },
  ringWrite: ({ ring, n, chunkBytes }) => {
    const [to, bytes] = [new Ring(ring), new Uint8Array(chunkBytes)];
    for (let i = 0; i < n; i++) to.write(bytes);
    return n * chunkBytes;
  },
  ringEcho: ({ input, output, chunkBytes }) => {
    const [from, to, bytes] = [new Ring(input), new Ring(output), new Uint8Array(chunkBytes)];
    for (let size = from.read(bytes); size > 0; size = from.read(bytes)) to.write(bytes.subarray(0, size));
    return 0;
  },
};

listen(async (message) => {
  if (!message.todo) return onData(message);
  const total = await work[message.todo](message, message.port ? overPort(message.port) : own);
  if (total !== undefined) post({ done: total });
});
