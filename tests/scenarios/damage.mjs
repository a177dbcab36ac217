// Damages a pipe, in the shared memory of a pool: what a program error would do, and what no guest can.
import { bytes, until } from './harness.mjs';

const LINE_BYTES = 64;
/** A pipe's counters are within so many words of where its ring is told. */
const PIPE_WORDS = 48;

/** Calls `use` with a function that gives the shared memory which was made last. */
export async function watchingMemory(use) {
  const { Memory } = WebAssembly;
  let last;
  WebAssembly.Memory = new Proxy(Memory, {
    construct: (target, args) => (args[0].shared ? (last = new target(...args)) : new target(...args)),
  });
  try {
    await use(() => last);
  } finally {
    WebAssembly.Memory = Memory;
  }
}

/** Waits until a pipe of that capacity has carried `written`, its first bytes, and its reader has had them, and damages its
 * counters: more was read than was written. */
export async function damagePipe(memory, { capacity, written }) {
  const first = bytes(written);
  let head;
  await until(() => (head = findHead(new Uint32Array(memory.buffer), capacity, first)));
  Atomics.add(new Uint32Array(memory.buffer), head, 1);
}

/** Where the pipe counts what was read, if that is all of `first`. */
function findHead(words, capacity, first) {
  const counters = placesOf(new Uint8Array(words.buffer), first).flatMap((ring) => {
    const pipe = placesOf(words, [ring, capacity], 1)[0] ?? words.length;
    return [...words.subarray(pipe, pipe + PIPE_WORDS).keys()].map((i) => pipe + i);
  });
  const [tail, head] = counters.filter((i) => words[i] === first.length);
  return tail && head;
}

/** Every index at which these elements are, in steps of so many. */
function placesOf(array, first, step = LINE_BYTES) {
  const found = [];
  for (let at = 0; at + first.length <= array.length; at += step) {
    if (first.every((element, i) => array[at + i] === element)) found.push(at);
  }
  return found;
}
