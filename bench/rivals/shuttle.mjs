// Bytes as messages, the same between any two threads. Chunks are copied by the engine, or are buffers that are
// transferred and come back to be used again; sixteen are on the way, so that nobody waits for a single one. A worker
// copies the bytes out of or into memory of its own, as a wasm program must; the page uses the buffers as they are. `isKept`:
// whoever takes them keeps them, as an application may what it is given, and each chunk is in a buffer of its own.

const IN_FLIGHT = 16;

/** @typedef {{post: (message: any, transfer?: ArrayBuffer[]) => void, onMessage: (listener: (message: any) => void) => void}} Channel */

/**
 * Sends n chunks; resolves when the other side has said that it has them all.
 *
 * @param {Channel} channel
 * @param {{n: number, chunkBytes: number, isTransferred: boolean, isProgram?: boolean}} order
 * @returns {Promise<number>} bytes that the other side had
 */
export function sendChunks(channel, { n, chunkBytes, isTransferred, isProgram }) {
  const own = new Uint8Array(chunkBytes).map((_, i) => i % 251);
  return new Promise((resolve) => {
    let [sent, home, total] = [0, 0, 0];
    const send = (/** @type {ArrayBuffer | undefined} */ buffer) => {
      sent++;
      if (!isTransferred) return channel.post({ bytes: own });
      const bytes = new Uint8Array(buffer ?? new ArrayBuffer(chunkBytes));
      if (isProgram) bytes.set(own);
      channel.post({ bytes }, [bytes.buffer]);
    };
    channel.onMessage(({ taken, buffer }) => {
      total += taken;
      home++;
      if (sent < n) send(buffer);
      if (home === n) resolve(total);
    });
    while (sent < Math.min(n, IN_FLIGHT)) send(undefined);
  });
}

/**
 * Takes n chunks, and says so of each.
 *
 * @param {Channel} channel
 * @param {{n: number, chunkBytes: number, isTransferred: boolean, isProgram?: boolean, isKept?: boolean}} order
 * @returns {Promise<number>} bytes that came
 */
export function takeChunks(channel, { n, chunkBytes, isTransferred, isProgram, isKept }) {
  const own = new Uint8Array(chunkBytes);
  return new Promise((resolve) => {
    let [come, total] = [0, 0];
    channel.onMessage(({ bytes }) => {
      if (isProgram) own.set(bytes);
      total += bytes.length;
      const goesBack = isTransferred && !isKept;
      if (goesBack) channel.post({ taken: bytes.length, buffer: bytes.buffer }, [bytes.buffer]);
      else channel.post({ taken: bytes.length });
      if (++come === n) resolve(total);
    });
  });
}

/**
 * Sends each chunk back that comes.
 *
 * @param {Channel} channel
 * @param {{chunkBytes: number, isTransferred: boolean, isProgram?: boolean}} order
 */
export function echoChunks(channel, { chunkBytes, isTransferred }) {
  const own = new Uint8Array(chunkBytes);
  channel.onMessage(({ bytes }) => {
    own.set(bytes);
    if (!isTransferred) return channel.post({ bytes: own });
    bytes.set(own);
    channel.post({ bytes }, [bytes.buffer]);
  });
}

/**
 * Sends a chunk n times, each after the one before has come back.
 *
 * @param {Channel} channel
 * @param {{n: number, chunkBytes: number, isTransferred: boolean, isProgram?: boolean}} order
 * @returns {Promise<number>} bytes that came back
 */
export function bounceChunks(channel, { n, chunkBytes, isTransferred }) {
  let bytes = new Uint8Array(chunkBytes);
  return new Promise((resolve) => {
    let [come, total] = [0, 0];
    const send = () => channel.post({ bytes }, isTransferred ? [bytes.buffer] : []);
    channel.onMessage((message) => {
      total += message.bytes.length;
      bytes = message.bytes;
      if (++come === n) resolve(total);
      else send();
    });
    send();
  });
}
