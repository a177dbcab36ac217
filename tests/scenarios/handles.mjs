// Directory handles to test with: the browser's own where it has some that can be written, and a stand-in elsewhere.

/** As much of a FileSystemFileHandle as a page uses. */
class MemoryFile {
  kind = 'file';
  #data = new Blob();

  async getFile() {
    return this.#data;
  }

  async createWritable() {
    let bytes = new Uint8Array();
    const truncate = async (size) => {
      const had = bytes;
      bytes = new Uint8Array(size);
      bytes.set(had.subarray(0, size));
    };
    const write = async (given) => {
      const { position, data } = given.type === 'write' ? given : { position: bytes.length, data: given };
      const added = new Uint8Array(await new Blob([data]).arrayBuffer());
      if (bytes.length < position + added.length) await truncate(position + added.length);
      bytes.set(added, position);
    };
    return { write, truncate, abort: async () => undefined, close: async () => void (this.#data = new Blob([bytes])) };
  }
}

/** As much of a FileSystemDirectoryHandle. */
class MemoryDirectory {
  kind = 'directory';
  #entries = new Map();

  async *entries() {
    yield* this.#entries;
  }

  async getFileHandle(name) {
    return this.#get(name, MemoryFile);
  }

  async getDirectoryHandle(name) {
    return this.#get(name, MemoryDirectory);
  }

  #get(name, Kind) {
    if (!this.#entries.has(name)) this.#entries.set(name, new Kind());
    return this.#entries.get(name);
  }
}

/** Of the origin private file system, emptied afterwards; Node and WebKitGTK have none. */
export async function withHandle(use) {
  const root = await globalThis.navigator?.storage?.getDirectory?.().catch(() => undefined);
  if (!root || !('createWritable' in FileSystemFileHandle.prototype)) return use(new MemoryDirectory());
  const handle = await root.getDirectoryHandle('millrace-test', { create: true });
  try {
    await use(handle);
  } finally {
    await root.removeEntry('millrace-test', { recursive: true });
  }
}

/** A directory whose files cannot be written by a page, as in Safari before 26. */
export const readOnlyHandle = { kind: 'directory', getFileHandle: async () => ({ kind: 'file' }) };
