// The rivals that move bytes: `postMessage, copied`, `postMessage, transferred`, and `a bare ring` in shared memory, whose
// reader and writer sleep while there is nothing to do and know nothing of guests, jobs or closing.

import { Ring } from '../ways/lib/ring.mjs';
import { bounceChunks, sendChunks, takeChunks } from './shuttle.mjs';

const URL_OF_WORKER = new URL('./bytes-worker.mjs', import.meta.url);

/** @typedef {{n: number, chunkBytes: number, isKept?: boolean}} Order n chunks of so many bytes */

/** What a reader takes at once, if so much is there, however small the writer's chunks are. */
const PIECE_BYTES = 1 << 16;

/** A worker that takes orders and has a channel. @param {import('../lib/context.mjs').Env} env */
async function startOne(env) {
  const worker = await env.startWorker(URL_OF_WORKER);
  let onData = (/** @type {any} */ _message) => undefined;
  let onDone = (/** @type {number} */ _total) => undefined;
  worker.onMessage((message) => (message.done === undefined ? onData(message) : onDone(message.done)));
  return {
    channel: { post: worker.post, onMessage: (/** @type {any} */ listener) => (onData = listener) },
    /** @param {object} order @param {any[]} [transfer] @returns {Promise<number>} what it says at its end, if at all */
    order: (order, transfer = []) => {
      worker.post(order, transfer);
      return new Promise((resolve) => (onDone = /** @type {any} */ (resolve)));
    },
    terminate: worker.terminate,
  };
}

/** @param {Ring} ring @param {Order} order */
async function writeRing(ring, { n, chunkBytes }) {
  const bytes = new Uint8Array(chunkBytes);
  for (let i = 0; i < n; i++) {
    for (let done = 0; done < chunkBytes;) {
      const bell = ring.bell;
      const size = ring.writeSome(bytes.subarray(done));
      done += size;
      if (size === 0) await ring.change(bell);
    }
  }
}

/**
 * @param {Ring} ring
 * @param {Order} order
 * @param {() => number} [read] one piece: its size
 */
async function readRing(ring, { n, chunkBytes }, read = readerInto(ring, chunkBytes)) {
  let total = 0;
  while (total < n * chunkBytes) {
    const bell = ring.bell;
    const size = read();
    total += size;
    if (size === 0) await ring.change(bell);
  }
  return total;
}

/** Into the same memory each time. @param {Ring} ring @param {number} chunkBytes */
function readerInto(ring, chunkBytes) {
  const bytes = new Uint8Array(chunkBytes);
  return () => ring.readSome(bytes);
}

/**
 * As messages.
 *
 * @param {Awaited<ReturnType<typeof startOne>>[]} workers
 * @param {boolean} isTransferred
 */
function byMessages([first, second], isTransferred) {
  return {
    to: async (/** @type {Order} */ order) => {
      const done = first.order({ todo: 'take', isTransferred, ...order });
      await sendChunks(first.channel, { isTransferred, ...order });
      return done;
    },
    from: (/** @type {Order} */ order) => {
      const taken = takeChunks(first.channel, { isTransferred, ...order });
      const done = first.order({ todo: 'send', isTransferred, ...order });
      return Promise.all([taken, done]).then(([total]) => total);
    },
    between: (/** @type {Order} */ order) => {
      const { port1, port2 } = new MessageChannel();
      const taken = second.order({ todo: 'take', port: port2, isTransferred, ...order }, [port2]);
      const done = first.order({ todo: 'send', port: port1, isTransferred, ...order }, [port1]);
      return Promise.all([taken, done]).then(([total]) => total);
    },
    bounce: (/** @type {Order} */ order) => {
      void first.order({ todo: 'echo', isTransferred, ...order });
      return bounceChunks(first.channel, { isTransferred, ...order });
    },
  };
}

/** @param {Awaited<ReturnType<typeof startOne>>[]} workers */
function byRing([first, second]) {
  return {
    to: async (/** @type {Order} */ order) => {
      const ring = new Ring();
      const done = first.order({ todo: 'ringRead', ring: ring.buffer, ...order });
      await writeRing(ring, order);
      return done;
    },
    from: async (/** @type {Order} */ order) => {
      const ring = new Ring();
      const done = first.order({ todo: 'ringWrite', ring: ring.buffer, ...order });
      const total = await readRing(ring, order);
      await done;
      return total;
    },
    between: async (/** @type {Order} */ order) => {
      const ring = new Ring();
      const taken = second.order({ todo: 'ringRead', ring: ring.buffer, ...order });
      await first.order({ todo: 'ringWrite', ring: ring.buffer, ...order });
      return taken;
    },
    bounce: async (/** @type {Order} */ { n, chunkBytes }) => {
      const [input, output] = [new Ring(), new Ring()];
      const done = first.order({ todo: 'ringEcho', input: input.buffer, output: output.buffer, chunkBytes });
      let total = 0;
      for (let i = 0; i < n; i++) {
        await writeRing(input, { n: 1, chunkBytes });
        total += await readRing(output, { n: 1, chunkBytes });
      }
      input.close();
      await done;
      return total;
    },
  };
}

/**
 * The least that anybody does who gives each chunk away in memory of its own, as a stream does: one copy, one notification,
 * and the new memory.
 *
 * @param {Awaited<ReturnType<typeof startOne>>[]} workers
 */
function byRingInNewMemory([first]) {
  return {
    from: async (/** @type {Order} */ order) => {
      const ring = new Ring();
      const done = first.order({ todo: 'ringWrite', ring: ring.buffer, ...order });
      const total = await readRing(ring, order, () => ring.takeSome(Math.max(order.chunkBytes, PIECE_BYTES)).length);
      await done;
      return total;
    },
  };
}

/**
 * Each moves n chunks and answers how many bytes came: to a worker, from it, from one to another, and forth and back.
 *
 * @param {import('../lib/context.mjs').Env} env
 */
export async function startBytes(env) {
  const workers = [await startOne(env), await startOne(env)];
  return {
    rivals: {
      'postMessage, copied': byMessages(workers, false),
      'postMessage, transferred': byMessages(workers, true),
      ...('waitAsync' in Atomics
        ? { 'a bare ring': byRing(workers), 'a bare ring, new memory for each chunk': byRingInNewMemory(workers) }
        : {}),
    },
    close: () => workers.forEach(({ terminate }) => terminate()),
  };
}
