/** What a job writes, as a stream: with the pipe's own backpressure, and nothing buffered beside it. */
import { concat } from '../shared/bytes.js';
import { errorOfStatus } from '../shared/errors.js';
import { errorCodes } from '../shared/layout.gen.js';
import { Lines } from '../shared/lines.js';
import type { Client, Fd } from './client.js';
import { givenAway } from './given-away.js';
import type { Outlet } from './streams.js';

type Chunk = Uint8Array<ArrayBuffer>;

/** Engines without byte streams get the same bytes, only not into buffers of their own. */
const type = hasByteStreams() ? 'bytes' : undefined;

function hasByteStreams(): boolean {
  try {
    return Boolean(new ReadableStream({ type: 'bytes' }));
  } catch {
    return false;
  }
}

/** The bytes that come out of a pipe: a `ReadableStream`, of bytes where the engine has such streams. Cancelling it closes
 * the pipe: its writer gets EPIPE. It can be given to another job as `stdin`, if nobody has begun to read it; then the
 * bytes go from guest to guest, and reading it here fails with `'POOL_EBADF'`.
 *
 * @example
 * ```ts
 * const cat = await pool.spawn('/cat.wasm', { stdin: 'to be or not to be' });
 * const { stdoutText } = await pool.run('/wc.wasm', { args: ['-n', '1'], stdin: cat.stdout });
 * console.log(stdoutText.includes('6  words')); // true
 * ```
 */
export class OutputStream extends ReadableStream<Uint8Array<ArrayBuffer>> {
  readonly #outlet: Outlet;
  readonly #controller: ReadableStreamController<Chunk>;
  readonly #begun: { is: boolean };
  #isGiven = false;

  /** @internal */
  static is(value: unknown): value is OutputStream {
    return typeof value === 'object' && value !== null && #outlet in value;
  }

  /** Jobs and pipes have it. @internal */
  constructor(outlet: Outlet) {
    let own!: ReadableStreamController<Chunk>;
    const begun = { is: false };
    const source = {
      type,
      start: (controller: ReadableStreamController<Chunk>): void => {
        own = controller;
      },
      pull: (controller: ReadableStreamController<Chunk>): Promise<void> => {
        begun.is = true;
        return pull(outlet, controller);
      },
      cancel: (): void => {
        begun.is = true;
        outlet.close();
      },
    };
    super(source as UnderlyingSource<Chunk>, { highWaterMark: 0 });
    this.#outlet = outlet;
    this.#controller = own;
    this.#begun = begun;
  }

  /** All that is still to come, as text in UTF-8; bytes that are not UTF-8 become U+FFFD.
   *
   * @example
   * ```ts
   * const job = await pool.spawn('/cat.wasm', { stdin: 'text' });
   * console.log(await job.stdout.text()); // text
   * ```
   */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /** All that is still to come, as JSON.
   *
   * @throws `SyntaxError` if it is not JSON.
   * @example
   * ```ts
   * const job = await pool.spawn('/cat.wasm', { stdin: '{"answer": 42}' });
   * console.log(((await job.stdout.json()) as { answer: number }).answer); // 42
   * ```
   */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  /** All that is still to come.
   *
   * @example
   * ```ts
   * const job = await pool.spawn('/cat.wasm', { stdin: 'text' });
   * console.log((await job.stdout.bytes()).length); // 4
   * ```
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Chunk[] = [];
    const reader = this.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return concat(chunks);
        chunks.push(value);
      }
    } finally {
      reader.releaseLock();
    }
  }

  /** The lines that come, as text in UTF-8, without their ends, "\n" or "\r\n"; the last may lack its end. Leaving the
   * loop early cancels the stream.
   *
   * @example
   * ```ts
   * const job = await pool.spawn('/cat.wasm', { stdin: 'one\ntwo' });
   * let length = 0;
   * for await (const line of job.stdout.lines()) length += line.length;
   * console.log(length); // 6
   * ```
   */
  async *lines(): AsyncGenerator<string, void, undefined> {
    const reader = this.getReader();
    const [decoder, lines] = [new TextDecoder(), new Lines()];
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        yield* lines.push(decoder.decode(value, { stream: true }));
      }
      yield* lines.push(decoder.decode());
      yield* lines.end();
    } finally {
      void reader.cancel().catch(() => undefined); // it is at its end, has failed, or nobody wants the rest
      reader.releaseLock();
    }
  }

  /** Why no job of this pool can be given it, in the words behind "must be"; `undefined`: one can. @internal */
  obstacle(client: Client): string | undefined {
    if (!this.#outlet.isOf(client)) return 'an output of the same pool, and is one of another pool';
    if (this.#isGiven) return 'an output that was not given to another job, and is one that was';
    if (this.locked) return 'a stream that nobody reads, and is one that is locked';
    return this.#begun.is
      ? 'an output that nobody has begun to read, and is one that was read or cancelled'
      : undefined;
  }

  /** What lives for as long as anybody can still read: the source holds it. @internal */
  get begun(): object {
    return this.#begun;
  }

  /** Gives its end to a job, or what an ended job left in it. @internal */
  take(): Fd | Uint8Array {
    const taken = this.#outlet.take();
    this.#isGiven = true;
    this.#controller.error(givenAway('output'));
    return taken;
  }
}

function requestOf(controller: ReadableStreamController<Chunk>): ReadableStreamBYOBRequest | null {
  return 'byobRequest' in controller ? controller.byobRequest : null;
}

async function pull(outlet: Outlet, controller: ReadableStreamController<Chunk>): Promise<void> {
  const look = (): Uint8Array | number => (requestOf(controller)?.view ? outlet.peek() : outlet.read());
  let bytes = look();
  if (bytes === errorCodes.POOL_EAGAIN) {
    await outlet.ready();
    bytes = look();
  }
  const request = requestOf(controller);
  if (typeof bytes === 'number') {
    outlet.close();
    if (bytes < 0) throw errorOfStatus(bytes); // its writer has failed
    controller.close();
    request?.respond(0);
  } else if (request?.view) {
    const view = new Uint8Array(request.view.buffer, request.view.byteOffset, request.view.byteLength);
    const n = Math.min(view.length, bytes.length);
    view.set(bytes.subarray(0, n));
    outlet.consume(n);
    request.respond(n);
  } else {
    controller.enqueue(bytes as Chunk); // it was read
  }
}
