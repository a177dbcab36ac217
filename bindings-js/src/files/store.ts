/** What a directory is kept in. */
import type { DirectoryEntry, EntryStat } from '../shared/protocol.js';

/** Bytes of a file that are read at a time. */
export const PIECE_BYTES = 1024 * 1024;

/** Where a directory's content is: here, or in a pool. Paths are relative to it; `.` is the directory itself. */
export interface Store {
  /** So many bytes from `offset` on, or as many as there are. POOL_EFBIG: that is more than `max`. */
  read(path: string, offset: number, length: number, max: number): Promise<ArrayBuffer>;
  /** Where a file has bytes next, from an offset on: those before are zeros. Its size: nowhere. */
  nextData(path: string, offset: number): Promise<number>;
  /** Replaces a file, and makes the directories above it. The buffer is the store's from now on. */
  write(path: string, data: ArrayBuffer): Promise<void>;
  list(path: string): Promise<DirectoryEntry[]>;
  stat(path: string, follow: boolean): Promise<EntryStat>;
  mkdir(path: string): Promise<void>;
  symlink(path: string, target: string): Promise<void>;
  readlink(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}
