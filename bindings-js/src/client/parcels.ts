/** Buffers in which bytes travel by messages. Memory that was never touched costs ten times as much as the copy into it, so those
 * who have emptied a buffer send it back. */

/** Fewer bytes are copied by the engine with the message: that costs less than handing a buffer over. */
const SMALL_BYTES = 4096;

/** As many as are under way at most. */
const KEPT = 32;

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

  /** The last one that came back, if it is of use. */
  #take(size: number): ArrayBuffer | undefined {
    const buffer = this.#free.pop();
    return buffer && buffer.byteLength >= size ? buffer : undefined;
  }

  /** Some have come back. */
  add(buffers: readonly ArrayBuffer[]): void {
    for (const buffer of buffers) if (this.#free.length < KEPT) this.#free.push(buffer);
  }
}
