/** Saving into a directory handle of the browser. */
import { PoolError } from '../shared/errors.js';
import type { DirectoryEntry } from '../shared/protocol.js';
import type { Saved, Target } from './save.js';

export class HandleTarget implements Target {
  readonly #directory: Saved;
  readonly #handle: FileSystemDirectoryHandle;

  constructor(directory: Saved, handle: FileSystemDirectoryHandle) {
    this.#directory = directory;
    this.#handle = handle;
  }

  /** A symlink becomes a copy of the file that it leads to. */
  async write({ name, kind, size }: DirectoryEntry, path: string, clear: boolean): Promise<boolean> {
    const leadsTo = kind === 'symlink' ? await this.#directory.stat(path).catch(() => undefined) : { kind, size };
    if (leadsTo?.kind !== 'file') return false;
    const file = await this.#get(name, clear, () => this.#handle.getFileHandle(name, { create: true }));
    if (!('createWritable' in file)) throw unwritable();
    await saveFile(this.#directory, path, leadsTo.size, file);
    return true;
  }

  async enter(name: string, clear: boolean): Promise<Target> {
    const open = (): Promise<FileSystemDirectoryHandle> => this.#handle.getDirectoryHandle(name, { create: true });
    return new HandleTarget(this.#directory, await this.#get(name, clear, open));
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const [name] of this.#handle.entries()) names.push(name);
    return names;
  }

  remove(name: string): Promise<void> {
    return this.#handle.removeEntry(name, { recursive: true });
  }

  async areSame(one: string, other: string): Promise<boolean> {
    const open = (name: string): Promise<FileSystemHandle> =>
      this.#handle.getFileHandle(name).catch(() => this.#handle.getDirectoryHandle(name));
    return (await open(one)).isSameEntry(await open(other));
  }

  /** Opens an entry. If one of the other kind has the name and `clear` is set, removes that first. */
  async #get<T>(name: string, clear: boolean, open: () => Promise<T>): Promise<T> {
    try {
      return await open();
    } catch (error) {
      if (!clear || (error as Error).name !== 'TypeMismatchError') throw error;
      await this.remove(name);
      return open();
    }
  }
}

/** In pieces, with its holes: if it fails, nothing has changed. */
async function saveFile(directory: Saved, path: string, size: number, file: FileSystemFileHandle): Promise<void> {
  const writable = await file.createWritable();
  try {
    for await (const { at, bytes } of directory.pieces(path)) {
      await writable.write({ type: 'write', position: at, data: bytes });
    }
    await writable.truncate(size);
    await writable.close();
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
    throw error;
  }
}

function unwritable(): PoolError {
  return new PoolError('POOL_ENOSYS', 'this browser lets no page write into file handles: it lacks createWritable');
}
