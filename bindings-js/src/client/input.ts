/** What a guest's stdin can be made of, and how every shape of it becomes bytes or a stream of the platform. */
import { bytesOfBlob } from '../shared/blob.js';
import {
  isAsyncIterable,
  isBlob,
  isIterable,
  isOwnStream,
  isPairs,
  isReadableStream,
  isRequest,
  isResponse,
  isThenable,
  read,
} from '../shared/brand.js';
import { type Bytes, concat, copyOf, viewOf } from '../shared/bytes.js';
import { elementsOf, hasLoneSurrogate, invalid, refusal } from '../shared/gate.js';

/** A piece of input. A string is its text, as UTF-8. */
export type Chunk = string | Bytes;

/** What `pool.run` takes as stdin. Iterables give chunks; Node's streams are such iterables. */
export type Input = Chunk | Blob | ReadableStream<Uint8Array> | AsyncIterable<Chunk> | Iterable<Chunk>;

const TAKEN = 'a string, bytes, a Blob, a stream of bytes, or an iterable of chunks';
const CHUNK_TAKEN = 'a string, an ArrayBuffer or a view of one';

const encoder = new TextEncoder();

/** Checks what was given as stdin, and makes it uniform. `undefined`: there is none. Bytes are copied, so that nobody
 * changes them while the guest reads. */
export function inputOf(name: string, given: unknown): Uint8Array | ReadableStream<Uint8Array> | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'string') return encoder.encode(given);
  const view = viewOf(name, given);
  if (view) return copyOf(view);
  if (isReadableStream(given)) return unlocked(name, given);
  if (isResponse(given) || isRequest(given)) throw refusal(name, given, TAKEN, 'give its body');
  if (isBlob(given)) return blobStream(name, given);
  if (isThenable(given)) throw refusal(name, given, TAKEN, 'await it');
  if (Array.isArray(given)) return chunks(name, given);
  return iterableStream(name, given);
}

/** All chunks of an array are checked at once. */
function chunks(name: string, given: readonly unknown[]): Uint8Array {
  return concat(elementsOf(name, given).map((chunk, i) => copyOf(chunkOf(`${name}[${i}]`, chunk))));
}

/** The bytes of a chunk. Throws POOL_EINVAL, naming it, if it is none. */
export function chunkOf(name: string, chunk: unknown): Uint8Array {
  if (typeof chunk !== 'string') return bytesOfChunk(name, chunk, CHUNK_TAKEN);
  if (hasLoneSurrogate(chunk)) throw invalid(`${name} is text that was cut in the middle of a character`);
  return encoder.encode(chunk);
}

/** The same for streams of bytes, which take no strings. */
export function bytesOfChunk(name: string, chunk: unknown, taken = 'an ArrayBuffer or a view of one'): Uint8Array {
  const view = viewOf(name, chunk);
  if (view) return view;
  throw refusal(name, chunk, taken, typeof chunk === 'string' ? 'use TextEncoderStream for strings' : '');
}

function unlocked(name: string, stream: ReadableStream<unknown>): ReadableStream<Uint8Array> {
  if (stream.locked) throw invalid(`${name} must be a stream that nobody reads, and is one that is locked`);
  if (isOwnStream(stream)) return stream as ReadableStream<Uint8Array>;
  let reader: ReadableStreamDefaultReader<unknown>;
  return streamOf({
    next: () => (reader ??= stream.getReader()).read() as Promise<IteratorResult<unknown, undefined>>,
    stop: (reason) => (reader ?? stream).cancel(reason),
    name,
  });
}

/** A Blob is read when the guest wants it. */
function blobStream(name: string, blob: Blob): ReadableStream<Uint8Array> {
  if (typeof blob.stream === 'function') {
    const stream = blob.stream();
    if (isOwnStream(stream)) return stream;
  }
  let done = false;
  const next = async (): Promise<IteratorResult<unknown, undefined>> => {
    if (done) return { done, value: undefined };
    done = true;
    return { done: false, value: await bytesOfBlob(name, blob) };
  };
  return streamOf({ next, stop: () => undefined, name });
}

function iterableStream(name: string, given: unknown): ReadableStream<Uint8Array> {
  if (isPairs(given) || !(isAsyncIterable(given) || isIterable(given))) throw refusal(name, given, TAKEN);
  const destroy = read(given, 'destroy');
  const node = typeof destroy === 'function' && typeof read(given, 'on') === 'function';
  if (node) return nodeStream(name, given as NodeReadable);
  const iterator = iteratorOf(name, given);
  const next = async (): Promise<IteratorResult<unknown, undefined>> => {
    const result = (await iterator.next()) as IteratorResult<unknown, undefined>;
    return result.done ? result : { done: false, value: await result.value };
  };
  return streamOf({ next, stop: () => iterator.return?.(), name });
}

function iteratorOf(
  name: string,
  given: AsyncIterable<unknown> | Iterable<unknown>,
): AsyncIterator<unknown> | Iterator<unknown> {
  try {
    const iterator = isAsyncIterable(given) ? given[Symbol.asyncIterator]() : given[Symbol.iterator]();
    if (typeof iterator.next === 'function') return iterator;
  } catch (cause) {
    throw invalid(`${name} is an iterable that gives no iterator`, { cause });
  }
  throw invalid(`${name} is an iterable that gives no iterator`);
}

/** As much of a Readable of Node's as is used here. */
interface NodeReadable extends AsyncIterable<unknown, undefined> {
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  on(event: 'error', listener: () => void): void;
  off(event: 'error', listener: () => void): void;
  destroy(): void;
}

/** Its own iterator cannot be stopped while it waits for data, so the stream itself is. */
function nodeStream(name: string, stream: NodeReadable): ReadableStream<Uint8Array> {
  if (stream.destroyed || stream.readableEnded) {
    throw invalid(`${name} must be a stream that can be read, and is one that has ended`);
  }
  const heard = (): void => undefined;
  stream.on('error', heard); // it may fail before the guest reads, and an error that nobody hears ends the process
  let iterator: AsyncIterator<unknown, undefined> | undefined;
  const next = async (): Promise<IteratorResult<unknown, undefined>> => {
    iterator ??= stream[Symbol.asyncIterator]();
    const result = await iterator.next();
    if (result.done) stream.off('error', heard);
    return result;
  };
  return streamOf({ next, stop: () => stream.destroy(), name });
}

interface Source {
  readonly next: () => Promise<IteratorResult<unknown, undefined>>;
  /** Has it let go of what it holds. */
  readonly stop: (reason?: unknown) => unknown;
  readonly name: string;
}

/** A stream that asks a source for one chunk when it is read. */
function streamOf({ next, stop, name }: Source): ReadableStream<Uint8Array> {
  let n = 0;
  let isOver = false;
  const stopped = (reason?: unknown): void => {
    if (isOver) return;
    isOver = true;
    // Whoever stops does not wait: the source may be waiting itself.
    new Promise((resolve) => resolve(stop(reason))).catch(() => undefined);
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await next();
    if (isOver) return; // it was cancelled meanwhile
    if (done) return controller.close();
    try {
      controller.enqueue(chunkOf(`${name}[${n++}]`, value));
    } catch (error) {
      stopped(error);
      throw error;
    }
  };
  return new ReadableStream({ pull, cancel: stopped }, { highWaterMark: 0 });
}
