// As much of WASI preview 1 as a C program asks for that only reads its standard input and writes its standard output.
// What else it imports is there and refuses.

const ENOSYS = 52;
const EBADF = 8;

/** @typedef {(fd: number, iovs: number, count: number, nOut: number) => number} FdRead */

/** Thrown to leave the guest. */
class Exit extends Error {
  /** @param {number} code */
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** A guest's memory. Views of one that has grown since are empty, and are made anew. */
class GuestMemory {
  /** @type {WebAssembly.Memory | undefined} */
  memory;
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  #refresh() {
    if (this.#bytes.length > 0 || !this.memory) return;
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#view = new DataView(this.memory.buffer);
  }

  /**
   * @param {number} address
   * @param {number} value
   */
  setU32(address, value) {
    this.#refresh();
    this.#view.setUint32(address, value, true);
  }

  /**
   * @param {number} iovs
   * @param {number} count
   * @param {number} nOut
   * @param {(part: Uint8Array) => number} move answers how much it moved
   */
  transfer(iovs, count, nOut, move) {
    this.#refresh();
    let total = 0;
    for (let i = 0; i < count; i++) {
      const address = this.#view.getUint32(iovs + 8 * i, true);
      const size = this.#view.getUint32(iovs + 8 * i + 4, true);
      if (size === 0) continue;
      const moved = move(this.#bytes.subarray(address, address + size));
      total += moved;
      if (moved < size) break;
    }
    this.#view.setUint32(nOut, total, true);
    return 0;
  }
}

/**
 * @param {WebAssembly.Module} module
 * @param {{read: (target: Uint8Array) => number, write: (source: Uint8Array) => void}} stdio `write` must copy
 * @param {(fdRead: FdRead) => any} wrapRead makes the import `fd_read` of one that never waits
 * @returns {any} the guest's exports
 */
export function linkCommand(module, stdio, wrapRead = (fdRead) => fdRead) {
  const guest = new GuestMemory();
  const known = {
    fd_read: wrapRead((fd, iovs, count, nOut) =>
      fd === 0 ? guest.transfer(iovs, Math.min(count, 1), nOut, stdio.read) : EBADF,
    ),
    /** @type {(fd: number, iovs: number, count: number, nOut: number) => number} */
    fd_write: (fd, iovs, count, nOut) =>
      guest.transfer(iovs, count, nOut, (part) => {
        if (fd === 1) stdio.write(part);
        return part.length;
      }),
    /** @type {(count: number, size: number) => number} */
    environ_sizes_get: (count, size) => {
      guest.setU32(count, 0);
      guest.setU32(size, 0);
      return 0;
    },
    environ_get: () => 0,
    /** @type {(code: number) => never} */
    proc_exit: (code) => {
      throw new Exit(code);
    },
  };
  const refused = WebAssembly.Module.imports(module).map(({ name }) => [name, () => ENOSYS]);
  const imports = { wasi_snapshot_preview1: { ...Object.fromEntries(refused), ...known } };
  const { exports } = new WebAssembly.Instance(module, /** @type {WebAssembly.Imports} */ (imports));
  guest.memory = /** @type {WebAssembly.Memory} */ (exports.memory);
  return exports;
}

/**
 * @param {unknown} thrown by a guest
 * @returns {number} its exit code, if that is what it means
 */
export function codeOf(thrown) {
  if (thrown instanceof Exit) return thrown.code;
  throw thrown;
}

/**
 * Runs a command to its end, in a thread that may block.
 *
 * @param {WebAssembly.Module} module
 * @param {{read: (target: Uint8Array) => number, write: (source: Uint8Array) => void}} stdio
 * @returns {number} its exit code
 */
export function runCommand(module, stdio) {
  try {
    linkCommand(module, stdio)._start();
    return 0;
  } catch (thrown) {
    return codeOf(thrown);
  }
}
