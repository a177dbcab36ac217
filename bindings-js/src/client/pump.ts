/** Carrying a pipe from one memory into another by messages: a sender reads an end here, a receiver writes one there. The
 * receiver gives credit for what it has written, so that no more is under way than the pipe holds. */
import type { Client, Fd } from './client.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import { Parcels, travels } from './parcels.js';

/** What both need of the client whose pipe it is. */
export type Ends = Pick<
  Client,
  'peek' | 'consume' | 'write' | 'onMove' | 'onReady' | 'isAbandoned' | 'release' | 'abort'
>;

/** Where a sender's bytes go. */
export interface SenderPort {
  bytes(bytes: Uint8Array<ArrayBuffer>): void;
  /** Nothing more comes: 0, or why its writer has failed. Not whole: it was cut before its end. */
  end(status: number, isWhole: boolean): void;
}

/** It sends in the same turn in which it is told of bytes: there may be no other while a guest computes. */
export class Sender {
  readonly #ends: Ends;
  readonly #fd: Fd;
  readonly #port: SenderPort;
  /** Buffers in which it sends. */
  readonly parcels = new Parcels();
  #credit: number;
  #isOver = false;
  #isCut = false;
  /** Nothing is in its pipe, and it is told when there is. */
  #isEmpty = false;
  /** Who sends beside its pipe. */
  beside: { flush(): void; onRoom(): void } | undefined;

  /** `window` bytes may be under way. */
  constructor(ends: Ends, fd: Fd, window: number, port: SenderPort) {
    this.#ends = ends;
    this.#fd = fd;
    this.#credit = window;
    this.#port = port;
  }

  /** Sends what there is, and what comes, until the end or until nobody wants more. */
  readonly send = (): void => {
    this.beside?.flush();
    this.#isEmpty = false;
    while (!this.#isOver) {
      const bytes = this.#peek();
      const isOpen = bytes === errorCodes.POOL_EAGAIN;
      if (typeof bytes === 'number' && !isOpen) this.#end(bytes, true);
      else if (typeof bytes !== 'number' && this.#credit > 0) this.#sendSome(bytes);
      else if (this.#isCut) this.#end(0, false);
      else if (isOpen) return this.#listen();
      else return; // for want of credit
    }
  };

  #listen(): void {
    this.#isEmpty = true;
    this.#ends.onMove(this.#fd, this.send);
  }

  #peek(): Uint8Array | number {
    try {
      return this.#ends.peek(this.#fd);
    } catch {
      return errorCodes.POOL_ESHUTDOWN;
    }
  }

  #sendSome(bytes: Uint8Array): void {
    const size = Math.min(bytes.length, this.#credit);
    const chunk = this.parcels.pack(size < bytes.length ? bytes.subarray(0, size) : bytes);
    this.#credit -= size;
    this.#ends.consume(this.#fd, size);
    this.#port.bytes(chunk);
  }

  /** How much can be sent beside its pipe; `undefined`: what is in the pipe comes first, or nothing is sent any more. */
  get room(): number | undefined {
    return this.#isOver || !this.#isEmpty ? undefined : this.#credit;
  }

  /** Takes the room for what is sent beside the pipe in a moment. */
  reserve(bytes: number): void {
    this.#credit -= bytes;
  }

  /** Sends what room was taken for. */
  ship(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#isOver) this.#port.bytes(bytes);
  }

  #end(status: number, isWhole: boolean): void {
    this.stop();
    this.#port.end(status, isWhole);
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

  /** The receiver has room again, and does not need these any more. */
  grant(bytes: number, buffers: readonly ArrayBuffer[]): void {
    const waits = this.#credit === 0;
    this.#credit += bytes;
    this.parcels.add(buffers);
    if (waits && !this.#isEmpty) this.send();
    this.beside?.onRoom();
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
    this.beside?.onRoom();
  }

  get isOver(): boolean {
    return this.#isOver;
  }
}

/** What a receiver tells its sender. */
export interface ReceiverPort {
  credit(bytes: number, buffers: ArrayBuffer[]): void;
  gone(): void;
}

/** How much may be under way in a pipe. */
export interface Window {
  readonly bytes: number;
  /** So much of a stream that flows. */
  readonly most: number;
}

/** Credit goes back when there is some of it: each time costs a message, and wakes a thread. */
export class Credit {
  readonly #first: Window;
  readonly #port: ReceiverPort;
  #window: number;
  #owed = 0;
  #buffers: ArrayBuffer[] = [];

  constructor(window: Window, port: ReceiverPort) {
    this.#first = window;
    this.#window = window.bytes;
    this.#port = port;
  }

  /** There is room for so many bytes more. Less than half of the window is kept: the sender has the rest. If the reader
   * `reads` on and on, the window grows: the two would take turns otherwise. */
  add(bytes: number, reads: boolean): void {
    this.#owed += bytes;
    if (this.#owed * 2 < this.#window) return;
    const more = reads ? Math.min(this.#window, this.#first.most - this.#window) : 0;
    const owed = this.#owed + more;
    this.#owed = 0;
    this.#window += more;
    this.#port.credit(owed, this.#buffers);
    this.#buffers = [];
  }

  /** What came has been read, and its buffer is of use to the sender. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    if (travels(bytes)) this.#buffers.push(bytes.buffer);
  }

  /** Another sender begins, with all of the first window. */
  renew(): void {
    this.#owed = 0;
    this.#window = this.#first.bytes;
    this.#buffers = [];
  }
}

/** What is done with a stream that comes from elsewhere. */
export interface Receiving {
  /** Resolves when all is where it can be read, or nobody wants it. */
  readonly over: Promise<void>;
  readonly isOver: boolean;
  begin(): void;
  take(bytes: Uint8Array<ArrayBuffer>): void;
  /** Nothing more comes. */
  end(status: number): void;
  /** In a cell: after the end more comes, from another sender: `next` has it begin. */
  follow?(next: () => void): void;
  /** On the main thread: takes nothing more. */
  cut?(): void;
  /** Looks whether the reader has gone. Its sender is to know before it gets what the guest writes after that. */
  look(): void;
  /** Closes the end. */
  stop(): void;
}

/** Writes into a pipe what comes, in the turn in which it comes if there is room. */
export class Receiver implements Receiving {
  readonly over: Promise<void>;
  readonly #ends: Ends;
  readonly #fd: Fd;
  readonly #port: ReceiverPort;
  readonly #credit: Credit;
  readonly #capacity: number;
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #done = 0;
  /** Bytes that were written. If they are more than the pipe holds, the rest was read. */
  #flowed = 0;
  #end: number | undefined;
  #next: (() => void) | undefined;
  #tellOver: () => void = () => undefined;
  #isOver = false;
  #isBusy = false;

  constructor(ends: Ends, fd: Fd, window: Window, port: ReceiverPort) {
    this.#ends = ends;
    this.#fd = fd;
    this.#port = port;
    this.#capacity = window.bytes;
    this.#credit = new Credit(window, port);
    this.over = new Promise((resolve) => (this.#tellOver = resolve));
  }

  begin(): void {
    this.#write();
  }

  /** Writes what there is, until there is no room. */
  readonly #write = (): void => {
    if (this.#isBusy) return; // what it writes may have somebody look
    this.#isBusy = true;
    try {
      while (!this.#isOver && this.#step());
    } catch {
      this.stop(); // the pool is closed
    } finally {
      this.#isBusy = false;
    }
  };

  /** False: there is nothing to do before something moves. */
  #step(): boolean {
    const [chunk] = this.#chunks;
    if (chunk) return this.#writeSome(chunk);
    if (this.#end !== undefined) this.#finish(this.#end);
    else if (this.#ends.isAbandoned(this.#fd)) this.#leave();
    else return this.#wait();
    return true;
  }

  #writeSome(chunk: Uint8Array<ArrayBuffer>): boolean {
    const n = this.#ends.write(this.#fd, chunk, this.#done);
    if (n === errorCodes.POOL_EAGAIN) return this.#wait();
    if (n < 0) this.#leave();
    else this.#count(chunk, n);
    return true;
  }

  #count(chunk: Uint8Array<ArrayBuffer>, n: number): void {
    this.#done += n;
    this.#flowed += n;
    if (this.#done === chunk.length) {
      this.#chunks.shift();
      this.#done = 0;
      this.#credit.giveBack(chunk);
    }
    this.#credit.add(n, this.#flowed > 2 * this.#capacity);
  }

  #wait(): false {
    this.#ends.onReady(this.#fd, this.#write);
    return false;
  }

  /** Who sends is told, and who was to send next. */
  #leave(): void {
    this.stop();
    this.#port.gone();
    const next = this.#next;
    this.#next = undefined;
    if (!next) return;
    next();
    this.#port.gone();
  }

  #finish(status: number): void {
    const next = status === 0 ? this.#next : undefined;
    if (next) {
      this.#next = this.#end = undefined;
      this.#flowed = 0;
      this.#credit.renew();
      return next();
    }
    if (status === 0) return this.stop();
    this.#over();
    this.#ends.abort(this.#fd);
  }

  readonly look = (): void => {
    if (!this.#isOver && this.#ends.isAbandoned(this.#fd)) this.#leave();
  };

  take(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isOver) return;
    this.#chunks.push(bytes);
    if (this.#chunks.length === 1) this.#write();
  }

  end(status: number): void {
    this.#end ??= status; // what is heard later of a cell that is gone is no news
    this.#write();
  }

  follow(next: () => void): void {
    this.#next = next;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  #over(): void {
    this.#isOver = true;
    this.#tellOver();
  }

  stop(): void {
    if (this.#isOver) return;
    this.#over();
    this.#chunks.length = 0;
    this.#ends.release(this.#fd);
  }
}

/** How much may be under way in a pipe of a capacity: as much as it holds; and of one that nobody has given a capacity, as
 * much as a pipe can hold. */
export function windowOf(capacity: number): Window {
  return { bytes: capacity || layout.POOL_PIPE_DEFAULT_BYTES, most: capacity || layout.POOL_PIPE_MAX_BYTES };
}
