/** Saving into a folder, in Node. */
import { lstat, mkdir, open, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PoolError } from '../shared/errors.js';
import type { DirectoryEntry, EntryKind } from '../shared/protocol.js';
import type { Saved, Target } from './save.js';
import { PIECE_BYTES } from './store.js';

export class FolderTarget implements Target {
  readonly #directory: Saved;
  readonly #folder: string;

  constructor(directory: Saved, folder: string) {
    this.#directory = directory;
    this.#folder = folder;
  }

  async write({ name, kind, size }: DirectoryEntry, path: string, clear: boolean): Promise<boolean> {
    const to = this.#pathOf(name);
    if (kind === 'symlink') {
      const target = await readSafeLink(this.#directory, path);
      await makeRoom(to, kind, clear);
      await symlink(target, to);
    } else {
      await makeRoom(to, kind, clear);
      await saveFile(this.#directory, path, size, to);
    }
    return true;
  }

  async enter(name: string, clear: boolean): Promise<Target> {
    const to = this.#pathOf(name);
    await makeRoom(to, 'directory', clear);
    await mkdir(to, { recursive: true });
    return new FolderTarget(this.#directory, to);
  }

  names(): Promise<string[]> {
    return readdir(this.#folder);
  }

  remove(name: string): Promise<void> {
    return rm(join(this.#folder, name), { recursive: true, force: true }); // unlinks symlinks
  }

  async areSame(one: string, other: string): Promise<boolean> {
    const [a, b] = await Promise.all([one, other].map((name) => lstat(join(this.#folder, name), { bigint: true })));
    return a!.ino === b!.ino && a!.dev === b!.dev;
  }

  /** A guest chooses names, and another system may take one for a path. */
  #pathOf(name: string): string {
    if (basename(name) === name) return join(this.#folder, name);
    throw new PoolError('POOL_EINVAL', `${JSON.stringify(name)} cannot be a file's name on this system`);
  }
}

/** In pieces, with its holes. */
async function saveFile(directory: Saved, path: string, size: number, to: string): Promise<void> {
  if (size <= PIECE_BYTES) return writeFile(to, await directory.readFile(path));
  const file = await open(to, 'w');
  try {
    for await (const { at, bytes } of directory.pieces(path)) {
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
    }
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

/** A guest's symlink must not lead out of the folder. One that leads nowhere must have no way to, either. */
async function readSafeLink(directory: Saved, path: string): Promise<string> {
  const target = await directory.readlink(path);
  try {
    await directory.stat(path);
  } catch (error) {
    const missing = error instanceof PoolError && error.code === 'POOL_ENOENT';
    if (!missing || target.split(/[\\/]/).includes('..')) throw error;
  }
  return target;
}

/** Removes what is in the way: a symlink always, so that nothing is written through it; for a symlink, anything but a
 * directory; everything else only if `clear` is set. */
async function makeRoom(to: string, kind: EntryKind, clear: boolean): Promise<void> {
  const there = await lstat(to).catch(() => undefined);
  if (!there || (kind === 'file' && there.isFile()) || (kind === 'directory' && there.isDirectory())) return;
  if (clear) return rm(to, { recursive: true });
  if (there.isSymbolicLink() || kind === 'symlink') return rm(to);
  if (there.isFile() || there.isDirectory()) return; // the platform refuses
  throw new PoolError('POOL_EEXIST', 'something that is not a file has that name'); // writing a FIFO could wait for ever
}
