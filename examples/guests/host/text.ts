// Exports that take and give texts and bytes: "bytes in exports" in pool_guest.h says how. AssemblyScript.
//
//   asc text.ts --optimize --use abort= --outFile text_assemblyscript.wasm

export function pool_alloc(size: usize): usize {
  return heap.alloc(size);
}

export function pool_free(data: usize, size: usize): void {
  heap.free(data);
}

/** A result: the address in the low 32 bits, the size in the high ones. From then on it is the caller's. */
function give(data: usize, size: usize): u64 {
  return ((<u64>size) << 32) | (<u64>data);
}

export function upper(text: usize, size: usize): u64 {
  const bytes = String.UTF8.encode(String.UTF8.decodeUnsafe(text, size).toUpperCase());
  const data = heap.alloc(bytes.byteLength);
  memory.copy(data, changetype<usize>(bytes), bytes.byteLength);
  return give(data, bytes.byteLength);
}

export function reverse(data: usize, size: usize): u64 {
  const reversed = heap.alloc(size);
  for (let i: usize = 0; i < size; i++) store<u8>(reversed + i, load<u8>(data + size - 1 - i));
  return give(reversed, size);
}

export function count(data: usize, size: usize, byte: i32): i32 {
  let n = 0;
  for (let i: usize = 0; i < size; i++) n += <i32>(load<u8>(data + i) == byte);
  return n;
}
