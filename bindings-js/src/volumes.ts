/** Volumes in the coordinator's thread: what the main thread asks for, as calls of c/core/file_call.h. */
import { errorOfStatus, PoolError } from './errors.js';
import { errorCodes, layout } from './layout.gen.js';
import type { EntryKind, EntryStat, DirectoryEntry, FilesReply, FilesRequest, VolumeCalls } from './protocol.js';
import { check, type Thread } from './thread.js';

/** Bytes of a file that are moved at a time. */
const PIECE_BYTES = 1 << 20;
const LIST_BYTES = 256 * layout.sizeof_pool_entry;

const kinds: Readonly<Record<number, EntryKind>> = {
  [layout.NODE_FILE]: 'file',
  [layout.NODE_DIRECTORY]: 'directory',
  [layout.NODE_SYMLINK]: 'symlink',
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A call but for its paths and its data. */
interface Call {
  readonly op: number;
  readonly volume: number;
  /** An offset, a size, or a cookie. */
  readonly number?: number;
}

/** Memory that all calls share: the call itself, its data, its texts. */
const DATA_AT = (layout.sizeof_file_call + 7) & ~7;

export class Volumes implements VolumeCalls {
  readonly #thread: Thread;
  readonly #pool: number;
  #memory = 0;

  constructor(thread: Thread, pool: number) {
    this.#thread = thread;
    this.#pool = pool;
  }

  /** Does what is asked: the answer. */
  answer({ id, call, args }: FilesRequest): FilesReply {
    try {
      const calls = this as unknown as Record<string, (...args: unknown[]) => unknown>;
      return { type: 'millrace:files', id, status: 0, value: calls[call]!(...args) };
    } catch (error) {
      const code = error instanceof PoolError ? error.code : 'POOL_ENOMEM'; // the platform has no room for the bytes
      return { type: 'millrace:files', id, status: errorCodes[code as keyof typeof errorCodes], value: undefined };
    }
  }

  make(maxBytes: number, maxFiles: number): number {
    const { heap } = this.#thread;
    const data = this.#reserve(layout.sizeof_volume_making);
    heap.setU64(data + layout.volume_making_max_bytes, maxBytes);
    heap.setU64(data + layout.volume_making_max_nodes, maxFiles);
    this.#run({ op: layout.FILE_CREATE, volume: 0 }, layout.sizeof_volume_making);
    return heap.u64(data + layout.volume_making_volume);
  }

  drop(volume: number): void {
    this.#run({ op: layout.FILE_RELEASE, volume }, 0);
  }

  mkdir(volume: number, path: string): void {
    this.#run({ op: layout.FILE_MKDIR, volume }, 0, path);
  }

  write(volume: number, path: string, data: ArrayBuffer): void {
    const bytes = new Uint8Array(data);
    this.#run({ op: layout.FILE_TRUNCATE, volume }, 0, path);
    for (let number = 0; number < bytes.length; number += PIECE_BYTES) {
      const piece = bytes.subarray(number, number + PIECE_BYTES);
      const at = this.#reserve(piece.length);
      this.#thread.heap.u8(at + piece.length).set(piece, at);
      this.#run({ op: layout.FILE_WRITE, volume, number }, piece.length, path);
    }
  }

  read(volume: number, path: string): ArrayBuffer {
    const bytes = new Uint8Array(this.stat(volume, path, true).size);
    for (let number = 0; ;) {
      const wanted = Math.min(bytes.length - number, PIECE_BYTES);
      const n = this.#run({ op: layout.FILE_READ, volume, number }, wanted, path); // also of nothing: it may be no file
      bytes.set(this.#data(n), number);
      number += n;
      if (n === 0 || number === bytes.length) return bytes.buffer.slice(0, number); // a guest may have made it shorter
    }
  }

  stat(volume: number, path: string, follow: boolean): EntryStat {
    const op = follow ? layout.FILE_STAT : layout.FILE_LSTAT;
    this.#run({ op, volume }, layout.sizeof_pool_stat, path);
    return this.#statAt(this.#memory + DATA_AT);
  }

  list(volume: number, path: string): DirectoryEntry[] {
    const entries: DirectoryEntry[] = [];
    for (let number = 0; ;) {
      const n = this.#run({ op: layout.FILE_LIST, volume, number }, LIST_BYTES, path);
      if (n === 0) return entries;
      for (let i = 0; i < n; i++) entries.push(this.#entryAt(this.#entry(i)));
      number = this.#thread.heap.u64(this.#entry(n - 1) + layout.pool_entry_cookie);
    }
  }

  symlink(volume: number, path: string, target: string): void {
    this.#run({ op: layout.FILE_SYMLINK, volume }, 0, path, target);
  }

  readlink(volume: number, path: string): string {
    const n = this.#run({ op: layout.FILE_READLINK, volume }, layout.PATH_MAX_BYTES, path);
    return decoder.decode(this.#data(n).slice());
  }

  rename(volume: number, from: string, to: string): void {
    this.#run({ op: layout.FILE_RENAME, volume }, 0, from, to);
  }

  remove(volume: number, path: string): void {
    this.#run({ op: layout.FILE_REMOVE, volume }, 0, path);
  }

  /** Where an entry of a list is. */
  #entry(i: number): number {
    return this.#memory + DATA_AT + i * layout.sizeof_pool_entry;
  }

  #entryAt(at: number): DirectoryEntry {
    const { heap } = this.#thread;
    const nameAt = at + layout.pool_entry_name;
    const nameEnd = nameAt + heap.u32(at + layout.pool_entry_name_bytes);
    const name = decoder.decode(heap.u8(nameEnd).slice(nameAt, nameEnd));
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
    const at = this.#memory + DATA_AT;
    return this.#thread.heap.u8(at + size).subarray(at, at + size);
  }

  /** Calls; the data is in our memory already, or comes there: what C returns, if that is no error. */
  #run({ op, volume, number = 0 }: Call, dataBytes: number, path = '', other = ''): number {
    const { c, heap } = this.#thread;
    const [pathBytes, otherBytes] = [encoder.encode(path), encoder.encode(other)];
    if (Math.max(pathBytes.length, otherBytes.length) > layout.PATH_MAX_BYTES) {
      throw errorOfStatus(errorCodes.POOL_ENAMETOOLONG);
    }
    const data = this.#reserve(dataBytes + pathBytes.length + otherBytes.length);
    const [pathAt, otherAt] = [data + dataBytes, data + dataBytes + pathBytes.length];
    heap.u8(otherAt + otherBytes.length).set(pathBytes, pathAt);
    heap.u8(otherAt + otherBytes.length).set(otherBytes, otherAt);
    const call = this.#memory;
    heap.setU32(call + layout.file_call_op, op);
    heap.setU64(call + layout.file_call_volume, volume);
    heap.setU32(call + layout.file_call_path, pathAt);
    heap.setU32(call + layout.file_call_path_bytes, pathBytes.length);
    heap.setU32(call + layout.file_call_other, otherAt);
    heap.setU32(call + layout.file_call_other_bytes, otherBytes.length);
    heap.setU64(call + layout.file_call_number, number);
    heap.setU32(call + layout.file_call_data, op === layout.FILE_WRITE ? 0 : data);
    heap.setU32(call + layout.file_call_source, op === layout.FILE_WRITE ? data : 0);
    heap.setU32(call + layout.file_call_data_bytes, dataBytes);
    return check(c.coordinator_file_call(this.#pool, call));
  }

  /** Has room for so many bytes of data and texts, and keeps what is there: where they are. */
  #reserve(size: number): number {
    this.#memory = this.#thread.c.coordinator_memory(this.#pool, DATA_AT + size) >>> 0;
    if (!this.#memory) throw new PoolError('POOL_ENOMEM', 'there is no memory to move files through');
    return this.#memory + DATA_AT;
  }
}
