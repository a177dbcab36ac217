/** Volumes in the coordinator's thread: what the main thread asks for, as calls of c/core/file_call.h. */
import { errorOfStatus, PoolError } from '../shared/errors.js';
import { type FileCall, FileCaller } from '../shared/file-call.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import { nameDecoder } from '../shared/name-decoder.js';
import type {
  DirectoryEntry,
  DirectoryPage,
  EntryKind,
  EntryStat,
  FileRun,
  FilesReply,
  FilesRequest,
  Leaf,
  VolumeCalls,
} from '../shared/protocol.js';
import { check, type Thread } from '../shared/thread.js';
import type { Slices } from './slices.js';

/** Bytes of a file that are moved at a time. */
const PIECE_BYTES = 1 << 20;
/** What a volume is filled with at a time, unless it is more than such a piece. */
const FILLED_LEAVES = 32;
/** Entries that are listed at a time, and that are sent together. */
const LIST_ENTRIES = 256;
const PAGE_ENTRIES = 8 * LIST_ENTRIES;

const kinds: Readonly<Record<number, EntryKind>> = {
  [layout.NODE_FILE]: 'file',
  [layout.NODE_DIRECTORY]: 'directory',
  [layout.NODE_SYMLINK]: 'symlink',
};

/** The calls, each in slices: what it needs of memory that all share is there from one `yield` to the next. */
type SlicedCalls = {
  [Name in keyof VolumeCalls]: (...args: Parameters<VolumeCalls[Name]>) => Slices<ReturnType<VolumeCalls[Name]>>;
};

export class Volumes implements SlicedCalls {
  readonly #thread: Thread;
  readonly #pool: number;
  readonly #caller: FileCaller;

  constructor(thread: Thread, pool: number) {
    const { c } = thread;
    this.#thread = thread;
    this.#pool = pool;
    this.#caller = new FileCaller(
      thread.heap,
      (size) => c.coordinator_memory(pool, size) >>> 0,
      (call) => c.coordinator_file_call(pool, call),
    );
  }

  /** Does what is asked, and then says so. */
  *answer({ id, call, args }: FilesRequest, reply: (message: FilesReply) => void): Slices<void> {
    try {
      const calls = this as unknown as Record<string, (...args: unknown[]) => Slices<unknown>>;
      reply({ type: 'millrace:files', id, status: 0, value: yield* calls[call]!(...args) });
    } catch (error) {
      const code = error instanceof PoolError ? error.code : 'POOL_ENOMEM'; // the platform has no room for the bytes
      reply({ type: 'millrace:files', id, status: errorCodes[code as keyof typeof errorCodes], value: undefined });
    }
  }

  *make(maxBytes: number, maxFiles: number, leaves: readonly Leaf[] = [], bytes = new ArrayBuffer(0)): Slices<number> {
    const volume = yield* this.#create(maxBytes, maxFiles);
    yield* this.fill(volume, leaves, bytes);
    return volume;
  }

  *#create(maxBytes: number, maxFiles: number): Slices<number> {
    for (;;) {
      const made = this.#caller.create(maxBytes, maxFiles);
      if (made > 0) return made;
      const full = made === errorCodes.POOL_ENFILE || made === errorCodes.POOL_ENOMEM;
      if (!full || !(yield* this.#sweepSome())) throw errorOfStatus(made);
    }
  }

  *drop(volume: number): Slices<void> {
    yield* this.#run({ op: layout.FILE_RELEASE, volume }, 0);
    while (yield* this.#sweepSome());
  }

  *mkdir(volume: number, path: string): Slices<void> {
    yield* this.#run({ op: layout.FILE_MKDIR, volume }, 0, path);
  }

  /** If it fails there is no volume any more: others that are filled at the same time have its memory, and do not fail too. */
  *fill(volume: number, leaves: readonly Leaf[], bytes: ArrayBuffer): Slices<void> {
    try {
      yield* this.#fill(volume, leaves, bytes);
    } catch (error) {
      yield* this.drop(volume);
      throw error;
    }
  }

  *#fill(volume: number, leaves: readonly Leaf[], data: ArrayBuffer): Slices<void> {
    let at = 0;
    let [pieceEnd, n] = [PIECE_BYTES, 0];
    for (const [path, content] of leaves) {
      if (at > pieceEnd || ++n % FILLED_LEAVES === 0) {
        pieceEnd = at + PIECE_BYTES;
        yield;
      }
      if (content === undefined) yield* this.mkdir(volume, path);
      else if (typeof content === 'string') yield* this.symlink(volume, path, content);
      else yield* this.#replace(volume, path, new Uint8Array(data, at, content));
      if (typeof content === 'number') at += content;
    }
  }

  *write(volume: number, path: string, data: ArrayBuffer): Slices<void> {
    yield* this.#replace(volume, path, new Uint8Array(data));
  }

  /** The first piece takes the place of all that was there, in one step. */
  *#replace(volume: number, path: string, bytes: Uint8Array): Slices<void> {
    const first = bytes.subarray(0, PIECE_BYTES);
    yield* this.#run({ op: layout.FILE_REPLACE, volume, source: first }, first.length, path);
    for (let number = PIECE_BYTES; number < bytes.length; number += PIECE_BYTES) {
      yield;
      const source = bytes.subarray(number, number + PIECE_BYTES);
      yield* this.#run({ op: layout.FILE_WRITE, volume, number, source }, source.length, path);
    }
  }

  *read(volume: number, path: string, offset: number, length: number, max: number): Slices<ArrayBuffer> {
    const { size } = yield* this.stat(volume, path, true);
    const wanted = Math.min(length, Math.max(0, size - offset));
    if (wanted > max) throw errorOfStatus(errorCodes.POOL_EFBIG);
    const bytes = new Uint8Array(wanted);
    for (let done = 0; ;) {
      const piece = Math.min(wanted - done, PIECE_BYTES); // also of nothing: it may be no file
      const n = yield* this.#run({ op: layout.FILE_READ, volume, number: offset + done }, piece, path);
      bytes.set(this.#data(n), done);
      done += n;
      if (done === wanted) return bytes.buffer;
      if (n === 0) return bytes.buffer.slice(0, done); // a guest has made it shorter
      yield;
    }
  }

  *nextData(volume: number, path: string, offset: number): Slices<number> {
    yield* this.#run({ op: layout.FILE_NEXT_DATA, volume, number: offset }, 8, path);
    return this.#thread.heap.u64(this.#caller.dataAt);
  }

  *run(volume: number, path: string, from: number): Slices<FileRun> {
    const offset = yield* this.nextData(volume, path, from);
    let end = offset;
    while (end - offset < PIECE_BYTES && (yield* this.nextData(volume, path, end)) === end)
      end += layout.PAGE_BYTES - (end % layout.PAGE_BYTES);
    const length = Math.min(end - offset, PIECE_BYTES);
    return { offset, bytes: yield* this.read(volume, path, offset, length, PIECE_BYTES) };
  }

  *writeAt(volume: number, path: string, number: number, data: ArrayBuffer): Slices<void> {
    const source = new Uint8Array(data);
    yield* this.#run({ op: layout.FILE_WRITE, volume, number, source }, source.length, path);
  }

  *resize(volume: number, path: string, number: number): Slices<void> {
    yield* this.#run({ op: layout.FILE_TRUNCATE, volume, number }, 0, path);
  }

  *node(volume: number, path: string): Slices<ArrayBuffer> {
    yield* this.#run({ op: layout.FILE_LSTAT, volume }, layout.sizeof_pool_stat, path);
    const bytes = new Uint8Array(layout.sizeof_pool_stat);
    bytes.set(this.#data(bytes.length));
    return bytes.buffer;
  }

  *setTimes(volume: number, path: string, node: ArrayBuffer): Slices<void> {
    const source = new Uint8Array(node);
    yield* this.#run({ op: layout.FILE_SET_TIMES, volume, source }, source.length, path);
  }

  *link(volume: number, path: string, to: string): Slices<void> {
    yield* this.#run({ op: layout.FILE_LINK, volume }, 0, path, to);
  }

  *stat(volume: number, path: string, follow: boolean): Slices<EntryStat> {
    const op = follow ? layout.FILE_STAT : layout.FILE_LSTAT;
    yield* this.#run({ op, volume }, layout.sizeof_pool_stat, path);
    return this.#statAt(this.#caller.dataAt);
  }

  *list(volume: number, path: string, cookie: number): Slices<DirectoryPage> {
    const entries: DirectoryEntry[] = [];
    for (let number = cookie; ;) {
      const call = { op: layout.FILE_LIST, volume, number };
      const n = yield* this.#run(call, LIST_ENTRIES * layout.sizeof_pool_entry, path);
      for (let i = 0; i < n; i++) entries.push(this.#entryAt(this.#entry(i)));
      if (n < LIST_ENTRIES) return { entries, cookie: 0 };
      number = this.#thread.heap.u64(this.#entry(n - 1) + layout.pool_entry_cookie);
      if (entries.length >= PAGE_ENTRIES) return { entries, cookie: number };
      yield;
    }
  }

  *symlink(volume: number, path: string, target: string): Slices<void> {
    yield* this.#run({ op: layout.FILE_SYMLINK, volume }, 0, path, target);
  }

  *readlink(volume: number, path: string): Slices<string> {
    const n = yield* this.#run({ op: layout.FILE_READLINK, volume }, layout.PATH_MAX_BYTES, path);
    return nameDecoder.decode(this.#data(n).slice());
  }

  *rename(volume: number, from: string, to: string): Slices<void> {
    yield* this.#run({ op: layout.FILE_RENAME, volume }, 0, from, to);
  }

  /** To guests all of it is gone at once; then its memory is given back. */
  *remove(volume: number, path: string): Slices<void> {
    yield* this.#run({ op: layout.FILE_REMOVE, volume }, 0, path);
    while (yield* this.#sweepSome());
  }

  /** Gives back some of what nobody can reach any more: whether there may be more. */
  *#sweepSome(): Slices<boolean> {
    const status = this.#thread.c.coordinator_sweep(this.#pool);
    if (status === 0) return false;
    yield status === errorCodes.POOL_EBUSY ? 'blocked' : undefined;
    return true;
  }

  /** Where an entry of a list is. */
  #entry(i: number): number {
    return this.#caller.dataAt + i * layout.sizeof_pool_entry;
  }

  #entryAt(at: number): DirectoryEntry {
    const { heap } = this.#thread;
    const nameAt = at + layout.pool_entry_name;
    const nameEnd = nameAt + heap.u32(at + layout.pool_entry_name_bytes);
    const name = nameDecoder.decode(heap.u8(nameEnd).slice(nameAt, nameEnd));
    return { name, ...this.#statAt(at + layout.pool_entry_stat) };
  }

  #statAt(at: number): EntryStat {
    const { heap } = this.#thread;
    return {
      kind: kinds[heap.u32(at + layout.pool_stat_kind)]!,
      size: heap.u64(at + layout.pool_stat_size_bytes),
      lastModified: heap.u64(at + layout.pool_stat_modified_ns) / 1e6,
    };
  }

  /** The first bytes of a call's data. */
  #data(size: number): Uint8Array {
    const at = this.#caller.dataAt;
    return this.#thread.heap.u8(at + size).subarray(at, at + size);
  }

  /** Calls, when nobody else has the volume: what C returns, if that is no error. */
  *#run(call: FileCall, dataBytes: number, path = '', other = ''): Slices<number> {
    for (;;) {
      const result = this.#caller.call(call, dataBytes, path, other);
      if (result === errorCodes.POOL_EBUSY) yield 'blocked';
      else if (result !== errorCodes.POOL_ENOMEM || !(yield* this.#sweepSome())) return check(result);
    }
  }
}
