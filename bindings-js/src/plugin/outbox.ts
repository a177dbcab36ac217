/** What is to be written to a guest: in order, and as fast as it reads. */

/** One message. */
export interface Parcel {
  /** It, without the end of its line. */
  readonly text: string;
  /** It has been written. */
  onSent?(): void;
}

/** So much is put together before it is written: each piece wakes the guest. */
const PIECE_CHARS = 65_536;

const encoder = new TextEncoder();

export class Outbox<P extends Parcel> {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #queue = new Set<P>();
  readonly #onIdle: () => void;
  readonly #onFailure: () => void;
  /** What is on its way. */
  sending: readonly P[] = [];
  #isWriting = false;
  #isClosed = false;

  /** `onIdle` is called whenever all has been written; `onFailure` once, if the guest takes no more. */
  constructor(stream: WritableStream<Uint8Array>, onIdle: () => void, onFailure: () => void) {
    this.#writer = stream.getWriter();
    this.#writer.closed.catch(() => undefined); // who writes hears of it
    this.#onIdle = onIdle;
    this.#onFailure = onFailure;
  }

  get isIdle(): boolean {
    return !this.#isWriting;
  }

  /** What is put here in one go is written in one go. */
  add(parcel: P): void {
    this.#queue.add(parcel);
    if (this.#isWriting || this.#isClosed) return;
    this.#isWriting = true;
    queueMicrotask(() => void this.#write());
  }

  /** Takes one back. False: it is on its way. */
  drop(parcel: P): boolean {
    return this.#queue.delete(parcel);
  }

  /** Ends the guest's input: what has not been written will not be. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.close().catch(() => undefined); // the guest may have ended
  }

  /** Takes all back that is not on its way. */
  takeAll(): P[] {
    const all = [...this.#queue];
    this.#queue.clear();
    return all;
  }

  async #write(): Promise<void> {
    try {
      while (this.#queue.size > 0 && !this.#isClosed) {
        this.sending = this.#gather();
        await this.#writer.write(encoder.encode(`${this.sending.map(({ text }) => text).join('\n')}\n`));
        for (const parcel of this.sending) parcel.onSent?.();
        this.sending = [];
      }
    } catch {
      this.#isClosed = true;
      return this.#onFailure();
    }
    this.#isWriting = false;
    this.#onIdle();
  }

  #gather(): P[] {
    const parcels: P[] = [];
    let size = 0;
    for (const parcel of this.#queue) {
      this.#queue.delete(parcel);
      parcels.push(parcel);
      size += parcel.text.length;
      if (size >= PIECE_CHARS) break;
    }
    return parcels;
  }
}
