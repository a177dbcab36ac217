/** Directories for guests: what an application fills, gives to jobs, and reads. */
import { PoolError } from './errors.js';
import type { Files } from './files.js';
import type { DirectoryEntry, EntryStat } from './protocol.js';
import { type Store, Tree } from './tree.js';
import { wholeNumber } from './whole-number.js';

/** What a file can be made of. A string is its text, as UTF-8. */
export type FileData = string | BufferSource | Blob;

/** What a directory begins with: files and directories by their names, or by paths. Promises of them are awaited. */
export interface DirectoryTree {
  readonly [name: string]: FileData | DirectoryTree | Promise<FileData | DirectoryTree>;
}

export interface DirectoryOptions {
  /** Bytes that all files together may take, in the pool. Guests that write more get ENOSPC. (default: as the pool's
   * `maxMemory` allows) */
  maxBytes?: number;
  /** Files, directories and symlinks at most, the directory itself counted. (default: as the pool's memory allows) */
  maxFiles?: number;
}

const ROOT = '.';

const encoder = new TextEncoder();

/** A directory that guests are given, by the option `preopens`.
 *
 * Its methods work before any job has it, while jobs use it, and after they have ended. Paths are relative to it, with or
 * without a `/` in front; a file's parent directories are made with it. Each method is atomic to the guests, but for
 * files of more than a MiB. Methods reject with a `PoolError` whose `code` says why, as `POOL_ENOENT`.
 *
 * At its first use it moves into the memory of the pool that runs the job, and belongs to that pool from then on: it ends
 * with it. Another pool refuses it (POOL_EINVAL). */
export class Directory {
  readonly #limits: readonly [maxBytes: number, maxFiles: number];
  /** What it holds until a pool does. */
  #tree: Tree | undefined = new Tree();
  #store: Store = this.#tree!;
  /** What it is in, once a job was to have it. */
  #files: Files | undefined;
  #attached: Promise<number> | undefined;
  /** Whether it holds what it began with. */
  readonly #filled: Promise<void>;
  /** What was asked last: one thing after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(tree: DirectoryTree = {}, { maxBytes, maxFiles }: DirectoryOptions = {}) {
    this.#limits = [
      wholeNumber('maxBytes', maxBytes, Number.MAX_SAFE_INTEGER),
      wholeNumber('maxFiles', maxFiles, Number.MAX_SAFE_INTEGER),
    ];
    this.#filled = copied('the tree', tree).then((loaded) => fill(this.#store, ROOT, loaded));
    this.#filled.catch(() => undefined); // whoever uses it is told
  }

  /** A copy of what a directory handle of the browser has: of one that was picked, or of the origin private file system. */
  static async fromHandle(handle: FileSystemDirectoryHandle, options?: DirectoryOptions): Promise<Directory> {
    const directory = new this({}, options);
    await load(directory, handle, '');
    return directory;
  }

  /** A copy of what a folder has, its symlinks as symlinks, but for absolute ones, which no guest could follow. In Node
   * only. */
  static fromPath(...[folder]: [folder: string | URL, options?: DirectoryOptions]): Promise<Directory> {
    return Promise.reject(nodeOnly(folder));
  }

  /** All of a file. */
  async readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#do((store) => store.read(pathOf(path)), path));
  }

  /** Replaces a file, or makes it, and the directories above it. */
  async writeFile(path: string, data: FileData): Promise<void> {
    const bytes = bufferOf(data); // now: the caller may change them
    bytes.catch(() => undefined); // it is awaited when its turn comes
    await this.#do(async (store) => store.write(pathOf(path), await bytes), path);
  }

  /** What is in a directory, in no order. */
  list(path = ROOT): Promise<DirectoryEntry[]> {
    return this.#do((store) => store.list(pathOf(path)), path);
  }

  /** What a path leads to. `follow: false`: of a symlink, itself. */
  stat(path: string, { follow = true }: { follow?: boolean } = {}): Promise<EntryStat> {
    return this.#do((store) => store.stat(pathOf(path), follow), path);
  }

  /** Makes a directory, and those above it. One that is there already is fine. */
  mkdir(path: string): Promise<void> {
    return this.#do((store) => store.mkdir(pathOf(path)), path);
  }

  /** Removes a file, a symlink, or a directory with all that is in it. */
  remove(path: string): Promise<void> {
    return this.#do((store) => {
      if (pathOf(path) === ROOT) throw new PoolError('POOL_EINVAL', 'a directory cannot remove itself');
      return store.remove(pathOf(path));
    }, path);
  }

  /** Gives a file or directory another path. As `rename` of POSIX: a file that is there is replaced. */
  rename(from: string, to: string): Promise<void> {
    return this.#do((store) => store.rename(pathOf(from), pathOf(to)), from);
  }

  /** Makes a symlink at `path`. `target` is relative to where the symlink is: an absolute one is refused (POOL_EPERM), and
   * one that leads out of the directory cannot be followed. */
  symlink(path: string, target: string): Promise<void> {
    return this.#do((store) => store.symlink(pathOf(path), textOf(target)), path);
  }

  /** The target of a symlink. */
  readlink(path: string): Promise<string> {
    return this.#do((store) => store.readlink(pathOf(path)), path);
  }

  /** Writes all files into a directory handle of the browser. A symlink becomes a copy of the file that it leads to, and
   * is left out if that is none. What else is there stays. Rejects with POOL_ENOSYS where handles lack `createWritable`
   * (Safari before 26). */
  async toHandle(handle: FileSystemDirectoryHandle): Promise<void> {
    await save(this, handle, '');
  }

  /** Writes all of it into a folder, symlinks as symlinks. What else is there stays; a symlink that is in the way is
   * replaced and never followed. Rejects with POOL_EPERM if one of the directory's own leads out of it. In Node only. */
  toPath(folder: string | URL): Promise<void> {
    return Promise.reject(nodeOnly(folder));
  }

  /** Gives its memory back, as soon as no job uses it any more. Nothing can be done with it afterwards. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last.catch(() => undefined);
    this.#store = this.#tree = new Tree();
    const volume = await this.#attached?.catch(() => undefined);
    if (volume !== undefined) await this.#files?.call('drop', volume).catch(() => undefined); // the pool may be gone
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Moves into a pool, unless it is there already: the volume's handle. @internal */
  attach(files: Files): Promise<number> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#files && this.#files !== files) {
      return Promise.reject(new PoolError('POOL_EINVAL', 'the directory belongs to another pool'));
    }
    this.#files = files;
    this.#attached ??= this.#do(() => this.#move(files)).catch((error: unknown) => {
      this.#attached = this.#files = undefined; // it is still here, and another pool may have room for it
      throw error;
    });
    return this.#attached;
  }

  async #move(files: Files): Promise<number> {
    const volume = await files.call('make', ...this.#limits);
    const store = new Volume(files, volume);
    try {
      for (const { path, node } of this.#tree?.leaves() ?? []) {
        if (node.kind === 'file') await store.write(path, node.data.slice(0));
        else if (node.kind === 'symlink') await store.symlink(path, node.target);
        else await store.mkdir(path);
      }
    } catch (error) {
      await files.call('drop', volume).catch(() => undefined);
      throw error;
    }
    this.#store = store;
    this.#tree = undefined;
    return volume;
  }

  /** Does one thing, about a path, after all that was asked before. */
  #do<T>(use: (store: Store) => Promise<T>, path = ''): Promise<T> {
    if (this.#closed) return Promise.reject(closed());
    const done = this.#last.then(async () => {
      await this.#filled;
      try {
        return await use(this.#store);
      } catch (error) {
        throw withPath(error, path);
      }
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** A directory's content in a pool. */
class Volume implements Store {
  readonly #files: Files;
  readonly #volume: number;

  constructor(files: Files, volume: number) {
    this.#files = files;
    this.#volume = volume;
  }

  read(path: string): Promise<ArrayBuffer> {
    return this.#files.call('read', this.#volume, path);
  }

  write(path: string, data: ArrayBuffer): Promise<void> {
    return this.#files.call('write', this.#volume, path, data);
  }

  list(path: string): Promise<DirectoryEntry[]> {
    return this.#files.call('list', this.#volume, path);
  }

  stat(path: string, follow: boolean): Promise<EntryStat> {
    return this.#files.call('stat', this.#volume, path, follow);
  }

  mkdir(path: string): Promise<void> {
    return this.#files.call('mkdir', this.#volume, path);
  }

  symlink(path: string, target: string): Promise<void> {
    return this.#files.call('symlink', this.#volume, path, target);
  }

  readlink(path: string): Promise<string> {
    return this.#files.call('readlink', this.#volume, path);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#files.call('rename', this.#volume, from, to);
  }

  remove(path: string): Promise<void> {
    return this.#files.call('remove', this.#volume, path);
  }
}

/** A tree whose data has been copied. */
type Loaded = ArrayBuffer | ReadonlyMap<string, Loaded>;

/** Copies what a tree has: at once, as far as it is there, because the caller may change it. */
async function copied(name: string, given: unknown): Promise<Loaded> {
  const value: unknown = given instanceof Promise ? await given : given;
  if (isData(value)) return bufferOf(value);
  if (typeof value !== 'object' || value === null) {
    throw new PoolError('POOL_EINVAL', `${JSON.stringify(name)} is neither a file's data nor a directory`);
  }
  const inner = Object.entries(value).map(async ([key, entry]) => [key, await copied(key, entry)] as const);
  return new Map(await Promise.all(inner));
}

/** Fills a store with a tree, whose names may be paths. */
async function fill(store: Store, path: string, tree: Loaded): Promise<void> {
  if (tree instanceof ArrayBuffer) return store.write(path, tree);
  await store.mkdir(path);
  for (const [name, inner] of tree) await fill(store, `${path}/${pathOf(name)}`, inner);
}

function isData(value: unknown): value is FileData {
  return (
    typeof value === 'string' || value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value)
  );
}

/** A copy of a file's data. */
async function bufferOf(data: FileData): Promise<ArrayBuffer> {
  if (typeof data === 'string') return encoder.encode(data).buffer;
  if (data instanceof Blob) return data.arrayBuffer();
  const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;
}

/** A path as the pool takes it: relative, and never empty. */
function pathOf(path: string): string {
  return textOf(path).replace(/^\/+/, '') || ROOT;
}

function textOf(text: string): string {
  if (typeof text === 'string' && !text.includes('\0')) return text;
  throw new PoolError('POOL_EINVAL', `${JSON.stringify(text)} is no path`);
}

/** Says in an error which path it was. */
function withPath(error: unknown, path: string): unknown {
  if (path === '' || !(error instanceof PoolError)) return error;
  return new PoolError(error.code, `${error.message}: ${JSON.stringify(path)}`, { cause: error });
}

function nodeOnly(folder: string | URL): PoolError {
  return new PoolError('POOL_ENOSYS', `only Node reaches the folder ${String(folder)}`);
}

function closed(): PoolError {
  return new PoolError('POOL_EBADF', 'the directory is closed');
}

function unwritable(): PoolError {
  return new PoolError('POOL_ENOSYS', 'this browser lets no page write into file handles: it lacks createWritable');
}

async function load(directory: Directory, handle: FileSystemDirectoryHandle, above: string): Promise<void> {
  for await (const [name, entry] of handle.entries()) {
    const path = above + name;
    if (entry.kind === 'file') {
      await directory.writeFile(path, await (entry as FileSystemFileHandle).getFile());
    } else {
      await directory.mkdir(path);
      await load(directory, entry as FileSystemDirectoryHandle, `${path}/`);
    }
  }
}

async function save(directory: Directory, handle: FileSystemDirectoryHandle, above: string): Promise<void> {
  for (const { name, kind } of await directory.list(above)) {
    const path = above + name;
    if (kind === 'directory') {
      await save(directory, await handle.getDirectoryHandle(name, { create: true }), `${path}/`);
    } else if (kind === 'file' || (await leadsToFile(directory, path))) {
      const file = await handle.getFileHandle(name, { create: true });
      if (!('createWritable' in file)) throw unwritable();
      const writable = await file.createWritable();
      await writable.write(await directory.readFile(path));
      await writable.close();
    }
  }
}

async function leadsToFile(directory: Directory, path: string): Promise<boolean> {
  const stat = await directory.stat(path).catch(() => undefined);
  return stat?.kind === 'file';
}
