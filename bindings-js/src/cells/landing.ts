/** Where what a cell sends of a stream waits for who reads it on the main thread: as it came, without a way through a pipe's
 * ring. Credit goes back for what is read, so no more is here than the pipe holds. */
import type { Fd } from '../client/client.js';
import { Credit, type Ends, type ReceiverPort, type Receiving, type Window } from '../client/pump.js';

export class Landing implements Receiving {
  readonly over: Promise<void>;
  /** Nothing is in the pipe any more, or ever will be. */
  isAlone = false;
  readonly #ends: Ends;
  readonly #fd: Fd;
  readonly #port: ReceiverPort;
  readonly #credit: Credit;
  readonly #nudge: () => void;
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #tellOver: () => void = () => undefined;
  #isOver = false;

  /** `fd` is the pipe's write end, which tells its reader of the end; `nudge` has him look. */
  constructor(ends: Ends, fd: Fd, window: Window, port: ReceiverPort, nudge: () => void) {
    this.#ends = ends;
    this.#fd = fd;
    this.#port = port;
    this.#credit = new Credit(window, port);
    this.#nudge = nudge;
    this.over = new Promise((resolve) => (this.#tellOver = resolve));
  }

  begin(): void {
    this.look();
  }

  take(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isOver) return;
    this.#chunks.push(bytes);
    this.#nudge();
  }

  end(status: number): void {
    if (this.#isOver) return;
    if (status === 0) return this.stop();
    this.#end();
    this.#ends.abort(this.#fd);
  }

  /** All that has come is here; the cell may have more, which nobody takes. */
  cut(): void {
    if (!this.#isOver) this.#leave();
  }

  look(): void {
    if (!this.#isOver && this.#ends.isAbandoned(this.#fd)) this.#leave();
  }

  #leave(): void {
    this.stop();
    this.#port.gone();
  }

  stop(): void {
    if (this.#isOver) return;
    this.#end();
    this.#ends.release(this.#fd);
  }

  #end(): void {
    this.#isOver = true;
    this.#tellOver();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What comes next; `undefined`: nothing is here. */
  get first(): Uint8Array<ArrayBuffer> | undefined {
    return this.#chunks[0];
  }

  /** So much of the first was copied out of it. */
  consume(size: number): void {
    const first = this.#chunks[0]!;
    if (size < first.length) this.#chunks[0] = first.subarray(size);
    else this.#credit.giveBack(this.#chunks.shift()!);
    this.#count(size);
  }

  /** The first, in a buffer that is the reader's. */
  read(): Uint8Array<ArrayBuffer> {
    const first = this.#chunks.shift()!;
    const size = first.length;
    const isWhole = size === first.buffer.byteLength;
    const chunk = isWhole ? first : first.slice();
    if (!isWhole) this.#credit.giveBack(first);
    this.#count(size);
    return chunk;
  }

  #count(size: number): void {
    if (!this.#isOver) this.#credit.add(size, this.#chunks.length === 0);
  }
}
