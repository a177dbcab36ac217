/** A job's stdin, read piece by piece. */
import { bytesOfChunk } from './input.js';

export interface Source {
  /** The next piece, or a promise of it if it is to be waited for; `undefined`: there is no more. Rejects if the source
   * fails. */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Lets the source go: nobody reads it any more. Also while `next` waits. */
  cancel(reason: unknown): void;
}

/** Takes bytes, or a stream, which is locked from now on. */
export function openSource(input: Uint8Array | ReadableStream<Uint8Array>): Source {
  return ArrayBuffer.isView(input) ? ofBytes(input) : ofStream(input);
}

function ofBytes(bytes: Uint8Array): Source {
  let left: Uint8Array | undefined = bytes;
  const next = (): Uint8Array | undefined => {
    const piece = left;
    left = undefined;
    return piece;
  };
  return { next, cancel: () => (left = undefined) };
}

/** `pipeTo` would hold the stream for as long as its pull takes, which may be for ever. */
function ofStream(stream: ReadableStream<unknown>): Source {
  const reader = stream.getReader();
  let n = 0;
  let isCancelled = false;
  const next = async (): Promise<Uint8Array | undefined> => {
    if (isCancelled) return undefined; // its guest ended while the last chunk was looked at
    const { value, done } = await reader.read();
    if (!done) return bytesOfChunk(`stdin[${n++}]`, value);
    reader.releaseLock();
    return undefined;
  };
  const cancel = (reason: unknown): void => {
    isCancelled = true;
    reader.cancel(reason).catch(() => undefined); // ends the read that is under way
    reader.releaseLock();
  };
  return { next, cancel };
}
