/** One thread's instance of coordinator.wasm on the shared memory: the start code that every thread runs. */
import { findWaitAsync, type WaitAsync } from './bell.js';
import { errorOfStatus, PoolError } from './errors.js';
import { layout } from './layout.gen.js';
import type { SharedParts } from './protocol.js';

/** The exports of coordinator.wasm, as c/exports.txt lists them. Pointers are unsigned only after `>>> 0`. */
export interface CoordinatorExports {
  readonly __indirect_function_table: WebAssembly.Table;
  __wasm_call_ctors(): void;
  _emscripten_wasm_worker_initialize(stack: number, size: number): void;
  emscripten_stack_get_current(): number;
  _emscripten_stack_restore(pointer: number): void;

  pool_resize_range(pool: number, minWorkers: number, workers: number): number;
  pool_stats(pool: number, statsOut: number): number;
  pool_worker_stats(pool: number, workersOut: number, n: number): number;
  pool_pipe(pool: number, capacity: number, fdsOut: number): number;

  // Handles are numbers here; see c/client/script.h.
  script_wait(pool: number, job: number, timeoutMs: number, resultOut: number): number;
  script_cancel(pool: number, job: number): number;
  script_release(pool: number, job: number): number;
  script_write(pool: number, fd: number, data: number, size: number): number;
  script_close(pool: number, fd: number): number;
  script_abort_write(pool: number, fd: number): number;
  script_peek(pool: number, fd: number, dataOut: number): number;
  script_consume(pool: number, fd: number, size: number): number;
  script_reserve(pool: number, fd: number, wants: number, dataOut: number): number;
  script_commit(pool: number, fd: number, size: number): number;
  script_watch_reader(pool: number, fd: number): number;
  script_waiter_at(pool: number, fd: number): number;
  script_watch_caller(pool: number, call: number): number;
  script_reply_room(pool: number, call: number, size: number, addressOut: number): number;
  script_reply(pool: number, call: number, status: number, size: number): number;

  client_join(pool: number, relayed: number): number;
  client_shut(pool: number): void;
  client_take(pool: number): number;
  client_told(pool: number, toldNs: bigint): void;
  client_arm(pool: number): number;
  client_disarm(pool: number): void;
  client_poll(pool: number, fds: number, n: number): number;
  client_room(pool: number): number;
  client_hold(pool: number, holds: number): void;
  client_has_rings(pool: number, ringBytes: number, n: number): number;
  client_promise(pool: number, bytes: number): void;
  client_file_call(pool: number, call: number): number;
  client_stage(pool: number, size: number, addressOut: number): number;
  client_submit(pool: number, record: number, recordBytes: number, jobOut: number): number;
  client_call(pool: number, slot: number, callOut: number): number;

  coordinator_create(cores: number, graceMs: number, blocksMib: number, workers: number, maxWorkers: number): number;
  coordinator_refusals(pool: number): number;
  coordinator_set_range(pool: number, minWorkers: number, idleMs: number): void;
  coordinator_arm(pool: number, relayed: number): number;
  coordinator_tick(pool: number): number;
  coordinator_vacancies(pool: number): number;
  coordinator_add_worker(pool: number): number;
  coordinator_worker_stack(pool: number, worker: number): number;
  coordinator_bury_worker(pool: number, worker: number, restMs: number, lost: number): void;
  coordinator_next_kill(pool: number): number;
  coordinator_close(pool: number): number;

  coordinator_memory(pool: number, size: number): number;
  coordinator_file_call(pool: number, call: number): number;
  coordinator_sweep(pool: number): number;

  worker_join(pool: number, number: number): number;
  readonly worker_next: () => number;
  worker_tell_idle(idleMs: number): void;
  worker_begin(read: number, write: number, check: number): void;
  worker_enter(): number;
  worker_leave(): void;
  worker_left_by(): number;
  worker_exit_code(): number;
  worker_call(): number;
  worker_results(n: number): number;
  worker_borrow(size: number): number;
  worker_return(): void;
  worker_signature(bytes: number, size: number, name: number, nameBytes: number, out: number): number;
  worker_import(bytes: number, size: number, number: number, out: number): number;
  worker_text(size: number): number;
  worker_end(outcome: number, code: number, textBytes: number): void;

  proxy_next(): number;
  proxy_look(): number;
  proxy_rest(rests: number): void;
  port_wait_by_script(): void;

  import_buffer(): number;
  readonly import_call: (number: number, nValues: number, nResults: number) => number;
  import_missing(number: number): void;

  link_begin(nameBytes: number, sizeBytes: number): number;
  link_send(): number;
  link_end(): void;

  instance_begin(): number;
  readonly instance_next: () => number;
  readonly instance_text: (size: number) => number;
  readonly instance_take: (address: number, size: number) => number;
  readonly instance_skip: (size: number) => number;
  readonly instance_send: (size: number) => number;
  readonly instance_give: (address: number, size: number) => number;
}

/** Views of the shared memory. It grows, and views made before see only what there was: ask for them at each use. */
export class Heap {
  #u8: Uint8Array;
  #u32: Uint32Array;
  #f64: Float64Array;
  #view: DataView;

  constructor(readonly memory: WebAssembly.Memory) {
    this.#u8 = new Uint8Array(memory.buffer);
    this.#u32 = new Uint32Array(memory.buffer);
    this.#f64 = new Float64Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** Bytes, `end` of them at least. */
  u8(end: number): Uint8Array {
    if (end > this.#u8.length) this.#renew();
    return this.#u8;
  }

  /** The word at an address. */
  u32(address: number): number {
    if (address + 4 > this.#u8.length) this.#renew();
    return this.#u32[address >>> 2]!;
  }

  setU32(address: number, value: number): void {
    if (address + 4 > this.#u8.length) this.#renew();
    this.#u32[address >>> 2] = value;
  }

  /** The whole number in two words, as exactly as a number can be. */
  u64(address: number): number {
    return this.u32(address) + this.u32(address + 4) * 2 ** 32;
  }

  setU64(address: number, value: number): void {
    this.setU32(address, value);
    this.setU32(address + 4, Math.floor(value / 2 ** 32));
  }

  f64(address: number): number {
    if (address + 8 > this.#u8.length) this.#renew();
    return this.#f64[address >>> 3]!;
  }

  /** Everything up to `end` at least, for values of all types. */
  view(end: number): DataView {
    if (end > this.#u8.length) this.#renew();
    return this.#view;
  }

  #renew(): void {
    this.#u8 = new Uint8Array(this.memory.buffer);
    this.#u32 = new Uint32Array(this.memory.buffer);
    this.#f64 = new Float64Array(this.memory.buffer);
    this.#view = new DataView(this.memory.buffer);
  }
}

export interface Thread {
  readonly c: CoordinatorExports;
  readonly heap: Heap;
  /** It shares its thread with others, and is suspended where it would block: see `Waits`. */
  readonly byScript: boolean;
  /** How it watches a bell without blocking; `undefined`: it cannot, and is told by messages. */
  readonly waitAsync: WaitAsync | undefined;
}

/** How an instance waits and wakes. */
export interface Waits {
  /** The instances share one thread of the engine's, and not even those that may block do. */
  readonly byScript: boolean;
  /** The instance is about to wait at a word: lets others have their turn. 0: it cannot wait now, and looks again. */
  readonly yield: (address: number) => number;
  /** Waits at a word for so many milliseconds at most, -1 for ever: an import of coordinator.wasm. */
  readonly wait: unknown;
  /** Wakes everybody who waits there. */
  readonly wake: (address: number) => void;
  readonly waitAsync: WaitAsync | undefined;
}

/** What there is in a thread of one's own: coordinator.wasm blocks it by itself. */
export const threadWaits: Waits = {
  byScript: false,
  yield: abort,
  wait: abort,
  wake: abort,
  waitAsync: findWaitAsync(),
};

/** Tells a waiter that cannot watch its bell that it rang. */
export type Relay = (waiter: number) => void;

const decoder = new TextDecoder();

/** Instantiates coordinator.wasm for this thread. Does not give it a stack yet: see `joinWithStack`. */
export function instantiate(parts: SharedParts, relay: Relay, waits = threadWaits): Thread {
  if (parts.abi !== layout.POOL_ABI) {
    throw new PoolError(
      'POOL_EPROTO',
      `millrace's files are of two versions (ABI ${parts.abi} and ${layout.POOL_ABI}): serve all of one package`,
    );
  }
  const supplied = supply(parts.memory, relay, waits);
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module, name } of WebAssembly.Module.imports(parts.wasm)) {
    const value = supplied.get(name);
    if (!value)
      throw new PoolError(
        'POOL_EPROTO',
        `coordinator.wasm wants ${module}.${name}, which this script lacks: serve all files of one package`,
      );
    (imports[module] ??= {})[name] = value;
  }
  const instance = new WebAssembly.Instance(parts.wasm, imports);
  const c = instance.exports as unknown as CoordinatorExports;
  return { c, heap: new Heap(parts.memory), byScript: waits.byScript, waitAsync: waits.waitAsync };
}

/** Gives this thread's instance a stack and thread-local block of its own. Not for the coordinator, the first thread. */
export function joinWithStack(thread: Thread, stack: number, size: number): void {
  thread.c._emscripten_wasm_worker_initialize(stack, size);
}

/** Throws what a negative status from C means. */
export function check(status: number): number {
  if (status < 0) throw errorOfStatus(status);
  return status;
}

/** All that the module may ask for, by name. Emscripten's own names differ a little between its versions. */
function supply(memory: WebAssembly.Memory, relay: Relay, waits: Waits): Map<string, WebAssembly.ImportValue> {
  const refuse = (): number => 52; // ENOSYS: the C library's stdio, which nobody reads
  return new Map<string, WebAssembly.ImportValue>([
    ['memory', memory],
    ['now_ms', nowMs],
    ['clock_step_ms', clockStepMs],
    ['random', (address: number, size: number) => (fillRandom(memory, address, size) ? 0 : -1)],
    ['getentropy', (address: number, size: number) => (fillRandom(memory, address, size) ? 0 : -1)],
    ['random_get', (address: number, size: number) => (fillRandom(memory, address, size) ? 0 : 29)],
    ['relay', relay],
    ['yield', waits.yield],
    ['wait', waits.wait as WebAssembly.ImportValue],
    ['wake', waits.wake],
    ['emscripten_get_now', () => performance.now()],
    ['emscripten_date_now', () => Date.now()],
    ['emscripten_resize_heap', (size: number) => (grow(memory, size >>> 0) ? 1 : 0)],
    ['emscripten_console_error', (text: number) => console.error(`millrace: ${cString(memory, text)}`)],
    ['emscripten_err', (text: number) => console.error(`millrace: ${cString(memory, text)}`)],
    ['__assert_fail', abort],
    ['_abort_js', abort],
    ['fd_write', refuse],
    ['fd_seek', refuse],
    ['fd_close', refuse],
  ]);
}

/** Milliseconds by enum port_clock. Both count from 1970 by the origin that all workers of a page derive theirs from. */
export function nowMs(clock: number): number {
  return clock === 0 ? Date.now() : originMs + steadyClock.now();
}

/** Asking the scope for them each time would double the cost of asking for the time. */
const steadyClock = performance;
const originMs = performance.timeOrigin;

let monotonicStepMs = 0;

function clockStepMs(clock: number): number {
  if (clock === 0) return 1;
  monotonicStepMs ||= measureStep();
  return monotonicStepMs;
}

/** The smallest step that the monotonic clock is seen to make. */
function measureStep(): number {
  let smallest = 1;
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    let now = begin;
    while (now === begin) now = performance.now();
    smallest = Math.min(smallest, now - begin);
  }
  return Math.max(smallest, 1e-6);
}

/** The platform fills neither shared memory nor more than 64 KiB at a time. */
function fillRandom(memory: WebAssembly.Memory, address: number, size: number): boolean {
  const piece = new Uint8Array(Math.min(size, 65536));
  for (let done = 0; done < size; done += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, size - done));
    try {
      crypto.getRandomValues(part);
    } catch {
      return false;
    }
    new Uint8Array(memory.buffer).set(part, (address >>> 0) + done);
  }
  return true;
}

function grow(memory: WebAssembly.Memory, size: number): boolean {
  try {
    memory.grow(Math.max(0, Math.ceil((size - memory.buffer.byteLength) / 65536)));
    return true;
  } catch {
    return false;
  }
}

function cString(memory: WebAssembly.Memory, address: number): string {
  const bytes = new Uint8Array(memory.buffer, address >>> 0);
  return decoder.decode(bytes.slice(0, bytes.indexOf(0)));
}

function abort(): never {
  throw new Error('coordinator.wasm aborted');
}
