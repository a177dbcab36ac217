/** Volumes in the coordinator's thread: what the main thread calls of c/coordinator/files.h. */
import { PoolError } from './errors.js';
import { errorCodes, layout } from './layout.gen.js';
import type { EntryKind, EntryStat, DirectoryEntry, FilesReply, FilesRequest, VolumeCalls } from './protocol.js';
import { check, type Thread } from './thread.js';

/** Bytes of a file that are moved at a time. */
const PIECE_BYTES = 1 << 20;
const LIST_BYTES = 1 << 16;

/** Where texts are put in our memory: behind what comes back by address. */
const TEXTS_AT = 64;

const kinds: Readonly<Record<number, EntryKind>> = {
  [layout.NODE_FILE]: 'file',
  [layout.NODE_DIRECTORY]: 'directory',
  [layout.NODE_SYMLINK]: 'symlink',
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text in shared memory, and its bytes. */
type Text = readonly [address: number, size: number];

export class Volumes implements VolumeCalls {
  readonly #thread: Thread;
  readonly #pool: number;
  #memory = 0;
  #memoryBytes = 0;

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
    const [at] = this.#put(0);
    check(this.#thread.c.files_make(this.#pool, maxBytes, maxFiles, at));
    return this.#thread.heap.u32(at);
  }

  drop(volume: number): void {
    check(this.#thread.c.files_drop(this.#pool, volume));
  }

  mkdir(volume: number, path: string): void {
    const [, text] = this.#put(0, path);
    check(this.#thread.c.files_make_directory(this.#pool, volume, ...text));
  }

  write(volume: number, path: string, data: ArrayBuffer): void {
    const { c, heap } = this.#thread;
    const bytes = new Uint8Array(data);
    const [at, text] = this.#put(Math.min(bytes.length, PIECE_BYTES), path);
    check(c.files_begin(this.#pool, volume, ...text));
    for (let done = 0; done < bytes.length; done += PIECE_BYTES) {
      const piece = bytes.subarray(done, done + PIECE_BYTES);
      heap.u8(at + piece.length).set(piece, at);
      check(c.files_write(this.#pool, volume, ...text, done, at, piece.length));
    }
  }

  read(volume: number, path: string): ArrayBuffer {
    const { c, heap } = this.#thread;
    const bytes = new Uint8Array(this.stat(volume, path, true).size);
    const [at, text] = this.#put(Math.min(bytes.length, PIECE_BYTES), path);
    for (let done = 0; ;) {
      const wanted = Math.min(bytes.length - done, PIECE_BYTES);
      const n = check(c.files_read(this.#pool, volume, ...text, done, at, wanted)); // also of nothing: it may be no file
      bytes.set(heap.u8(at + n).subarray(at, at + n), done);
      done += n;
      if (n === 0 || done === bytes.length) return bytes.buffer.slice(0, done); // a guest may have made it shorter
    }
  }

  stat(volume: number, path: string, follow: boolean): EntryStat {
    const [at, text] = this.#put(layout.sizeof_files_stat, path);
    check(this.#thread.c.files_stat(this.#pool, volume, ...text, follow ? 1 : 0, at));
    return this.#statAt(at);
  }

  list(volume: number, path: string): DirectoryEntry[] {
    const { c } = this.#thread;
    const [at, text] = this.#put(LIST_BYTES, path);
    const entries: DirectoryEntry[] = [];
    for (let cookie = 0; ;) {
      const size = check(c.files_list(this.#pool, volume, ...text, cookie, at, LIST_BYTES));
      if (size === 0) return entries;
      cookie = this.#unpack(at, size, entries);
    }
  }

  /** Adds packed entries to `entries`: the cookie of the last. */
  #unpack(at: number, size: number, entries: DirectoryEntry[]): number {
    const { heap } = this.#thread;
    let cookie = 0;
    for (let entry = at; entry < at + size; entry += heap.u32(entry + layout.files_entry_bytes)) {
      const nameAt = entry + layout.sizeof_files_entry;
      const nameEnd = nameAt + heap.u32(entry + layout.files_entry_name_bytes);
      const name = decoder.decode(heap.u8(nameEnd).slice(nameAt, nameEnd));
      entries.push({ name, ...this.#statAt(entry + layout.files_entry_stat) });
      cookie = heap.f64(entry + layout.files_entry_cookie);
    }
    return cookie;
  }

  symlink(volume: number, path: string, target: string): void {
    const [, text, targetText] = this.#put(0, path, target);
    check(this.#thread.c.files_symlink(this.#pool, volume, ...text, ...targetText!));
  }

  readlink(volume: number, path: string): string {
    const { c, heap } = this.#thread;
    const [at, text] = this.#put(layout.PATH_MAX_BYTES, path);
    const n = check(c.files_readlink(this.#pool, volume, ...text, at, layout.PATH_MAX_BYTES));
    return decoder.decode(heap.u8(at + n).slice(at, at + n));
  }

  rename(volume: number, from: string, to: string): void {
    const [, text, toText] = this.#put(0, from, to);
    check(this.#thread.c.files_rename(this.#pool, volume, ...text, ...toText!));
  }

  remove(volume: number, path: string): void {
    const [, text] = this.#put(0, path);
    check(this.#thread.c.files_remove(this.#pool, volume, ...text));
  }

  #statAt(at: number): EntryStat {
    const { heap } = this.#thread;
    return {
      kind: kinds[heap.u32(at + layout.files_stat_kind)]!,
      size: heap.f64(at + layout.files_stat_size),
      lastModified: heap.f64(at + layout.files_stat_modified_ms),
    };
  }

  /** Puts texts into our memory: where `room` bytes behind them are, and where each text is. */
  #put(room: number, ...texts: readonly string[]): [at: number, first: Text, second?: Text] {
    const encoded = texts.map((text) => encoder.encode(text));
    const textBytes = encoded.reduce((sum, { length }) => sum + length, 0);
    const offset = (TEXTS_AT + textBytes + 7) & ~7;
    this.#reserve(offset + Math.max(room, 8));
    let at = this.#memory + TEXTS_AT;
    const placed = encoded.map((bytes): Text => {
      this.#thread.heap.u8(at + bytes.length).set(bytes, at);
      at += bytes.length;
      return [at - bytes.length, bytes.length];
    });
    return [this.#memory + offset, placed[0] ?? [0, 0], placed[1]];
  }

  #reserve(size: number): void {
    if (size <= this.#memoryBytes) return;
    const memory = this.#thread.c.files_memory(this.#memory, size) >>> 0;
    if (!memory) throw new PoolError('POOL_ENOMEM', 'there is no memory to move files through');
    this.#memory = memory;
    this.#memoryBytes = size;
  }
}
