/** A small directory moves into its pool on the main thread, at once: to ask the coordinator takes longer than that, and than
 * many a job. */
import { FileCaller } from '../shared/file-call.js';
import { layout } from '../shared/layout.gen.js';
import type { Leaf } from '../shared/protocol.js';
import type { Thread } from '../shared/thread.js';

/** More keeps the main thread from other things for longer than it takes to ask. */
const LEAVES_MAX = 16;
const BYTES_MAX = 64 * 1024;

/** The client's side of a pool's memory. */
export interface Here {
  readonly thread: Thread;
  readonly pool: number;
  /** CLIENT_SCRATCH_BYTES of it, for calls. */
  readonly scratch: number;
}

/** Makes a volume with these in it: its number. `undefined`: there are too many, or the pool has not the memory at hand, or
 * they cannot be made; the coordinator can wait, and says why not. */
export function makeHere(
  { thread: { c, heap }, pool, scratch }: Here,
  limits: readonly [maxBytes: number, maxFiles: number],
  leaves: readonly Leaf[],
  bytes: ArrayBuffer,
): number | undefined {
  if (leaves.length > LEAVES_MAX || bytes.byteLength > BYTES_MAX) return undefined;
  const caller = new FileCaller(
    heap,
    (size) => (size <= layout.CLIENT_SCRATCH_BYTES ? scratch : 0),
    (call) => c.client_file_call(pool, call),
  );
  const volume = caller.create(...limits);
  if (volume < 0) return undefined;
  if (fill(caller, volume, leaves, bytes)) return volume;
  caller.call({ op: layout.FILE_RELEASE, volume }, 0);
  return undefined;
}

/** Whether all of it could be done. */
function fill(caller: FileCaller, volume: number, leaves: readonly Leaf[], bytes: ArrayBuffer): boolean {
  let at = 0;
  const make = ([path, content]: Leaf): number => {
    if (content === undefined) return caller.call({ op: layout.FILE_MKDIR, volume }, 0, path);
    if (typeof content === 'string') return caller.call({ op: layout.FILE_SYMLINK, volume }, 0, path, content);
    const source = new Uint8Array(bytes, at, content);
    at += content;
    return caller.call({ op: layout.FILE_REPLACE, volume, source }, content, path);
  };
  try {
    return leaves.every((leaf) => make(leaf) >= 0);
  } catch {
    return false; // a path is too long
  }
}
