/** Web Streams over the ends of pipes, with the pipe's own backpressure and nothing buffered beside it. */
import { concat } from './bytes.js';
import { type Client, EAGAIN, type Fd } from './client.js';
import { errorOfStatus } from './errors.js';
import { bytesOfChunk } from './input.js';

/** Reads an end to its end of file. Beyond `limit` bytes it reads no more, closes the end and says so to `onLimit`. */
export async function collect(
  client: Client,
  fd: Fd,
  limit: number,
  onLimit: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let left = limit; ;) {
    const bytes = client.peek(fd);
    if (typeof bytes !== 'number') {
      const kept = bytes.slice(0, left);
      chunks.push(kept);
      left -= kept.length;
      if (kept.length === bytes.length) client.consume(fd, kept.length);
      else {
        client.close(fd);
        onLimit();
        return concat(chunks);
      }
    } else if (bytes === EAGAIN) {
      await client.ready(fd);
    } else {
      client.close(fd);
      return concat(chunks);
    }
  }
}

/** Writes all of `bytes`, waiting whenever the pipe is full. */
export async function writeAll(client: Client, fd: Fd, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const n = client.write(fd, bytes, done);
    if (n > 0) done += n;
    else if (n === EAGAIN) await client.ready(fd);
    else throw errorOfStatus(n);
  }
}

/** What a guest's stdin is fed from. */
export type Feed = Uint8Array | ReadableStream<Uint8Array>;

/** Writes all of a source and then end of file. A guest that does not read it all is no error. */
export async function feed(client: Client, fd: Fd, source: Feed): Promise<void> {
  const sink = writable(client, fd);
  if (!ArrayBuffer.isView(source)) return source.pipeTo(sink);
  const writer = sink.getWriter();
  await writer.write(source);
  await writer.close();
}

/** A stream of the bytes that come out of an end. Cancelling it closes the end: the writer gets EPIPE. */
export function readable(client: Client, fd: Fd): ReadableStream<Uint8Array<ArrayBuffer>> {
  const cancel = (): void => client.close(fd);
  try {
    return new ReadableStream({ type: 'bytes', pull: (controller) => pullBytes(client, fd, controller), cancel });
  } catch {
    // An engine without byte streams; the same bytes, only not into the caller's buffers.
    const pull = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> =>
      pullChunk(client, fd, controller);
    return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  }
}

/** Waits until there is something to hand over: bytes still in shared memory, or `undefined` at the end. */
async function next(client: Client, fd: Fd): Promise<Uint8Array | undefined> {
  for (;;) {
    const bytes = client.peek(fd);
    if (typeof bytes !== 'number') return bytes;
    if (bytes !== EAGAIN) return undefined;
    await client.ready(fd);
  }
}

async function pullBytes(client: Client, fd: Fd, controller: ReadableByteStreamController): Promise<void> {
  const now = client.peek(fd);
  const bytes = typeof now === 'number' ? await next(client, fd) : now;
  const request = controller.byobRequest;
  if (!bytes) {
    client.close(fd);
    controller.close();
    request?.respond(0);
  } else if (request?.view) {
    const view = new Uint8Array(request.view.buffer, request.view.byteOffset, request.view.byteLength);
    const n = Math.min(view.length, bytes.length);
    view.set(bytes.subarray(0, n));
    client.consume(fd, n);
    request.respond(n);
  } else {
    const chunk = bytes.slice();
    client.consume(fd, chunk.length);
    controller.enqueue(chunk);
  }
}

async function pullChunk(
  client: Client,
  fd: Fd,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  const bytes = await next(client, fd);
  if (!bytes) {
    client.close(fd);
    controller.close();
    return;
  }
  const chunk = bytes.slice();
  client.consume(fd, chunk.length);
  controller.enqueue(chunk);
}

/** A stream into an end. Closing it is end of file to the reader; after the reader is gone, writing is EPIPE. */
export function writable(client: Client, fd: Fd): WritableStream<Uint8Array> {
  return new WritableStream({
    start: (controller) => controller.signal.addEventListener('abort', () => client.close(fd)),
    write: (chunk) => writeOrClose(client, fd, bytesOfChunk('chunk', chunk)),
    close: () => client.close(fd),
  });
}

/** A stream that a write has failed is never closed or aborted, so its end goes at once: a pipe that keeps one keeps its
 * memory. */
async function writeOrClose(client: Client, fd: Fd, bytes: Uint8Array): Promise<void> {
  try {
    await writeAll(client, fd, bytes);
  } catch (error) {
    client.close(fd);
    throw error;
  }
}
