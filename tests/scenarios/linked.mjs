// A module for importsFrom: its functions run in the worker, beside the guest.

const decoder = new TextDecoder();
let loaded = 0;

export default function link({ memory, call }) {
  loaded++;
  const text = (at, size) => decoder.decode(new Uint8Array(memory.buffer).slice(at, at + size));
  return {
    env: {
      i32: (value) => value + 1,
      i64: (value) => BigInt.asIntN(64, value * 2n),
      f32: (value) => value / 2,
      f64: () => loaded,
      all: (a, b, c, d) => [d, c, b, a],
      none: () => undefined,
      log: (at, size) => void call('log', text(at, size)),
    },
  };
}
