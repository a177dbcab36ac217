/** Calls of c/core/file_call.h by a script, in memory that all calls of its share. */
import { errorOfStatus, PoolError } from './errors.js';
import { errorCodes, layout } from './layout.gen.js';
import type { Heap } from './thread.js';

/** A call but for its paths and its data. */
export interface FileCall {
  readonly op: number;
  readonly volume: number;
  /** An offset, a size, or a cookie. */
  readonly number?: number;
  /** What is written. */
  readonly source?: Uint8Array;
}

/** The call itself comes first, then its data, then its texts. */
const DATA_AT = (layout.sizeof_file_call + 7) & ~7;

const encoder = new TextEncoder();

export class FileCaller {
  readonly #heap: Heap;
  readonly #memoryFor: (size: number) => number;
  readonly #run: (call: number) => number;
  #memory = 0;

  /** `memoryFor` answers where the memory is, always the same, or 0 if it has no room for so many bytes. */
  constructor(heap: Heap, memoryFor: (size: number) => number, run: (call: number) => number) {
    this.#heap = heap;
    this.#memoryFor = memoryFor;
    this.#run = run;
  }

  /** Where the last call's data is. */
  get dataAt(): number {
    return this.#memory + DATA_AT;
  }

  /** Makes a volume: its handle, or a status. 0 for a limit means none. */
  create(maxBytes: number, maxFiles: number): number {
    const data = this.#reserve(layout.sizeof_volume_making);
    this.#heap.setU64(data + layout.volume_making_max_bytes, maxBytes);
    this.#heap.setU64(data + layout.volume_making_max_nodes, maxFiles);
    const status = this.call({ op: layout.FILE_CREATE, volume: 0 }, layout.sizeof_volume_making);
    return status < 0 ? status : this.#heap.u64(data + layout.volume_making_volume);
  }

  /** What C returns. What it fills in is in our memory already, or comes there. */
  call({ op, volume, number = 0, source }: FileCall, dataBytes: number, path = '', other = ''): number {
    const [pathBytes, otherBytes] = [encoder.encode(path), encoder.encode(other)];
    if (Math.max(pathBytes.length, otherBytes.length) > layout.PATH_MAX_BYTES) {
      throw errorOfStatus(errorCodes.POOL_ENAMETOOLONG);
    }
    const heap = this.#heap;
    const data = this.#reserve(dataBytes + pathBytes.length + otherBytes.length);
    const [pathAt, otherAt] = [data + dataBytes, data + dataBytes + pathBytes.length];
    const memory = heap.u8(otherAt + otherBytes.length);
    if (source) memory.set(source, data);
    memory.set(pathBytes, pathAt);
    memory.set(otherBytes, otherAt);
    const call = this.#memory;
    heap.setU32(call + layout.file_call_op, op);
    heap.setU64(call + layout.file_call_volume, volume);
    heap.setU32(call + layout.file_call_path, pathAt);
    heap.setU32(call + layout.file_call_path_bytes, pathBytes.length);
    heap.setU32(call + layout.file_call_other, otherAt);
    heap.setU32(call + layout.file_call_other_bytes, otherBytes.length);
    heap.setU64(call + layout.file_call_number, number);
    heap.setU32(call + layout.file_call_data, source ? 0 : data);
    heap.setU32(call + layout.file_call_source, source ? data : 0);
    heap.setU32(call + layout.file_call_data_bytes, dataBytes);
    return this.#run(call);
  }

  /** Has room for so many bytes of data and texts, and keeps what is there: where they are. */
  #reserve(size: number): number {
    this.#memory = this.#memoryFor(DATA_AT + size);
    if (!this.#memory) throw new PoolError('POOL_ENOMEM', 'there is no memory to move files through');
    return this.#memory + DATA_AT;
  }
}
