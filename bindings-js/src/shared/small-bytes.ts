/** A few bytes in a message. An engine takes several times as long for a buffer as for text, so few bytes go as the characters
 * of their numbers. */

const MOST = 256;

/** From so many on it is worth handing over. */
const LARGE_BYTES = 4096;

export type SmallBytes = string | Uint8Array<ArrayBuffer>;

/** Bytes as they go into a message. They stay their owner's. */
export function enclose(bytes: Uint8Array): SmallBytes {
  if (bytes.length > MOST) return new Uint8Array(bytes);
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** The bytes in a message. */
export function disclose(enclosed: SmallBytes): Uint8Array<ArrayBuffer> {
  if (typeof enclosed !== 'string') return enclosed;
  const bytes = new Uint8Array(enclosed.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = enclosed.charCodeAt(i);
  return bytes;
}

/** Buffers to be handed over with them. */
export function buffersOf(enclosed: SmallBytes): ArrayBuffer[] {
  return typeof enclosed === 'string' || enclosed.length < LARGE_BYTES ? [] : [enclosed.buffer];
}
