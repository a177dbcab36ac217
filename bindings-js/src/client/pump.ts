/** Carrying a pipe from one memory into another by messages: a sender reads an end here, a receiver writes one there. The
 * receiver gives credit for what it has written, so that no more is under way than the pipe holds. */
import type { Client, Fd } from './client.js';
import { errorCodes, layout } from '../shared/layout.gen.js';

/** What both need of the client whose pipe it is. */
export type Ends = Pick<
  Client,
  'peek' | 'consume' | 'write' | 'onMove' | 'ready' | 'isAbandoned' | 'release' | 'abort'
>;

/** A promise to be resolved once. */
class News {
  #tell: () => void = () => undefined;
  promise = Promise.resolve();

  constructor() {
    this.renew();
  }

  renew(): void {
    this.promise = new Promise((resolve) => (this.#tell = resolve));
  }

  tell(): void {
    this.#tell();
  }
}

/** Where a sender's bytes go. */
export interface SenderPort {
  bytes(bytes: Uint8Array<ArrayBuffer>): void;
  /** Nothing more comes: 0, or why its writer has failed. */
  end(status: number): void;
}

/** It sends in the same turn in which it is told of bytes: there may be no other while a guest computes. */
export class Sender {
  readonly #ends: Ends;
  readonly #fd: Fd;
  readonly #port: SenderPort;
  #credit: number;
  #isOver = false;
  #isCut = false;

  /** `window` bytes may be under way. */
  constructor(ends: Ends, fd: Fd, window: number, port: SenderPort) {
    this.#ends = ends;
    this.#fd = fd;
    this.#credit = window;
    this.#port = port;
  }

  /** Sends what there is, and what comes, until the end or until nobody wants more. */
  readonly send = (): void => {
    while (!this.#isOver) {
      const bytes = this.#peek();
      if (typeof bytes !== 'number' && this.#credit > 0) this.#sendSome(bytes);
      else if (this.#isCut) this.#end(0);
      else if (typeof bytes !== 'number')
        return; // for want of credit
      else if (bytes === errorCodes.POOL_EAGAIN) return this.#ends.onMove(this.#fd, this.send);
      else this.#end(bytes);
    }
  };

  #peek(): Uint8Array | number {
    try {
      return this.#ends.peek(this.#fd);
    } catch {
      return errorCodes.POOL_ESHUTDOWN;
    }
  }

  #sendSome(bytes: Uint8Array): void {
    const chunk = bytes.slice(0, this.#credit);
    this.#credit -= chunk.length;
    this.#ends.consume(this.#fd, chunk.length);
    this.#port.bytes(chunk);
  }

  #end(status: number): void {
    this.stop();
    this.#port.end(status);
  }

  /** Another receiver takes it from now on, who has so much room. */
  renew(window: number): void {
    this.#credit = window;
    this.send();
  }

  /** Sends all, whatever room there is: who wrote it has ended, and it is no more than its pipe holds. */
  flush(): void {
    this.renew(Infinity);
  }

  /** The receiver has room again. */
  grant(bytes: number): void {
    const waits = this.#credit === 0;
    this.#credit += bytes;
    if (waits) this.send();
  }

  /** Sends only what can be sent at once. */
  cut(): void {
    this.#isCut = true;
    this.send();
  }

  /** Nobody reads any more: the writer gets EPIPE. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ends.release(this.#fd);
  }

  get isOver(): boolean {
    return this.#isOver;
  }
}

/** What a receiver tells its sender. */
export interface ReceiverPort {
  credit(bytes: number): void;
  gone(): void;
}

export class Receiver {
  readonly #ends: Ends;
  readonly #fd: Fd;
  readonly #port: ReceiverPort;
  readonly #news = new News();
  readonly #chunks: Uint8Array[] = [];
  #done = 0;
  #turns = 0;
  #end: number | undefined;
  #next: (() => void) | undefined;
  #isOver = false;
  #isCut = false;

  constructor(ends: Ends, fd: Fd, port: ReceiverPort) {
    this.#ends = ends;
    this.#fd = fd;
    this.#port = port;
  }

  /** Writes until the end, or until the reader has gone. */
  async run(): Promise<void> {
    while (!this.#isOver) {
      const [chunk] = this.#chunks;
      if (chunk) await this.#write(chunk);
      else if (this.#end !== undefined) this.#finish(this.#end);
      else if (this.#isCut) this.stop();
      else if (this.#ends.isAbandoned(this.#fd)) this.#leave();
      else await this.#wait();
    }
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const n = this.#ends.write(this.#fd, chunk, this.#done);
    if (n === errorCodes.POOL_EAGAIN) {
      if (this.#isCut) return this.stop();
      return this.#wait();
    }
    if (n < 0) return this.#leave();
    this.#done += n;
    if (this.#done < chunk.length) return;
    this.#chunks.shift();
    this.#done = 0;
    this.#port.credit(chunk.length);
  }

  #wait(): Promise<void> {
    const turn = ++this.#turns;
    const first = (): void => {
      if (turn === this.#turns) this.look(); // else it waits anew, and looking would undo that
    };
    this.#news.renew();
    return Promise.race([this.#ends.ready(this.#fd, first).catch(() => this.stop()), this.#news.promise]);
  }

  #leave(): void {
    this.stop();
    this.#port.gone();
  }

  #finish(status: number): void {
    const next = status === 0 ? this.#next : undefined;
    if (next) {
      this.#next = this.#end = undefined;
      return next();
    }
    if (status === 0) return this.stop();
    this.#isOver = true;
    this.#ends.abort(this.#fd);
  }

  /** Looks whether the reader has gone. Its sender is to know before it gets what the guest writes after that. */
  readonly look = (): void => {
    if (!this.#isOver && this.#ends.isAbandoned(this.#fd)) this.#leave();
  };

  take(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#news.tell();
  }

  /** Nothing more comes. */
  end(status: number): void {
    this.#end = status;
    this.#news.tell();
  }

  /** After the end more comes, from another sender: `next` has it begin. */
  follow(next: () => void): void {
    this.#next = next;
  }

  /** Writes only what can be written at once. */
  cut(): void {
    this.#isCut = true;
    this.#news.tell();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Closes the end. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chunks.length = 0;
    this.#ends.release(this.#fd);
    this.#news.tell();
  }
}

/** How much may be under way in a pipe of a capacity. */
export function windowOf(capacity: number): number {
  return capacity || layout.POOL_PIPE_DEFAULT_BYTES;
}
