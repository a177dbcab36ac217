/** The jobs that a cell runs for the main thread: their pipes, their host calls, and how they end. */
import { errorOfStatus, PoolError } from '../shared/errors.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type {
  CellJob,
  CellResult,
  CellUses,
  FromCell,
  StreamMessage,
  StreamNumber,
  ToCell,
} from '../shared/cell-protocol.js';
import type { Scope } from '../platform/scope.js';
import type { Client, Fd, JobHandle } from '../client/client.js';
import type { Reply } from '../client/host-reply.js';
import { Receiver, Sender, windowOf } from '../client/pump.js';

export type CellScope = Scope<FromCell, ToCell>;
type ToJobs = Extract<ToCell, { type: 'cell:run' | 'cell:cancel' | 'cell:reply' } | StreamMessage>;

/** One that runs. */
interface Running {
  readonly job: number;
  readonly handle: JobHandle;
  readonly receiver: Receiver | undefined;
  readonly senders: readonly (Sender | undefined)[];
}

export class CellJobs {
  readonly #client: Client;
  readonly #scope: CellScope;
  readonly #onChange: () => void;
  /** By the main thread's handles. */
  readonly #running = new Map<number, Running>();
  readonly #byHandle = new Map<JobHandle, number>();
  /** Calls by their slots, for when their callers go. */
  readonly #calls = new Map<number, number>();
  /** Replies for which there was no memory. */
  readonly #replies = new Map<number, Reply>();

  constructor(client: Client, scope: CellScope, onChange: () => void) {
    this.#client = client;
    this.#scope = scope;
    this.#onChange = onChange;
    client.onCall((slot) => this.#onCall(slot));
    client.onBlocks(() => this.#retry());
  }

  uses(): CellUses {
    const { memory, calls } = this.#client.uses();
    return { memory: memory.used, calls: calls.used };
  }

  take(message: ToJobs): void {
    switch (message.type) {
      case 'cell:run':
        return this.#run(message.job, message.submission);
      case 'cell:cancel':
        return this.#cancel(message.job);
      case 'cell:reply':
        return this.#reply(message.call, { status: message.status, bytes: message.bytes });
      default:
        return this.#onStream(message);
    }
  }

  #run(job: number, given: CellJob): void {
    const opened: Fd[] = [];
    try {
      const pipes = given.streams.map((stream, i) => this.#openPipe(stream?.capacity, i, opened));
      const [stdin, stdout, stderr] = pipes.map((pipe) => pipe?.theirs ?? 0) as [Fd, Fd, Fd];
      const rest = { timeoutMs: 0, priority: layout.POOL_PRIORITY_NORMAL };
      const handle = this.#client.submit({ ...given, ...rest, stdio: [stdin, stdout, stderr] });
      if (handle < 0) throw errorOfStatus(handle);
      this.#add(job, handle, given, pipes);
    } catch (error) {
      for (const fd of opened) this.#client.release(fd);
      this.#fail(job, error);
    }
  }

  #openPipe(capacity: number | undefined, i: number, opened: Fd[]): { theirs: Fd; ours: Fd } | undefined {
    if (capacity === undefined) return undefined;
    const pipe = this.#client.pipe(capacity);
    if (typeof pipe === 'number') throw errorOfStatus(pipe);
    opened.push(...pipe);
    const [reads, writes] = pipe;
    return i === 0 ? { theirs: reads, ours: writes } : { theirs: writes, ours: reads };
  }

  #add(job: number, handle: JobHandle, { streams }: CellJob, pipes: readonly ({ ours: Fd } | undefined)[]): void {
    const post = (message: StreamMessage, transfer: ArrayBuffer[] = []): void => this.#scope.post(message, transfer);
    const [stdin] = pipes;
    const receiver =
      stdin &&
      new Receiver(this.#client, stdin.ours, {
        credit: (bytes) => post({ type: 'cell:credit', job, stream: 0, bytes }),
        gone: () => post({ type: 'cell:gone', job, stream: 0 }),
      });
    const senders = pipes.map((pipe, i) => {
      if (!pipe || i === 0) return undefined;
      const stream = i as StreamNumber;
      return new Sender(this.#client, pipe.ours, windowOf(streams[i]!.capacity), {
        bytes: (bytes) => post({ type: 'cell:bytes', job, stream, bytes }, [bytes.buffer]),
        end: (status) => {
          post({ type: 'cell:end', job, stream, status });
          this.#forget(running);
        },
      });
    });
    const running = { job, handle, receiver, senders };
    this.#running.set(job, running);
    this.#byHandle.set(handle, job);
    this.#client.onJobEnd(handle, () => this.#onEnd(job));
    void receiver?.run();
    for (const sender of senders) sender?.send();
    this.#onChange();
  }

  #onEnd(job: number): void {
    const running = this.#running.get(job)!;
    const result = this.#client.takeResult(running.handle);
    if (!result) return this.#client.onJobEnd(running.handle, () => this.#onEnd(job));
    this.#byHandle.delete(running.handle);
    running.receiver?.stop();
    const { outcome, code, text, values } = result;
    this.#scope.post({ type: 'cell:ended', job, result: { outcome, code, text, values } });
    this.#forget(running);
  }

  /** Once it has ended, and all that it wrote is sent. */
  #forget({ job, handle, senders }: Running): void {
    this.#onChange();
    if (!this.#byHandle.has(handle) && senders.every((sender) => sender?.isOver ?? true)) this.#running.delete(job);
  }

  #fail(job: number, error: unknown): void {
    const status = error instanceof PoolError ? errorCodes[error.code as keyof typeof errorCodes] : undefined;
    const code = -(status ?? errorCodes.POOL_EIO);
    const result: CellResult = { outcome: layout.POOL_NOT_STARTED, code, text: String(error), values: [] };
    this.#scope.post({ type: 'cell:ended', job, result });
  }

  #cancel(job: number): void {
    const running = this.#running.get(job);
    if (!running) return;
    this.#client.cancel(running.handle);
    for (const sender of running.senders) sender?.cut();
  }

  #onStream(message: StreamMessage): void {
    const running = this.#running.get(message.job);
    if (!running) return;
    const sender = running.senders[message.stream];
    switch (message.type) {
      case 'cell:bytes':
        return running.receiver?.take(message.bytes);
      case 'cell:end':
        return running.receiver?.end(message.status);
      case 'cell:credit':
        return sender?.grant(message.bytes);
      case 'cell:gone':
        sender?.stop();
        return this.#forget(running);
    }
  }

  /** A host call has come, or who called has gone. */
  #onCall(slot: number): void {
    const taken = this.#client.takeCall(slot);
    if (taken) {
      const { call, name, data } = taken;
      const job = this.#byHandle.get(taken.job) ?? 0;
      this.#calls.set(slot, call);
      this.#scope.post({ type: 'cell:call', call, job, name, data }, [data.buffer]);
    }
    const call = this.#calls.get(slot);
    if (call !== undefined && this.#client.isCallerGone(call)) this.#scope.post({ type: 'cell:left', call });
  }

  #reply(call: number, reply: Reply): void {
    this.#onChange(); // perhaps to nobody, and the call is over with it
    if (this.#client.reply(call, reply)) this.#replies.delete(call);
    else this.#replies.set(call, reply);
  }

  #retry(): void {
    for (const [call, reply] of [...this.#replies]) this.#reply(call, reply);
  }
}
