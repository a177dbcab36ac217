/** The main thread's side of the shared memory: submits jobs, moves bytes, and takes signals. Nothing here blocks. */
import { PoolError } from '../shared/errors.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import { nameDecoder } from '../shared/name-decoder.js';
import { readValues, writeValues } from '../shared/value.js';
import { check, joinWithStack, type Thread } from '../shared/thread.js';
import { Doorbell } from './doorbell.js';
import { type Histogram, noTimes, type PoolBytes, timesAt, type WorkerNow, workersAt } from './measures.js';
import { bareReply, NO_BYTES, type Reply } from './reply.js';

/** A job's handle, one end of a pipe: see `pool.h`. Both are whole numbers below 2^53. */
export type JobHandle = number & { readonly kind?: 'job' };
export type Fd = number & { readonly kind?: 'fd' };

/** A volume that a guest is given, and the path that it knows it as. */
export interface VolumePreopen {
  readonly path: string;
  readonly volume: number;
  readonly readOnly: boolean;
}

/** What is called instead of `_start`. */
export interface ExportCall {
  readonly name: string;
  readonly values: readonly (number | bigint)[];
}

/** What of a guest is called: `_start`, if it is a command; one export; or what comes through the job's stdin, if it is an
 * instance. */
export type Called = undefined | ExportCall | 'instance';

/** What `client_submit` takes, as far as scripts need it. */
export interface Submission {
  readonly module: number;
  readonly call: Called;
  /** The ends of pipes that are its stdin, stdout and stderr; 0: none, it is the null device. */
  readonly stdio: readonly [Fd, Fd, Fd];
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly preopens: readonly VolumePreopen[];
  readonly timeoutMs: number;
  /** `enum pool_priority`. */
  readonly priority: number;
  /** 0: the default, as of `maxMemoryMiB`. */
  readonly maxCalls: number;
  readonly maxMemoryMiB: number;
  readonly tty: boolean;
  /** What its imports are linked with beside WASI, as the workers were told; 0: nothing. */
  readonly imports: number;
  /** Imports that nobody provides trap when they are called. */
  readonly traps: boolean;
}

/** What `pool_wait` gives. */
export interface Result {
  readonly outcome: number;
  readonly code: number;
  readonly text: string;
  /** What an export returned. */
  readonly values: readonly (number | bigint)[];
  readonly worker: number;
  readonly queuedMs: number;
  readonly runMs: number;
}

/** A guest's call of the host, which is to be answered. */
export interface TakenCall {
  readonly call: number;
  readonly job: JobHandle;
  /** Empty: what is called is an import. */
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Of something of which a pool has only so much. */
export interface PoolUse {
  /** How many are used now. */
  readonly used: number;
  /** How many there can be. */
  readonly limit: number;
}

/** How much of the pool's memory there is, in bytes. */
export interface PoolMemory {
  /** What there can be of it: `maxMemory`, without the pool's own part. */
  readonly limit: number;
  /** What is used now; 0 when no job, pipe and directory is left. */
  readonly used: number;
  /** The rest. */
  readonly free: number;
  /** The largest piece of the free memory that could be had at once, 16 MiB at most. */
  readonly largest: number;
  /** What was had so far from the engine, in pieces of 16 MiB. It is reused, and goes back when the pool is closed. */
  readonly total: number;
}

/** What all jobs of a pool share, and how much of it is used. */
export interface PoolUses {
  /** Pipes: three for a job that was spawned with all its streams, until it has ended and they are read or cancelled. */
  readonly pipes: PoolUse;
  /** Host calls that guests have begun and not closed, or that are not answered yet. */
  readonly calls: PoolUse;
  /** Directories that are in the pool. */
  readonly directories: PoolUse;
  /** Jobs that are queued, run, or have ended a moment ago. More of them wait in the client for their turn. */
  readonly places: PoolUse;
  /** Memory: pipes, arguments, outputs and files. */
  readonly memory: PoolMemory;
}

/** What `pool_stats` and `pool_worker_stats` tell beside the uses. */
export interface Measures {
  readonly queued: number;
  readonly running: number;
  readonly waitingTime: Histogram;
  readonly runningTime: Histogram;
  readonly workers: readonly WorkerNow[];
}

/** Who is told once that something has happened; an object costs less than a function, where there are many. */
export type Listener = (() => void) | { hear(): void };

/** How the client learns that something has happened. */
export interface Bell {
  /** Looks at what there is. */
  wake(): void;
  /** Something was sent that may be answered at once. */
  answered(): void;
  stop(): void;
}

/** `dispatch` takes signals: all that there are, or up to the next host call. */
export type MakeBell = (thread: Thread, pool: number, dispatch: () => void) => Bell;

export const EAGAIN = errorCodes.POOL_EAGAIN;

/** So many jobs in one go wake a worker once. */
const HELD_JOBS = 64;

const encoder = new TextEncoder();

const noValues: Result['values'] = [];

/** What a stopped client has instead of an instance: whatever is tried with it is refused. */
const gone: Thread = {
  get c(): never {
    throw closed();
  },
  get heap(): never {
    throw closed();
  },
  byScript: false,
  waitAsync: undefined,
};

export class Client {
  /** Let go when the client stops: jobs and their streams may outlive the pool, and would keep its memory. */
  #thread: Thread;
  #doorbell: Bell | undefined;
  readonly #pool: number;
  readonly #scratch: number;
  #observer: ((signal: number) => void) | undefined;
  /** Who waits for which signal, by its number; each is told once. */
  readonly #listeners = new Array<Listener | undefined>(layout.SIGNAL_CALL_0).fill(undefined);
  /** Who wants to hear of memory. */
  readonly #blockListeners = new Set<() => void>();
  /** Of the last job that was given no directories, with their bytes. */
  #args: readonly string[] = [];
  #env: readonly string[] = [];
  #stringBytes: Uint8Array = NO_BYTES;
  /** How many jobs were submitted in one go until now. */
  #held = 0;
  #onRoom: () => void = () => undefined;
  #onCall: (slot: number) => void = () => undefined;
  #stopped = false;
  /** Bytes that went through this thread, into pipes and out of them. */
  #bytesIn = 0;
  #bytesOut = 0;

  /** Joins a pool that the coordinator has created. */
  constructor(thread: Thread, pool: number, makeBell: MakeBell = (...given) => new Doorbell(...given)) {
    this.#thread = thread;
    this.#pool = pool;
    const { c, heap } = thread;
    joinWithStack(thread, heap.u32(pool + layout.pool_client_stack), layout.CLIENT_STACK_BYTES);
    this.#scratch = heap.u32(pool + layout.pool_client_scratch);
    check(c.client_join(pool, thread.waitAsync ? 0 : 1));
    this.#doorbell = makeBell(thread, pool, () => this.#dispatch());
    this.#doorbell.wake();
  }

  /** Hands every signal to somebody who keeps books of their own, and uses the client's thread directly. */
  observe(observer: (signal: number) => void): { thread: Thread; pool: number; scratch: number } {
    this.#observer = observer;
    return this.here;
  }

  /** What the client's thread reaches the pool by, for calls of its own. */
  get here(): { thread: Thread; pool: number; scratch: number } {
    return { thread: this.#thread, pool: this.#pool, scratch: this.#scratch };
  }

  /** Something was sent that may be answered at once. */
  sent(): void {
    this.#doorbell?.answered();
  }

  /** The coordinator relays a ring; only where the bell cannot be watched. */
  ring(): void {
    this.#doorbell?.wake();
  }

  /** Lets no job begin any more. */
  shut(): void {
    if (!this.#stopped) this.#thread.c.client_shut(this.#pool);
  }

  /** Tells everybody what has happened so far. Host calls are served no more. */
  flush(): void {
    if (!this.#stopped) this.#dispatch(false);
  }

  /** Takes no signal any more: whoever waits for an end is told that the pool is closed. */
  stop(): void {
    this.#stopped = true;
    this.#doorbell?.stop();
    for (const listener of this.#listeners.splice(0)) if (listener) call(listener);
    this.#blockListeners.clear();
    this.#doorbell = undefined;
    this.#thread = gone;
  }

  /** What all jobs share, and how much of it is used; of a pool that is closed, nothing. */
  uses(): PoolUses {
    if (!this.#stopped) check(this.#thread.c.pool_stats(this.#pool, this.#scratch));
    const used = (offset: number): number => (this.#stopped ? 0 : this.#thread.heap.u32(this.#scratch + offset));
    const use = (offset: number, limit: number): PoolUse => ({ used: used(offset), limit });
    return {
      pipes: use(layout.pool_stats_n_pipes, layout.POOL_PIPES_MAX),
      calls: use(layout.pool_stats_n_open_calls, layout.POOL_CALLS_MAX),
      directories: use(layout.pool_stats_n_volumes, layout.POOL_VOLUMES_MAX),
      places: use(layout.pool_stats_n_jobs, layout.POOL_JOBS_MAX),
      memory: this.#memory(),
    };
  }

  /** What C counts and knows besides; of a pool that is closed, nothing. */
  measures(): Measures {
    const at = this.#scratch;
    if (this.#stopped) return { queued: 0, running: 0, waitingTime: noTimes, runningTime: noTimes, workers: [] };
    const { c, heap } = this.#thread;
    check(c.pool_stats(this.#pool, at));
    const [queued, running] = [heap.u32(at + layout.pool_stats_n_queued), heap.u32(at + layout.pool_stats_n_running)];
    const waitingTime = timesAt(this.#thread, at + layout.pool_stats_waiting);
    const runningTime = timesAt(this.#thread, at + layout.pool_stats_running);
    const n = check(c.pool_worker_stats(this.#pool, at, layout.POOL_WORKERS_MAX + 1));
    return { queued, running, waitingTime, runningTime, workers: workersAt(this.#thread, at, n) };
  }

  /** The memory's part of the stats that were written just now. */
  #memory(): PoolMemory {
    const bytes = (offset: number): number => (this.#stopped ? 0 : this.#thread.heap.u64(this.#scratch + offset));
    return {
      limit: bytes(layout.pool_stats_memory_limit_bytes),
      used: bytes(layout.pool_stats_memory_used_bytes),
      free: bytes(layout.pool_stats_memory_free_bytes),
      largest: bytes(layout.pool_stats_memory_largest_bytes),
      total: bytes(layout.pool_stats_memory_bytes),
    };
  }

  get bytes(): PoolBytes {
    return { in: this.#bytesIn, out: this.#bytesOut };
  }

  /** Threads at most. */
  get maxWorkers(): number {
    return this.#thread.heap.u32(this.#pool + layout.pool_max_workers);
  }

  /** Whether there is memory for so many rings, those included that there are, beside what files hold. */
  hasRings(ringBytes: number, n: number): boolean {
    return this.#stopped || this.#thread.c.client_has_rings(this.#pool, ringBytes, n) !== 0;
  }

  /** Keeps so much of the memory from files, for pipes. */
  promiseRings(bytes: number): void {
    if (!this.#stopped) this.#thread.c.client_promise(this.#pool, bytes);
  }

  /** Changes how many workers stay, and how many jobs run at the same time. */
  resize(min: number, max: number): void {
    check(this.#thread.c.pool_resize_range(this.#pool, min, max));
  }

  /** Calls `listener` once, when the job has ended. */
  onJobEnd(job: JobHandle, listener: Listener): void {
    this.#listeners[layout.SIGNAL_JOB_0 + (job & layout.HANDLE_JOB_MASK)] = listener;
  }

  /** Resolves when an end that was EAGAIN has moved, memory can be had again, the end was closed here, or somebody else
   * waits at it from now on. Rejects when the pool is closed. */
  ready(fd: Fd): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onReady(fd, () => (this.#stopped ? reject(closed()) : resolve()));
    });
  }

  /** The same once, by a call; also when the pool is closed. */
  onReady(fd: Fd, listener: () => void): void {
    if (this.#stopped) return listener();
    const signal = layout.SIGNAL_PIPE_0 + (fd & layout.HANDLE_PIPE_MASK);
    this.#tell(signal);
    const once = (): void => {
      this.#listeners[signal] = undefined;
      this.#blockListeners.delete(once);
      listener();
    };
    this.#listeners[signal] = once;
    this.#blockListeners.add(once);
  }

  /** Has whoever waits at an end look again. */
  nudge(fd: Fd): void {
    this.#tell(layout.SIGNAL_PIPE_0 + (fd & layout.HANDLE_PIPE_MASK));
  }

  /** Calls `listener` once, when a read end that was EAGAIN has moved, was closed here, or the pool is closed. */
  onMove(fd: Fd, listener: Listener): void {
    if (this.#stopped) call(listener);
    else this.#listeners[layout.SIGNAL_PIPE_0 + (fd & layout.HANDLE_PIPE_MASK)] = listener;
  }

  /** Calls `listener` whenever memory can be had again. */
  onBlocks(listener: () => void): void {
    this.#blockListeners.add(listener);
  }

  /** Calls `listener` whenever `release` has made room for another pipe. */
  onRoom(listener: () => void): void {
    this.#onRoom = listener;
  }

  /** Calls `listener` with the slot of a host call when it has come, or its caller has gone. */
  onCall(listener: (slot: number) => void): void {
    this.#onCall = listener;
  }

  /** Tells what has happened, up to the next host call: handlers take time, and others want their turn. */
  #dispatch(serves = true): void {
    const { c } = this.#thread;
    for (let signal = c.client_take(this.#pool); signal >= 0; signal = c.client_take(this.#pool)) {
      if (this.#observer) {
        this.#observer(signal);
        continue;
      }
      if (signal === layout.SIGNAL_BLOCKS) {
        this.#tellRoom();
        continue;
      }
      if (signal >= layout.SIGNAL_CALL_0) {
        if (!serves) continue;
        return this.#onCall(signal - layout.SIGNAL_CALL_0);
      }
      this.#tell(signal);
    }
  }

  #tell(signal: number): void {
    const listener = this.#listeners[signal];
    if (!listener) return;
    this.#listeners[signal] = undefined;
    call(listener);
  }

  /** Something was given back. If it is of no use to those who wait, the signal comes again. */
  #tellRoom(): void {
    if (this.#thread.c.client_room(this.#pool) === 0) return;
    for (const listener of [...this.#blockListeners]) listener();
  }

  /** Takes the host call in a slot; `undefined`: there is none that waits for that. */
  takeCall(slot: number): TakenCall | undefined {
    const { c, heap } = this.#thread;
    const at = this.#scratch;
    if (c.client_call(this.#pool, slot, at) !== 0) return undefined;
    const bytes = (address: number, size: number): Uint8Array<ArrayBuffer> => {
      const begin = heap.u32(at + address);
      const end = begin + heap.u32(at + size);
      return heap.u8(end).slice(begin, end);
    };
    return {
      call: heap.u64(at + layout.client_call_call),
      job: heap.u64(at + layout.client_call_job),
      name: this.#nameAt(heap.u32(at + layout.client_call_name), heap.u32(at + layout.client_call_name_bytes)),
      data: bytes(layout.client_call_data, layout.client_call_size_bytes),
    };
  }

  /** Most names are a few letters, for which a decoder takes longer than all else. */
  #nameAt(begin: number, size: number): string {
    const end = begin + size;
    const bytes = this.#thread.heap.u8(end);
    let name = '';
    for (let i = begin; i < end && bytes[i]! < 0x80; i++) name += String.fromCharCode(bytes[i]!);
    return name.length === size ? name : nameDecoder.decode(bytes.slice(begin, end));
  }

  /** Whether nobody waits for the reply to a call any more; if somebody does, `onCall` tells when he goes. */
  isCallerGone(call: number): boolean {
    return !this.#stopped && this.#thread.c.script_watch_caller(this.#pool, call) !== EAGAIN;
  }

  /** Answers a host call. False: there is no memory for that yet, and `onBlocks` tells when there may be. */
  reply(call: number, { status, bytes }: Reply): boolean {
    if (this.#stopped) return true;
    const { c, heap } = this.#thread;
    if (bytes.length > 0) {
      const error = c.script_reply_room(this.#pool, call, bytes.length, this.#scratch);
      if (error === EAGAIN) return false;
      if (error < 0) return this.reply(call, bareReply(status || error));
      const address = heap.u32(this.#scratch);
      heap.u8(address + bytes.length).set(bytes, address);
    }
    c.script_reply(this.#pool, call, status, bytes.length);
    this.#doorbell?.answered();
    return true;
  }

  /** Queues a job: its handle, or a negative status. Throws if the arguments cannot be carried at all. */
  submit(submission: Submission): JobHandle {
    const { c, heap } = this.#thread;
    const size = this.#putRecord(submission);
    const status = c.client_submit(this.#pool, this.#scratch + layout.SCRATCH_RECORD, size, this.#scratch);
    if (status < 0) return status;
    this.#wakeFewTimes();
    this.#doorbell?.answered();
    return heap.u64(this.#scratch);
  }

  /** Of what is submitted in one go, the first job has woken a worker; those behind it wake one by groups, and at the end. */
  #wakeFewTimes(): void {
    const { c } = this.#thread;
    if (this.#held++ > 0) {
      if (this.#held % HELD_JOBS > 0) return;
      c.client_hold(this.#pool, 0);
    } else {
      queueMicrotask(() => {
        this.#held = 0;
        if (!this.#stopped) c.client_hold(this.#pool, 0);
      });
    }
    c.client_hold(this.#pool, 1);
  }

  /** Writes a `struct record` into the scratch memory: its size. */
  #putRecord(submission: Submission): number {
    const { module, call, stdio, args, env, preopens, timeoutMs, priority, maxCalls, maxMemoryMiB, tty } = submission;
    const { heap } = this.#thread;
    const record = this.#scratch + layout.SCRATCH_RECORD;
    const exported = call === 'instance' ? undefined : call;
    const values = exported ? exported.values : noValues;
    const name = exported ? encoder.encode(`${exported.name}\0`) : NO_BYTES;
    const preopensAt = record + layout.sizeof_record + values.length * layout.sizeof_pool_value;
    const nameAt = preopensAt + preopens.length * layout.sizeof_record_preopen;
    const stringsAt = nameAt + name.length;
    const otherBytes = stringsAt - record - layout.sizeof_record;
    const strings = this.#strings(submission, otherBytes);
    const bytes = heap.u8(stringsAt + strings.length);
    bytes.fill(0, record, nameAt);
    bytes.set(name, nameAt);
    bytes.set(strings, stringsAt);
    this.#putStdio(record + layout.record_stdio, stdio);
    this.#putValues(record + layout.sizeof_record, values);
    this.#putPreopens(preopensAt, preopens);
    heap.setU32(record + layout.record_n_values, values.length);
    heap.setU32(record + layout.record_name_bytes, name.length);
    heap.setU64(record + layout.record_module, module);
    heap.setU32(record + layout.record_timeout_ms, timeoutMs);
    heap.setU32(record + layout.record_priority, priority);
    heap.setU32(record + layout.record_n_args, args.length);
    heap.setU32(record + layout.record_n_env, env.length);
    heap.setU32(record + layout.record_n_preopens, preopens.length);
    heap.setU32(record + layout.record_max_calls, maxCalls);
    heap.setU32(record + layout.record_max_memory_mib, maxMemoryMiB);
    heap.setU32(record + layout.record_tty, tty ? 1 : 0);
    heap.setU32(record + layout.record_strings_bytes, strings.length);
    heap.setU32(record + layout.record_imports, submission.imports);
    heap.setU32(record + layout.record_traps, submission.traps ? 1 : 0);
    heap.setU32(record + layout.record_serves, call === 'instance' ? 1 : 0);
    return stringsAt + strings.length - record;
  }

  /** The arguments, the environment and the paths. Many jobs in a row have the same ones. */
  #strings({ args, env, preopens }: Submission, otherBytes: number): Uint8Array {
    const isKnown = preopens.length === 0 && args === this.#args && env === this.#env;
    const bytes = isKnown ? this.#stringBytes : encodeAll([...args, ...env, ...preopens.map(({ path }) => path)]);
    if (!isKnown && preopens.length === 0) {
      this.#args = args;
      this.#env = env;
      this.#stringBytes = bytes;
    }
    const most = layout.POOL_ARGS_MAX_BYTES - otherBytes;
    if (bytes.length <= most) return bytes;
    throw new PoolError('POOL_E2BIG', `arguments and environment are ${bytes.length} bytes, the most is ${most}`);
  }

  #putStdio(at: number, stdio: Submission['stdio']): void {
    const { heap } = this.#thread;
    for (let i = 0; i < stdio.length; i++) {
      const fd = stdio[i]!;
      const kind = fd ? layout.POOL_STDIO_PIPE : layout.POOL_STDIO_NULL;
      heap.setU32(at + i * layout.sizeof_pool_stdio + layout.pool_stdio_kind, kind);
      heap.setU64(at + i * layout.sizeof_pool_stdio + layout.pool_stdio_fd, fd);
    }
  }

  #putValues(at: number, values: ExportCall['values']): void {
    if (values.length === 0) return;
    writeValues(this.#thread.heap.view(at + values.length * layout.sizeof_pool_value), at, values);
  }

  #valuesAt(at: number, n: number): Result['values'] {
    return n ? readValues(this.#thread.heap.view(at + n * layout.sizeof_pool_value), at, n) : noValues;
  }

  #putPreopens(at: number, preopens: readonly VolumePreopen[]): void {
    const { heap } = this.#thread;
    if (preopens.length === 0) return;
    for (const [i, { volume, readOnly }] of preopens.entries()) {
      heap.setU64(at + i * layout.sizeof_record_preopen + layout.record_preopen_volume, volume);
      heap.setU32(at + i * layout.sizeof_record_preopen + layout.record_preopen_read_only, readOnly ? 1 : 0);
    }
  }

  cancel(job: JobHandle): void {
    if (!this.#stopped) this.#thread.c.script_cancel(this.#pool, job);
  }

  /** How an ended job went; the job is released. `undefined`: it has not ended, the signal was for one before it. */
  takeResult(job: JobHandle): Result | undefined {
    const { c, heap } = this.#thread;
    const at = this.#scratch;
    const status = c.script_wait(this.#pool, job, 0, at);
    if (status === EAGAIN) return undefined;
    check(status);
    const text = heap.u32(at + layout.pool_result_text);
    const textBytes = heap.u32(at + layout.pool_result_text_bytes);
    const result = {
      outcome: heap.u32(at + layout.pool_result_outcome),
      code: heap.u32(at + layout.pool_result_code),
      text: textBytes ? nameDecoder.decode(heap.u8(text + textBytes).slice(text, text + textBytes)) : '',
      values: this.#valuesAt(heap.u32(at + layout.pool_result_values), heap.u32(at + layout.pool_result_n_values)),
      worker: heap.u32(at + layout.pool_result_worker),
      queuedMs: heap.f64(at + layout.pool_result_queued_ms),
      runMs: heap.f64(at + layout.pool_result_run_ms),
    };
    check(c.script_release(this.#pool, job));
    return result;
  }

  /** Opens a pipe: read end and write end, or a negative status. */
  pipe(capacity: number): readonly [Fd, Fd] | number {
    const status = this.#thread.c.pool_pipe(this.#pool, capacity, this.#scratch);
    if (status < 0) return status;
    return [this.#thread.heap.u64(this.#scratch), this.#thread.heap.u64(this.#scratch + 8)];
  }

  close(fd: Fd): void {
    if (!this.#stopped) this.#thread.c.script_close(this.#pool, fd);
    this.nudge(fd); // whoever waits finds it closed
  }

  /** Closes an end, and lets whoever waits for a pipe try. */
  release(fd: Fd): void {
    this.close(fd);
    this.#onRoom();
  }

  /** Closes a write end as one that failed: its reader gets EIO behind what was written. */
  abort(fd: Fd): void {
    if (!this.#stopped) this.#thread.c.script_abort_write(this.#pool, fd);
    this.nudge(fd);
    this.#onRoom();
  }

  /** Whether the reader of a write end is gone; if not, `ready` resolves when it goes. */
  isAbandoned(fd: Fd): boolean {
    return this.#thread.c.script_watch_reader(this.#pool, fd) !== EAGAIN;
  }

  /** The bytes that can be read now, still in shared memory: use them before anything else happens, then `consume`.
   * A number is a status: 0 end of file, EAGAIN. */
  peek(fd: Fd): Uint8Array | number {
    const { c, heap } = this.#thread;
    const size = c.script_peek(this.#pool, fd, this.#scratch);
    if (size <= 0) return size;
    const address = heap.u32(this.#scratch);
    return heap.u8(address + size).subarray(address, address + size);
  }

  consume(fd: Fd, size: number): void {
    check(this.#thread.c.script_consume(this.#pool, fd, size));
    this.#bytesOut += size;
  }

  /** Reads what can be read now, a piece of it at least, into a buffer that is the caller's; or a status. */
  read(fd: Fd): Uint8Array<ArrayBuffer> | number {
    const bytes = this.peek(fd);
    if (typeof bytes === 'number') return bytes;
    const chunk = new Uint8Array(bytes); // `slice` would zero the new memory first
    this.consume(fd, chunk.length);
    return chunk;
  }

  /** Writes what fits of `bytes` from `offset` on: how much, or a status. */
  write(fd: Fd, bytes: Uint8Array, offset: number): number {
    const { c, heap } = this.#thread;
    const room = c.script_reserve(this.#pool, fd, bytes.length - offset, this.#scratch);
    if (room <= 0) return room;
    const size = Math.min(room, bytes.length - offset);
    const address = heap.u32(this.#scratch);
    const part = offset === 0 && size === bytes.length ? bytes : bytes.subarray(offset, offset + size);
    heap.u8(address + size).set(part, address);
    check(c.script_commit(this.#pool, fd, size));
    this.#bytesIn += size;
    this.#doorbell?.answered();
    return size;
  }
}

function call(listener: Listener): void {
  if (typeof listener === 'function') listener();
  else listener.hear();
}

/** NUL-ended strings, one behind the other. */
function encodeAll(strings: readonly string[]): Uint8Array {
  return encoder.encode(strings.map((each) => `${each}\0`).join(''));
}

function closed(): PoolError {
  return new PoolError('POOL_ESHUTDOWN', 'the pool is closed');
}
