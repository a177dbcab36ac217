/** All that a job writes to one of its outputs, as it comes. */
import { concat } from '../shared/bytes.js';
import { errorOfStatus, type PoolError } from '../shared/errors.js';
import { type Client, EAGAIN, type Fd } from './client.js';

/** Why there is less than was written. */
export interface Shortage {
  /** There are more bytes than were to be read. */
  onLimit(): void;
  /** The rest cannot be read. */
  onLost(cause: PoolError): void;
}

/** Reads an output to its end, or `limit` bytes of it, and closes the end. Most outputs are small and at their end when
 * their job is, so nothing here makes a promise unless somebody has to wait. */
export class Collector {
  readonly #client: Client;
  readonly #fd: Fd;
  readonly #shortage: Shortage;
  #chunks: Uint8Array<ArrayBuffer>[] | undefined;
  #left: number;
  /** Whether there is nothing more to come. */
  isOver: boolean;
  #listens = false;
  #onOver: ((error?: Error) => void) | undefined;

  /** `fd` is the end to read; 0: there is none, and nothing comes. */
  constructor(client: Client, fd: Fd, limit: number, shortage: Shortage) {
    this.#client = client;
    this.#fd = fd;
    this.isOver = fd === 0;
    this.#shortage = shortage;
    this.#left = limit;
    this.take();
  }

  /** Takes what is there. Whoever knows that more has come may call it; it listens by itself, too. */
  take(): void {
    try {
      this.#takeAll();
    } catch (error) {
      this.#onOver?.(error as Error); // the pool is closed
    }
  }

  #takeAll(): void {
    while (!this.isOver) {
      const bytes = this.#client.read(this.#fd);
      if (bytes === EAGAIN) return this.#listen();
      if (typeof bytes === 'number') this.#end(bytes);
      else this.#put(bytes);
    }
  }

  /** What was read until now. */
  get collected(): Uint8Array<ArrayBuffer> {
    return this.#chunks ? concat(this.#chunks) : new Uint8Array(0);
  }

  /** All of it. Rejects when the pool is closed before. */
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      this.#onOver = (error) => (error ? reject(error) : resolve(this.collected));
      if (this.isOver) return this.#onOver();
      this.take(); // the pool may be closed already, and tells nobody any more
    });
  }

  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    this.#client.onMove(this.#fd, this);
  }

  /** The client has heard of the end. */
  hear(): void {
    this.#listens = false;
    this.take();
  }

  #put(bytes: Uint8Array<ArrayBuffer>): void {
    const isTooMuch = bytes.length > this.#left;
    (this.#chunks ??= []).push(isTooMuch ? bytes.slice(0, this.#left) : bytes);
    this.#left -= bytes.length;
    if (!isTooMuch) return;
    this.#end(0);
    this.#shortage.onLimit();
  }

  #end(status: number): void {
    this.isOver = true;
    this.#client.release(this.#fd);
    if (status < 0) this.#shortage.onLost(errorOfStatus(status));
    this.#onOver?.();
  }
}
