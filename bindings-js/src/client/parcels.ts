/** Buffers in which bytes travel by messages. Memory that was never touched costs ten times as much as the copy into it, so those
 * who have emptied a buffer send it back. */

/** Fewer bytes are copied by the engine with the message: that costs less than handing a buffer over. */
const SMALL_BYTES = 4096;

/** As many as come back at once. */
const KEPT = 8;

/** Whether a message's buffer is handed over. */
export function travels(bytes: Uint8Array): boolean {
  return bytes.buffer.byteLength >= SMALL_BYTES;
}

export class Parcels {
  readonly #free: ArrayBuffer[] = [];

  /** A copy of bytes in a buffer that can be handed over; in one of their own size if they are few. */
  pack(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const buffer = bytes.length < SMALL_BYTES ? undefined : this.#take(bytes.length);
    if (!buffer) return new Uint8Array(bytes);
    const parcel = new Uint8Array(buffer, 0, bytes.length);
    parcel.set(bytes);
    return parcel;
  }

  /** An empty one of so many bytes or more. */
  open(size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#take(size) ?? new ArrayBuffer(size));
  }

  /** One that came back, if it is of use. */
  #take(size: number): ArrayBuffer | undefined {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= size && byteLength <= 2 * size);
    return at < 0 ? undefined : this.#free.splice(at, 1)[0];
  }

  /** Some have come back. */
  add(buffers: readonly ArrayBuffer[]): void {
    this.#free.push(...buffers);
    if (this.#free.length > KEPT) this.#free.splice(0, this.#free.length - KEPT);
  }
}
