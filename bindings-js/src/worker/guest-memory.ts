/** How our C code reaches a guest's memory: three wasm functions in the function table of coordinator.wasm.
 *
 * At first they are the functions below, on typed arrays that are kept. With multi-memory, a guest that goes on calling
 * gets a small module instead that copies from memory to memory; one that makes a few calls and ends does without. */
import type { Heap, Thread } from '../shared/thread.js';
import { copierBytes, trampolineBytes } from './copiers.gen.js';

const EFAULT = 21;

/** So many accesses a guest makes before it is worth a module of its own. */
const ACCESSES_BEFORE_COPIER = 64;

const noBytes: Uint8Array = new Uint8Array(0);

/** Up to here a loop is faster than making a view to copy with. */
const LOOP_BYTES = 32;

interface Accessors {
  readonly read: (from: number, to: number, size: number) => number;
  readonly write: (to: number, from: number, size: number) => number;
  readonly check: (address: number, size: number) => number;
}

const names = ['read', 'write', 'check'] as const;

export class GuestMemory {
  /** Entries of the function table. */
  readonly read: number;
  readonly write: number;
  readonly check: number;

  readonly #heap: Heap;
  readonly #table: WebAssembly.Table;
  readonly #trampolines: Accessors;
  readonly #copier: WebAssembly.Module | undefined;
  #memory: WebAssembly.Memory | undefined;
  #bytes: Uint8Array = noBytes;
  #copying = false;
  #accesses = 0;

  constructor(thread: Thread) {
    this.#heap = thread.heap;
    this.#table = thread.c.__indirect_function_table;
    this.#copier = WebAssembly.validate(copierBytes) ? new WebAssembly.Module(copierBytes) : undefined;
    this.#trampolines = new WebAssembly.Instance(new WebAssembly.Module(trampolineBytes), {
      script: {
        read: (from: number, to: number, size: number) => this.#readSlow(from >>> 0, to >>> 0, size >>> 0),
        write: (to: number, from: number, size: number) => this.#writeSlow(to >>> 0, from >>> 0, size >>> 0),
        check: (address: number, size: number) => this.#checkSlow(address >>> 0, size >>> 0),
      },
    }).exports as unknown as Accessors;
    const first = this.#table.grow(names.length);
    [this.read, this.write, this.check] = [first, first + 1, first + 2];
    this.#fill(this.#trampolines);
  }

  /** Reaches for `memory` from now on; `undefined`: for nothing, and every address is out of bounds. */
  bind(memory: WebAssembly.Memory | undefined): void {
    this.#memory = memory;
    this.#bytes = noBytes;
    this.#accesses = 0;
    if (this.#copying) this.#fill(this.#trampolines);
    this.#copying = false;
  }

  #fill(accessors: Accessors): void {
    names.forEach((name) => this.#table.set(this[name], accessors[name]));
  }

  /** Puts the copier in place of the functions below, if the engine can. */
  #speedUp(): Accessors | undefined {
    if (++this.#accesses < ACCESSES_BEFORE_COPIER || !this.#copier || !this.#memory || this.#copying) return undefined;
    try {
      const imports = { millrace: { memory: this.#heap.memory }, guest: { memory: this.#memory } };
      const copier = new WebAssembly.Instance(this.#copier, imports).exports as unknown as Accessors;
      this.#fill(copier);
      this.#copying = true;
      return copier;
    } catch {
      this.#copying = true; // a shared or 64-bit memory: the functions below do, and this is not tried again
      return undefined;
    }
  }

  /** The guest's bytes. An array goes stale when the memory grows: then its length is 0, or `end` is beyond it. */
  #view(end: number): Uint8Array {
    if (end > this.#bytes.length && this.#memory) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  #readSlow(from: number, to: number, size: number): number {
    const copier = this.#speedUp();
    if (copier) return copier.read(from, to, size);
    const guest = this.#view(from + size);
    if (from + size > guest.length) return EFAULT;
    copy(guest, from, this.#heap.u8(to + size), to, size);
    return 0;
  }

  #writeSlow(to: number, from: number, size: number): number {
    const copier = this.#speedUp();
    if (copier) return copier.write(to, from, size);
    const guest = this.#view(to + size);
    if (to + size > guest.length) return EFAULT;
    copy(this.#heap.u8(from + size), from, guest, to, size);
    return 0;
  }

  #checkSlow(address: number, size: number): number {
    const copier = this.#speedUp();
    if (copier) return copier.check(address, size);
    return address + size > this.#view(address + size).length ? EFAULT : 0;
  }
}

function copy(source: Uint8Array, from: number, target: Uint8Array, to: number, size: number): void {
  if (size > LOOP_BYTES) {
    target.set(source.subarray(from, from + size), to);
  } else {
    for (let i = 0; i < size; i++) target[to + i] = source[from + i]!;
  }
}
