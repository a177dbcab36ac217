/** Web Streams over the ends of pipes, with the pipe's own backpressure and nothing buffered beside it. */
import { concat } from '../shared/bytes.js';
import { errorOfStatus, PoolError } from '../shared/errors.js';
import { invalid } from '../shared/gate.js';
import { errorCodes } from '../shared/layout.gen.js';
import { macrotask } from '../platform/scope.js';
import { onAbort } from './abort.js';
import { type Client, EAGAIN, type Fd } from './client.js';
import { givenAway } from './given-away.js';
import { bytesOfChunk } from './input.js';
import type { Source } from './source.js';

const nothing = new Uint8Array();

/** Frees what a stream that nobody holds any more had: an input ends, and what comes out is discarded. Register what the
 * stream's own source or sink holds, and not the stream: in WebKit neither a writer nor a reader nor a `pipeTo` under way
 * keeps the object that callers were given. */
export const dropped = new FinalizationRegistry<() => void>((free) => free());

/** The end of a pipe that a job writes, in the hands of whoever reads it. */
export class Outlet {
  readonly #client: Client;
  readonly #fd: Fd;
  #open: boolean;
  /** What an ended job left unread. */
  #rest = nothing;
  /** How it ended: 0, with all that was written, or the status that says why not. */
  #end = 0;

  constructor(client: Client, fd: Fd) {
    this.#client = client;
    this.#fd = fd;
    this.#open = fd !== 0;
  }

  /** The bytes that can be read now, most of the time still in shared memory; a number: EAGAIN, or the end, which is 0 or
   * the status that says why there is no more although more was written. */
  peek(): Uint8Array | number {
    if (this.#rest.length > 0) return this.#rest;
    if (!this.#open) return this.#end;
    return this.#noted(this.#client.peek(this.#fd));
  }

  #noted<T extends Uint8Array>(now: T | number): T | number {
    if (typeof now === 'number' && now !== EAGAIN) this.#end = now;
    return now;
  }

  /** The same in a buffer that is the caller's, and consumed. */
  read(): Uint8Array<ArrayBuffer> | number {
    const rest = this.#rest;
    this.#rest = nothing;
    if (rest.length > 0) return rest;
    return this.#open ? this.#noted(this.#client.read(this.#fd)) : this.#end;
  }

  consume(size: number): void {
    if (this.#rest.length > 0) this.#rest = this.#rest.subarray(size);
    else this.#client.consume(this.#fd, size);
  }

  /** Waits until `peek` gives bytes or the end. Look with it afterwards: when the job ends, its bytes move. */
  async ready(): Promise<void> {
    while (this.peek() === EAGAIN) await this.#client.ready(this.#fd);
  }

  /** The same once, by a call, perhaps for no reason. */
  onMove(listener: () => void): void {
    this.#client.onMove(this.#fd, listener);
  }

  /** Whether it is an end of this client's pool. */
  isOf(client: Client): boolean {
    return this.#client === client;
  }

  /** Gives the end away, which is somebody else's from now on, and here as good as closed; or the bytes that an ended job
   * left, all that is still to come. */
  take(): Fd | Uint8Array {
    const rest = this.#rest;
    this.#rest = nothing;
    if (!this.#open) return rest;
    this.#open = false;
    return this.#fd;
  }

  /** Reads no more: the writer gets EPIPE. */
  close(): void {
    this.#rest = nothing;
    if (!this.#open) return;
    this.#open = false;
    this.#client.release(this.#fd);
  }

  /** The job has ended, and nothing more comes. What it left unread moves over here, so that no ended job keeps a pipe and
   * its memory from others, whoever reads it when. */
  onJobEnd(): void {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (let bytes = this.read(); typeof bytes !== 'number'; bytes = this.read()) chunks.push(bytes);
    if (this.peek() !== EAGAIN) this.close(); // or its writer has not ended: the pool has died
    this.#rest = concat(chunks);
  }

  /** Discards all that is still to come: nobody can read it, and its writer shall not wait for that. */
  async discard(): Promise<void> {
    for (let bytes = this.peek(); typeof bytes !== 'number' || bytes === EAGAIN; bytes = this.peek()) {
      if (typeof bytes === 'number') await this.ready();
      else this.consume(bytes.length);
    }
    this.close();
  }
}

const NOT_PIPED = "the job's stdin is not piped: it has the one that spawn was given";

/** The end of a pipe that a job reads, in the hands of whoever writes it. */
export class Inlet {
  readonly #client: Client;
  readonly #fd: Fd;
  #open: boolean;
  #idle = false;
  #watching = false;

  constructor(client: Client, fd: Fd) {
    this.#client = client;
    this.#fd = fd;
    this.#open = fd !== 0;
  }

  /** Writes all of `bytes`, waiting whenever the pipe is full: `waiting` is given each wait, and gives it back. Rejects
   * with EPIPE once the reader is gone, and with POOL_EINVAL if the bytes went away meanwhile. */
  async write(bytes: Uint8Array, waiting = (room: Promise<void>): Promise<void> => room): Promise<void> {
    const size = bytes.length;
    for (let done = 0; done < size || !this.#open;) {
      if (bytes.length !== size)
        throw invalid('a chunk lost its bytes while it was written: its buffer was transferred');
      const n = this.#open ? this.#client.write(this.#fd, bytes, done) : errorCodes.POOL_EPIPE;
      if (n > 0) done += n;
      else if (n === EAGAIN) await waiting(this.#client.ready(this.#fd));
      else throw errorOfStatus(n);
    }
  }

  /** Whether it is an end of this client's pool. */
  isOf(client: Client): boolean {
    return this.#client === client;
  }

  /** Whether somebody may still read what is written. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Gives the end away, which is somebody else's from now on, and here as good as closed. */
  take(): Fd {
    this.#open = false;
    return this.#fd;
  }

  /** Whether there is a pipe: not if the job got its stdin from elsewhere. */
  get isPiped(): boolean {
    return this.#fd !== 0;
  }

  /** What a write is told when nobody can read it. */
  goneError(): PoolError {
    return this.isPiped ? errorOfStatus(errorCodes.POOL_EPIPE) : new PoolError('POOL_EBADF', NOT_PIPED);
  }

  /** The reader finds the end of file. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#client.release(this.#fd);
  }

  /** The reader finds EIO behind what was written. */
  abort(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#client.abort(this.#fd);
  }

  /** Calls `listener` if the reader goes, until the function that this returns is called. For who does not write. */
  watch(listener: () => void): () => void {
    this.#idle = true;
    if (!this.#watching) void this.#watch(listener);
    return () => {
      this.#idle = false;
    };
  }

  async #watch(listener: () => void): Promise<void> {
    this.#watching = true;
    try {
      while (this.#idle && this.#open) {
        if (this.#client.isAbandoned(this.#fd)) return listener();
        await this.#client.ready(this.#fd);
      }
    } catch {
      return listener(); // the pool is closed
    } finally {
      this.#watching = false;
    }
  }
}

/** A source that has something at once each time must not keep the event loop from its turn for longer. */
const FEED_TURN_MS = 5;

/** Writes all of a source and then end of file, for as long as there is a reader, and lets the source go when there is
 * none. What becomes of a source that fails, `onFailure` decides. */
export async function feed(inlet: Inlet, source: Source, onFailure: (error: unknown) => void): Promise<void> {
  const onGone = (): void => source.cancel(errorOfStatus(errorCodes.POOL_EPIPE));
  try {
    for (let begin = performance.now(); ;) {
      const now = source.next();
      const chunk = now instanceof Promise ? await now.finally(inlet.watch(onGone)) : now;
      if (!chunk) return inlet.close();
      await inlet.write(chunk);
      if (performance.now() - begin < FEED_TURN_MS) continue;
      await macrotask();
      begin = performance.now();
    }
  } catch (error) {
    source.cancel(error);
    if (isGone(error)) inlet.close();
    else onFailure(error);
  }
}

/** Whether an error of a write says that there is no reader, and no more. */
export function isGone(error: unknown): boolean {
  return error instanceof PoolError && (error.code === 'POOL_EPIPE' || error.code === 'POOL_ESHUTDOWN');
}

/** How a stream into an end ends with its job. The stream and its writer know this, and it knows neither of them: WebKit
 * never collects a stream that its own writer leads back to. */
class Ending {
  /** Set when the stream starts. */
  controller!: WritableStreamDefaultController;
  readonly #inlet: Inlet;
  #error: PoolError | undefined;

  constructor(inlet: Inlet) {
    this.#inlet = inlet;
  }

  /** The job has ended, or has got another stdin. Only a stream that has failed tells that to whoever pipes into it and has
   * nothing to write perhaps for ever, before he begins or later, and to whoever waits for a writer's `closed`. */
  end(error = this.#inlet.goneError()): void {
    this.#error = error;
    this.controller.error(error);
  }

  /** Closes, unless the job has ended: closing what has ended is no error. */
  async close(close: () => Promise<void>): Promise<void> {
    if (this.#error) return;
    try {
      await close();
    } catch (error) {
      if (error !== this.#error) throw error;
    }
  }
}

/** A writer that can be closed after the job has ended. */
class InletWriter extends WritableStreamDefaultWriter<Uint8Array> {
  #ending: Ending | undefined;

  constructor(stream: WritableStream<Uint8Array>, ending: Ending) {
    super(stream);
    this.#ending = ending;
  }

  override close(): Promise<void> {
    return this.#ending ? this.#ending.close(() => super.close()) : super.close();
  }

  override releaseLock(): void {
    super.releaseLock();
    this.#ending = undefined;
  }
}

/** A stream into an end. Closing it is end of file to the reader; after the reader is gone, writing is EPIPE. */
export class InletStream extends WritableStream<Uint8Array> {
  readonly #ending: Ending;
  readonly #inlet: Inlet;

  static is(value: unknown): value is InletStream {
    return typeof value === 'object' && value !== null && #inlet in value;
  }

  /** `onFailure` is told when what was to be written could not be had: the stream was aborted, or given no bytes. */
  constructor(inlet: Inlet, onFailure: (error: unknown) => void) {
    const ending = new Ending(inlet);
    const fail = (error: unknown): void => {
      inlet.abort();
      if (inlet.isPiped) onFailure(error);
    };
    // An abort counts at once, and the sink hears of it only when no write waits. Nobody listens for longer than that:
    // in some engines a signal that has a listener lives for ever, and its stream with it.
    const waiting = async (room: Promise<void>): Promise<void> => {
      const { signal } = ending.controller;
      const onAborted = (): void => fail(signal.reason);
      if (signal.aborted) onAborted();
      await room.finally(onAbort(signal, onAborted));
    };
    super({
      start: (controller) => {
        ending.controller = controller;
      },
      write: async (chunk) => {
        if (!inlet.isPiped) throw inlet.goneError();
        try {
          await inlet.write(bytesOfChunk('chunk', chunk), waiting);
        } catch (error) {
          if (isGone(error))
            inlet.close(); // nobody closes or aborts a stream that has failed
          else fail(error);
          throw error;
        }
      },
      close: () => inlet.close(),
      abort: fail,
    });
    this.#inlet = inlet;
    this.#ending = ending;
  }

  override getWriter(): WritableStreamDefaultWriter<Uint8Array> {
    return new InletWriter(this, this.#ending);
  }

  override close(): Promise<void> {
    return this.locked ? super.close() : this.#ending.close(() => super.close());
  }

  /** What lives for as long as anybody can still write, and can be told that the job has ended. */
  get ending(): Ending {
    return this.#ending;
  }

  /** Why no job of this pool can be given it, in the words behind "must be"; `undefined`: one can. */
  obstacle(client: Client): string | undefined {
    if (!this.#inlet.isOf(client)) return 'an end of a pipe of the same pool, and is one of another pool';
    if (this.locked) return 'a stream that nobody writes, and is one that is locked';
    return this.#inlet.isOpen ? undefined : 'an end of a pipe that is open, and is one that is closed, or given away';
  }

  /** Gives its end to a job. */
  take(): Fd {
    const fd = this.#inlet.take();
    this.#ending.end(givenAway('input'));
    return fd;
  }
}
