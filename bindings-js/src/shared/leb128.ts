/** Numbers of WebAssembly's binary format. */

/** An unsigned number of 5 bytes at most, and where it ends; `undefined`: there is none. */
export function leb128(bytes: Uint8Array, begin: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[begin + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: begin + i + 1 };
  }
  return undefined;
}
