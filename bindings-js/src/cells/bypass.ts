/** What the page writes for a guest goes to its cell without a way through the pipe, once that is empty. Large writes that follow
 * each other in one turn go in one message: each costs as much as the bytes in it. */
import { errorCodes } from '../shared/layout.gen.js';
import { macrotask } from '../platform/scope.js';
import type { Sender } from '../client/pump.js';
import type { CellLink } from './cell-link.js';

/** A write of so many bytes is one of many, perhaps. */
const LARGE_BYTES = 16 << 10;

/** What goes in one message. */
const BOX_BYTES = 256 << 10;

export class Bypass {
  readonly #sender: Sender;
  readonly #cell: CellLink;
  readonly #nudge: () => void;
  #waits = false;
  /** Until the next turn, writes are gathered. */
  #isGathering = false;
  #box: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  /** `nudge` has the writer look. */
  constructor(sender: Sender, cell: CellLink, nudge: () => void) {
    this.#sender = sender;
    this.#cell = cell;
    this.#nudge = nudge;
    sender.beside = this;
  }

  /** Sends some of `bytes`, from `offset` on: how much. EAGAIN: there is no room, and `nudge` is called when there is.
   * `undefined`: it has to be written into the pipe. */
  write(bytes: Uint8Array, offset: number): number | undefined {
    const { room } = this.#sender;
    if (room === undefined) return undefined;
    if (room === 0) {
      this.flush();
      this.#waits = true;
      return errorCodes.POOL_EAGAIN;
    }
    const size = Math.min(bytes.length - offset, room);
    this.#sender.reserve(size);
    const piece = bytes.subarray(offset, offset + size);
    if (this.#isGathering) this.#gather(piece, room === size);
    else this.#send(piece);
    return size;
  }

  #send(piece: Uint8Array): void {
    const { length } = piece;
    this.#sender.ship(this.#sender.parcels.pack(piece));
    if (length < LARGE_BYTES) return;
    this.#isGathering = true;
    void macrotask().then(() => {
      this.#isGathering = false;
      this.flush();
    });
  }

  #gather(piece: Uint8Array, isLast: boolean): void {
    for (let done = 0; done < piece.length;) {
      const box = (this.#box ??= this.#open());
      const part = piece.subarray(done, done + box.length - this.#filled);
      box.set(part, this.#filled);
      this.#filled += part.length;
      done += part.length;
      if (this.#filled === box.length) this.flush();
    }
    if (isLast) this.flush();
  }

  #open(): Uint8Array<ArrayBuffer> {
    this.#cell.gathering.add(this);
    return this.#sender.parcels.open(BOX_BYTES);
  }

  /** Sends what was gathered. */
  flush(): void {
    const box = this.#box;
    if (!box) return;
    this.#cell.gathering.delete(this);
    const filled = box.subarray(0, this.#filled);
    this.#box = undefined;
    this.#filled = 0;
    this.#sender.ship(filled);
  }

  /** There may be room again, or nobody who reads. */
  onRoom(): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.#nudge();
  }
}
