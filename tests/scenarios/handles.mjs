// Directory handles to test with: the browser's own where it has some that can be written, and a stand-in elsewhere.

/** As much of a FileSystemFileHandle as a page uses. */
class MemoryFile {
  kind = 'file';
  #data = new Blob();

  async getFile() {
    return this.#data;
  }

  async createWritable() {
    const parts = [];
    return { write: async (data) => void parts.push(data), close: async () => void (this.#data = new Blob(parts)) };
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
