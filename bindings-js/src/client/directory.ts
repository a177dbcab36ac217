/** Directories for guests: what an application fills, gives to jobs, and reads. */
import { read } from '../shared/brand.js';
import { PoolError } from '../shared/errors.js';
import { fields, flag, invalid, type Names, quote, refusal, show, text } from '../shared/gate.js';
import type { DirectoryEntry, EntryStat } from '../shared/protocol.js';
import { Part } from '../shared/part.js';
import { wholeNumber } from '../shared/whole-number.js';
import { copyData, copyTree, type DirectoryTree, type FileData, type Loaded, pathOf, ROOT } from '../files/content.js';
import type { Files } from '../files/files.js';
import type { LocalStore } from '../files/local-store.js';
import { boundedRangeOf, rangeOf, type ReadFileOptions, type ReadRange, withLimit } from '../files/range.js';
import { mirrorOf, type SaveOptions, type SaveReport } from '../files/save-report.js';
import { PIECE_BYTES, type Store } from '../files/store.js';
import { CallSite } from './callsite.js';
import { addDirectory } from './directories.js';

/** Limits of a directory, kept once it is in a pool. */
export interface DirectoryOptions {
  /** Bytes that all files together may take, in the pool. Guests that write more get ENOSPC.
   * Whatever the limit, the pool keeps an eighth of its memory for pipes and arguments.
   * @default half of what `pool.stats().memory.limit` says */
  maxBytes?: number | undefined;
  /** Files, directories and symlinks at most, the directory itself counted.
   * @default one for each 512 bytes of half of the pool's memory */
  maxFiles?: number | undefined;
}

/** Options of `stat`. */
export interface StatOptions {
  /** Whether a symlink at the end of the path is followed; `false`: the symlink itself is meant.
   * @default true */
  readonly follow?: boolean | undefined;
}

/** As much of a FileSystemDirectoryHandle as is used: of one that was picked, or of the origin private file system. */
export interface DirectoryHandle {
  /** As every such handle has it. */
  readonly kind: 'directory';
  /** The directory's own name. */
  readonly name: string;
}

const limitNames: Names<DirectoryOptions> = { maxBytes: true, maxFiles: true };
const statNames: Names<StatOptions> = { follow: true };

const parts = /* @__PURE__ */ new Part(() => import('../files/directory-part.js'));

/** Gives the memory of a directory back that nobody holds any more; jobs that use it still have it. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<{ files: Files; volume: number }>(({ files, volume }) => {
  files.call('drop', volume).catch(() => undefined); // the pool may be gone
});

/** A directory that guests are given, by the option `preopens`.
 *
 * Its methods work before any job has it, while jobs use it, and after they have ended. Paths are relative to it, with or
 * without a `/` in front; a file's parent directories are made with it. Each method is atomic to the guests, but for
 * files of more than a MiB and lists of more than 256 entries. None keeps jobs waiting, however large or deep the files or
 * directories are. Methods reject with a `PoolError` whose `code` says why, as `POOL_ENOENT`.
 *
 * At its first use it moves into the memory of the pool that runs the job, and belongs to that pool from then on: it ends
 * with it. Another pool refuses it (POOL_EINVAL).
 *
 * @example
 * ```ts
 * const data = new Directory({ 'in.txt': 'some text' });
 * const { stdoutText } = await pool.run('/files.wasm', { args: ['cat', '/data/in.txt'], preopens: { '/data': data } });
 * console.log(stdoutText); // some text
 * await data.close();
 * ```
 */
export class Directory {
  readonly #limits: readonly [maxBytes: number, maxFiles: number];
  /** Its content until a pool has it. */
  #local: LocalStore | undefined;
  /** Where that is, or its pool; `undefined`: there is nothing yet, or it is closed. */
  #store: Store | undefined;
  /** What it is in, once a job was to have it. */
  #files: Files | undefined;
  #attached: Promise<number> | undefined;
  /** Whether it holds what it began with. */
  readonly #filled: Promise<void>;
  /** What was asked last: one thing after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** A directory with what `tree` has: bytes are copied at once, promises are awaited. If something in it cannot be taken,
   * the directory's first use rejects.
   *
   * @throws `PoolError` with POOL_EINVAL if `options` are wrong.
   */
  constructor(tree: DirectoryTree = {}, options?: DirectoryOptions) {
    this.#limits = limitsOf(options);
    addDirectory(this);
    this.#filled = this.#fill(copyTree(tree));
    this.#filled.catch(() => undefined); // whoever uses it is told
  }

  /** A copy of what a directory handle of the browser has: of one that was picked, or of the origin private file system.
   *
   * @throws `PoolError` with POOL_EINVAL if it is no such handle; what the handle rejects with.
   * @example
   * ```ts
   * const directory = await Directory.fromHandle(await navigator.storage.getDirectory());
   * console.log((await directory.list()).length); // 0
   * ```
   */
  static async fromHandle(handle: DirectoryHandle, options?: DirectoryOptions): Promise<Directory> {
    const from = handleOf(handle, 'entries');
    const directory = new this({}, options);
    await load(directory, from, '');
    return directory;
  }

  /** A copy of what a folder has, its symlinks as symlinks, but for absolute ones, which no guest could follow. In Node
   * only.
   *
   * @throws `PoolError` with POOL_EINVAL if it is no path, with POOL_ENOSYS in browsers; what Node's `fs` rejects with.
   * @example
   * ```ts
   * const directory = await Directory.fromPath('input');
   * console.log((await directory.list())[0]?.name); // in.txt
   * ```
   */
  static fromPath(...[folder]: [folder: string | URL, options?: DirectoryOptions]): Promise<Directory> {
    return Promise.reject(nodeOnly(folder));
  }

  /** A file's bytes: all, or some. `readable` reads what is too large for that.
   *
   * @throws `PoolError` with POOL_ENOENT, POOL_EISDIR, …; with POOL_EFBIG if there are more than `maxBytes`.
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello' });
   * const bytes = await directory.readFile('a.txt', { offset: 1, length: 3 });
   * console.log(new TextDecoder().decode(bytes)); // ell
   * ```
   */
  async readFile(path: string, options?: ReadFileOptions): Promise<Uint8Array<ArrayBuffer>> {
    const at = pathOf('path', path);
    const { offset, length, most } = boundedRangeOf(options);
    try {
      return new Uint8Array(await this.#do((store) => store.read(at, offset, length, most), path));
    } catch (error) {
      throw withLimit(error, most);
    }
  }

  /** A file's bytes, all or some, as a stream: a MiB is read when it is asked for, so a file of any size takes no more
   * memory than that. What changes meanwhile is read as it is by then.
   *
   * @throws `PoolError` with POOL_EINVAL for wrong arguments, at once. Any other failure is the stream's error.
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello' });
   * console.log(await new Response(directory.readable('a.txt')).text()); // hello
   * ```
   */
  readable(path: string, range?: ReadRange): ReadableStream<Uint8Array<ArrayBuffer>> {
    const from = pathOf('path', path);
    const { offset, length } = rangeOf(range);
    let at = offset;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> => {
      const wanted = Math.min(PIECE_BYTES, offset + length - at);
      const bytes = await this.#do((store) => store.read(from, at, wanted, wanted), path);
      at += bytes.byteLength;
      if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes));
      if (bytes.byteLength < wanted || at === offset + length) controller.close();
    };
    return new ReadableStream({ pull }, { highWaterMark: 0 });
  }

  /** A file's bytes, without those of holes, which are zeros: pieces, and where they begin. @internal */
  async *pieces(path: string): AsyncGenerator<{ at: number; bytes: Uint8Array<ArrayBuffer> }> {
    const from = pathOf('path', path);
    for (let at = 0; ;) {
      at = await this.#do((store) => store.nextData(from, at), path);
      const bytes = await this.readFile(path, { offset: at, length: PIECE_BYTES });
      if (bytes.length === 0) return;
      yield { at, bytes };
      at += bytes.length;
    }
  }

  /** Replaces a file, or makes it, and the directories above it.
   *
   * @throws `PoolError` with POOL_EISDIR, POOL_ENOSPC, …; with POOL_EINVAL if `data` cannot be taken.
   * @example
   * ```ts
   * const directory = new Directory();
   * await directory.writeFile('deep/down/a.txt', 'hello');
   * console.log((await directory.stat('deep/down/a.txt')).size); // 5
   * ```
   */
  async writeFile(path: string, data: FileData): Promise<void> {
    const at = pathOf('path', path);
    const bytes = copyData('data', data); // now: the caller may change them
    bytes.catch(() => undefined); // it is awaited when its turn comes
    await this.#do(async (store) => store.write(at, await bytes), path);
  }

  /** What is in a directory, in no order.
   *
   * @throws `PoolError` with POOL_ENOENT, POOL_ENOTDIR, ….
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello', images: {} });
   * const entries = await directory.list();
   * console.log(entries.map(({ name, kind }) => `${name}: ${kind}`).sort()); // a.txt: file,images: directory
   * ```
   */
  async list(path = ROOT): Promise<DirectoryEntry[]> {
    const at = pathOf('path', path);
    return this.#do((store) => store.list(at), path);
  }

  /** What a path leads to. `follow: false`: a symlink itself, not its target.
   *
   * @throws `PoolError` with POOL_ENOENT, ….
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello' });
   * const { kind, size } = await directory.stat('a.txt');
   * console.log(kind, size); // file 5
   * ```
   */
  async stat(path: string, options?: StatOptions): Promise<EntryStat> {
    const at = pathOf('path', path);
    const follow = flag('follow', fields<StatOptions>('options', options, statNames).follow, true);
    return this.#do((store) => store.stat(at, follow), path);
  }

  /** Makes a directory, and those above it. One that is there already is fine.
   *
   * @throws `PoolError` with POOL_EEXIST if something else has the name, POOL_ENOSPC, ….
   * @example
   * ```ts
   * const directory = new Directory();
   * await directory.mkdir('deep/down');
   * console.log((await directory.list('deep'))[0]?.name); // down
   * ```
   */
  async mkdir(path: string): Promise<void> {
    const at = pathOf('path', path);
    return this.#do((store) => store.mkdir(at), path);
  }

  /** Removes a file, a symlink, or a directory with all that is in it.
   *
   * @throws `PoolError` with POOL_ENOENT, …; with POOL_EINVAL if it is the directory itself.
   * @example
   * ```ts
   * const directory = new Directory({ images: { 'a.png': '', 'b.png': '' } });
   * await directory.remove('images');
   * console.log((await directory.list()).length); // 0
   * ```
   */
  async remove(path: string): Promise<void> {
    const at = pathOf('path', path);
    if (at === ROOT) throw invalid(`a directory cannot remove itself: ${quote(path)}`);
    return this.#do((store) => store.remove(at), path);
  }

  /** Moves a file or directory to another path, as `rename` of POSIX: a file that is there is replaced.
   *
   * @throws `PoolError` with POOL_ENOENT, POOL_ENOTEMPTY, ….
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello' });
   * await directory.rename('a.txt', 'b.txt');
   * console.log((await directory.list())[0]?.name); // b.txt
   * ```
   */
  async rename(from: string, to: string): Promise<void> {
    const [old, fresh] = [pathOf('from', from), pathOf('to', to)];
    return this.#do(
      (store) =>
        store
          .rename(old, fresh)
          .catch(because(`this cannot be moved to ${quote(to)}: that is in it, or one of both is the root`)),
      from,
    );
  }

  /** Makes a symlink at `path`. `target` is relative to where the symlink is: an absolute one is refused (POOL_EPERM), and
   * one that leads out of the directory cannot be followed.
   *
   * @throws `PoolError` with POOL_EEXIST, POOL_EPERM, ….
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello' });
   * await directory.symlink('link', 'a.txt');
   * console.log((await directory.stat('link')).size); // 5
   * ```
   */
  async symlink(path: string, target: string): Promise<void> {
    const [at, to] = [pathOf('path', path), text('target', target)];
    return this.#do((store) => store.symlink(at, to), path);
  }

  /** The target of a symlink.
   *
   * @throws `PoolError` with POOL_ENOENT; with POOL_EINVAL if it is no symlink.
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello' });
   * await directory.symlink('link', 'a.txt');
   * console.log(await directory.readlink('link')); // a.txt
   * ```
   */
  async readlink(path: string): Promise<string> {
    const at = pathOf('path', path);
    return this.#do((store) => store.readlink(at).catch(because('this is no symlink')), path);
  }

  /** Writes all files into a directory handle of the browser. A symlink becomes a copy of the file that it leads to; one
   * that leads to no file is left out. What else is there stays, unless `mirror` is set.
   *
   * @throws `SaveError` at the end, if something could not be written: POOL_ENOSYS where handles lack `createWritable`
   * (Safari before 26). `PoolError` with POOL_EINVAL if an argument is wrong.
   * @example
   * ```ts
   * const directory = new Directory({ 'out.txt': 'done' });
   * const { written } = await directory.toHandle(await navigator.storage.getDirectory());
   * console.log(written); // out.txt
   * ```
   */
  async toHandle(handle: DirectoryHandle, options?: SaveOptions): Promise<SaveReport> {
    const site = new CallSite();
    try {
      const to = handleOf(handle, 'getFileHandle');
      const mirror = mirrorOf(options);
      const { HandleTarget, save } = await parts.load();
      return await save(this, new HandleTarget(this, to), mirror);
    } catch (error) {
      throw site.sign(error);
    }
  }

  /** Writes all of it into a folder, symlinks as symlinks. What else is there stays, unless `mirror` is set; a symlink that
   * is in the way is replaced and never followed. In Node only.
   *
   * @throws `SaveError` at the end, if something could not be written: POOL_EPERM for a symlink in the directory that leads
   * out of it. `PoolError` with POOL_EINVAL if an argument is wrong, with POOL_ENOSYS in browsers.
   * @example
   * ```ts
   * const directory = new Directory({ 'out.txt': 'done' });
   * const { written } = await directory.toPath('output', { mirror: true });
   * console.log(written); // out.txt
   * ```
   */
  toPath(...[folder]: [folder: string | URL, options?: SaveOptions]): Promise<SaveReport> {
    return Promise.reject(nodeOnly(folder));
  }

  /** Gives its memory back, as soon as no job uses it any more. Nothing can be done with it afterwards. A directory
   * that is only dropped gives it back too, once it is garbage collected.
   *
   * @example
   * ```ts
   * const directory = new Directory({ 'a.txt': 'hello' });
   * await directory.close();
   * const error = await directory.readFile('a.txt').catch((error: unknown) => error);
   * console.log(error instanceof PoolError && error.code); // POOL_EBADF
   * ```
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last.catch(() => undefined);
    this.#store = this.#local = undefined;
    const volume = await this.#attached?.catch(() => undefined);
    dropped.unregister(this); // not before: it may have been moving in
    if (volume !== undefined) await this.#files?.call('drop', volume).catch(() => undefined); // the pool may be gone
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Moves into a pool, unless it is there already: the volume's handle. @internal */
  attach(files: Files): Promise<number> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#files && this.#files !== files) {
      return Promise.reject(
        new PoolError('POOL_EINVAL', 'the directory belongs to another pool: give each pool one of its own'),
      );
    }
    this.#files = files;
    this.#attached ??= this.#do(() => this.#move(files)).catch((error: unknown) => {
      this.#attached = this.#files = undefined; // it is still here, and another pool may have room for it
      throw error;
    });
    return this.#attached;
  }

  async #move(files: Files): Promise<number> {
    const { moveInto, Volume } = await parts.load();
    const volume = await moveInto(files, this.#limits, this.#local!).catch((error: unknown) => {
      throw noRoom(error, this.#limits[0]);
    });
    this.#store = new Volume(files, volume);
    this.#local = undefined;
    dropped.register(this, { files, volume }, this);
    return volume;
  }

  async #fill(tree: Promise<Loaded>): Promise<void> {
    const [loaded, { LocalStore }] = await Promise.all([tree, parts.load()]);
    this.#store = this.#local = new LocalStore();
    await fill(this.#store, ROOT, loaded);
  }

  /** Does one thing with a path, after all that was asked before. */
  #do<T>(use: (store: Store) => Promise<T>, path = ''): Promise<T> {
    const site = new CallSite();
    if (this.#closed) return Promise.reject(site.sign(closed()));
    const done = this.#last.then(async () => {
      await this.#filled;
      try {
        return await use(this.#store!);
      } catch (error) {
        throw site.sign(withPath(error, path));
      }
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Fills a store with a tree, whose names may be paths. */
async function fill(store: Store, path: string, tree: Loaded): Promise<void> {
  const made = tree instanceof Map ? store.mkdir(path) : store.write(path, tree);
  await made.catch((error: unknown) => {
    throw withPath(error, path);
  });
  if (!(tree instanceof Map)) return;
  const above = path === ROOT ? '' : `${path}/`; // no byte more: the path may be as long as there are
  for (const [name, inner] of tree) await fill(store, above + name, inner);
}

function limitsOf(options: unknown): readonly [maxBytes: number, maxFiles: number] {
  const { maxBytes, maxFiles } = fields<DirectoryOptions>('options', options, limitNames);
  return [
    wholeNumber('maxBytes', maxBytes, Number.MAX_SAFE_INTEGER),
    wholeNumber('maxFiles', maxFiles, Number.MAX_SAFE_INTEGER),
  ];
}

function handleOf(given: unknown, method: 'entries' | 'getFileHandle'): FileSystemDirectoryHandle {
  const isHandle = read(given, 'kind') === 'directory' && typeof read(given, method) === 'function';
  if (!isHandle) throw refusal('handle', given, 'a FileSystemDirectoryHandle');
  return given as FileSystemDirectoryHandle;
}

/** Says in what way an argument is not valid, of which a store has the code alone. */
function because(why: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof PoolError && error.code === 'POOL_EINVAL' ? invalid(why) : error;
  };
}

/** Says of which limit a directory had no room in the pool. */
function noRoom(error: unknown, maxBytes: number): unknown {
  const code = (error as Partial<PoolError>).code;
  if (code === 'POOL_ENFILE') return new PoolError(code, 'the pool has no place for another directory: close some');
  if (code !== 'POOL_ENOSPC') return error;
  const limit = maxBytes > 0 ? String(maxBytes) : "by default half of the pool's memory";
  return new PoolError(code, `the directory is full, by its maxBytes (${limit}), its maxFiles or the pool's maxMemory`);
}

/** Says in an error which path it was. */
function withPath(error: unknown, path: string): unknown {
  if (path === '' || !(error instanceof PoolError)) return error;
  return new PoolError(error.code, `${error.message}: ${quote(path)}`, { cause: error });
}

function nodeOnly(folder: unknown): PoolError {
  return new PoolError(
    'POOL_ENOSYS',
    `only Node has folders such as ${show(folder)}: use a FileSystemDirectoryHandle here`,
  );
}

function closed(): PoolError {
  return new PoolError('POOL_EBADF', 'the directory is closed');
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
