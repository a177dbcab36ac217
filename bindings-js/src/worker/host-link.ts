/** What a module of `importsFrom` is given for one guest: its memory, and the host. */
import { viewOf } from '../shared/bytes.js';
import { errorOfStatus, PoolError } from '../shared/errors.js';
import { refusal } from '../shared/gate.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';

/** The guest's memory, through a getter: the guest comes later than the functions, and its memory may grow. */
export interface LinkedMemory {
  readonly buffer: ArrayBuffer;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class HostLink {
  readonly memory: LinkedMemory;
  readonly #thread: Thread;
  #memory: WebAssembly.Memory | undefined;
  #runs = false;
  #wasCancelled = false;

  constructor(thread: Thread) {
    this.#thread = thread;
    const bufferOf = (): ArrayBuffer => {
      if (this.#memory) return this.#memory.buffer;
      throw new PoolError('POOL_EBADF', "the guest's memory cannot be reached: it exports none, or is not there now");
    };
    this.memory = {
      get buffer(): ArrayBuffer {
        return bufferOf();
      },
    };
  }

  /** Whether the guest's code runs: only then the host can be called. */
  set runs(runs: boolean) {
    this.#runs = runs;
  }

  /** A call has said that the job is to end. Whatever was made of that, the guest's results are not to be trusted. */
  get wasCancelled(): boolean {
    return this.#wasCancelled;
  }

  /** `undefined`: the guest is gone. */
  bind(memory: WebAssembly.Memory | undefined): void {
    this.#memory = memory;
  }

  /** Calls the host, waits, and returns its reply. */
  readonly call = (name: string, data?: unknown): Uint8Array<ArrayBuffer> => {
    if (typeof name !== 'string') throw refusal('name', name, 'a string');
    const bytes = bytesOf(data);
    if (this.#thread.byScript) throw new PoolError('POOL_ENOTSUP', NOT_HERE);
    if (!this.#runs) throw new PoolError('POOL_EBADF', 'the host can be called only while the guest runs');
    const { c, heap } = this.#thread;
    const nameBytes = encoder.encode(name);
    const at = c.link_begin(nameBytes.length, bytes.length) >>> 0;
    this.#check(at);
    const memory = heap.u32(at + layout.link_call_at);
    const end = memory + nameBytes.length + bytes.length;
    heap.u8(end).set(nameBytes, memory);
    heap.u8(end).set(bytes, memory + nameBytes.length);
    c.link_send();
    const reply = this.#replyAt(at);
    try {
      this.#check(at, reply);
      return reply;
    } finally {
      c.link_end();
    }
  };

  #replyAt(at: number): Uint8Array<ArrayBuffer> {
    const { heap } = this.#thread;
    const begin = heap.u32(at + layout.link_call_at);
    const end = begin + heap.u32(at + layout.link_call_size_bytes);
    return heap.u8(end).slice(begin, end);
  }

  #check(at: number, text?: Uint8Array): void {
    const status = this.#thread.heap.u32(at + layout.link_call_status) | 0;
    if (status === 0) return;
    if (status === errorCodes.POOL_ECANCELED) this.#wasCancelled = true;
    const error = errorOfStatus(status);
    throw text && text.length > 0 ? new PoolError(error.code, decoder.decode(text)) : error;
  }
}

const NOT_HERE =
  'in a pool of the tier "jspi" a module of importsFrom cannot wait for the host: serve the import by the option imports';

function bytesOf(data: unknown): Uint8Array {
  if (data === undefined) return new Uint8Array(0);
  if (typeof data === 'string') return encoder.encode(data);
  const view = viewOf('data', data);
  if (!view) throw refusal('data', data, 'bytes, a string or undefined');
  return view;
}
