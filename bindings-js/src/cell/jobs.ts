/** The jobs that a cell runs for the main thread: their pipes, their host calls, and how they end. */
import { errorOfStatus, PoolError } from '../shared/errors.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import { buffersOf, disclose, enclose } from '../shared/small-bytes.js';
import {
  type CellJob,
  type CellResult,
  type CellUses,
  type FromCell,
  isReply,
  type LinkMessage,
  type ReplyMessage,
  type StreamMessage,
  type StreamNumber,
  type ToCell,
} from '../shared/cell-protocol.js';
import type { Scope } from '../platform/scope.js';
import type { Client, Fd, JobHandle } from '../client/client.js';
import type { Reply } from '../client/reply.js';
import { Carrier, type Post, sayGone } from '../client/carrier.js';
import { Link } from './link.js';
import type { Sleepers } from './sleepers.js';

export type CellScope = Scope<FromCell, ToCell>;
type ToJobs = Extract<
  ToCell,
  { type: 'cell:run' | 'cell:cancel' | 'cell:ask' } | ReplyMessage | StreamMessage | LinkMessage
>;

/** One that runs. */
interface Running {
  readonly job: number;
  readonly handle: JobHandle;
  readonly carrier: Carrier;
  /** The ends of its pipes here. */
  readonly fds: readonly Fd[];
  /** Of the streams whose other ends other guests have. */
  readonly links: (Link | undefined)[];
}

export class CellJobs {
  readonly #client: Client;
  readonly #sleepers: Sleepers;
  readonly #post: CellScope['post'];
  readonly #onChange: () => void;
  /** By the main thread's handles. */
  readonly #running = new Map<number, Running>();
  readonly #byHandle = new Map<JobHandle, number>();
  /** Calls by their slots, for when their callers go. */
  readonly #calls = new Map<number, number>();
  /** Replies for which there was no memory. */
  readonly #replies = new Map<number, Reply>();

  constructor(client: Client, sleepers: Sleepers, post: CellScope['post'], onChange: () => void) {
    this.#client = client;
    this.#sleepers = sleepers;
    this.#post = post;
    this.#onChange = onChange;
    client.onCall((slot) => this.#onCall(slot));
    client.onBlocks(() => this.#retry());
  }

  uses(): CellUses {
    const { memory, calls } = this.#client.uses();
    return { memory: memory.used, calls: calls.used };
  }

  take(message: ToJobs): void {
    if (isReply(message)) return this.#reply(message[0], { status: message[1], bytes: disclose(message[2]) });
    switch (message.type) {
      case 'cell:run':
        return this.#run(message.job, message.submission);
      case 'cell:cancel':
        return this.#cancel(message.job);
      case 'cell:ask':
        return this.#onAsk(message.job, message.round);
      case 'cell:link':
        return this.#link(message);
      case 'cell:lost':
        return this.#running.get(message.job)?.links[message.stream]?.lose(message.status);
      default:
        return this.#onStream(message);
    }
  }

  #onStream(message: StreamMessage): void {
    const running = this.#running.get(message.job);
    if (!running) return;
    running.carrier.take(message.stream, message);
    this.#forget(running);
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
      for (const [i, stream] of given.streams.entries()) if (stream) this.#refuse(job, i as StreamNumber, stream.port);
      this.#fail(job, error);
    }
  }

  /** Nobody is here who reads or writes this stream: its job has not begun. */
  #refuse(job: number, stream: StreamNumber, port: MessagePort | undefined): void {
    if (port) sayGone(port, stream);
    if (stream > 0) this.#post({ type: 'cell:end', job, stream, status: 0 }, []);
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
    const postOf =
      (stream: number): Post =>
      (part, transfer) => {
        this.#post({ ...part, job, stream: stream as StreamNumber }, transfer);
        if (part.type === 'cell:end') this.#forget(running);
      };
    const fds = pipes.map((pipe) => pipe?.ours ?? 0);
    const carrier = new Carrier(this.#client, fds, streams, (stream) => stream > 0, postOf);
    const running: Running = { job, handle, carrier, fds, links: [] };
    this.#running.set(job, running);
    this.#byHandle.set(handle, job);
    this.#client.onJobEnd(handle, () => this.#onEnd(job));
    streams.forEach((stream, i) => {
      if (stream?.port) running.links[i] = this.#linkOf(running, i, stream.port, () => undefined);
    });
    carrier.begin();
    this.#onChange();
  }

  #linkOf(running: Running, stream: number, port: MessagePort, onTurn: () => void): Link {
    return new Link(port, running.carrier, stream, onTurn, () => this.#forget(running));
  }

  /** A guest in another cell has been given the other end of a stream. */
  #link({ job, stream, port }: Extract<LinkMessage, { type: 'cell:link' }>): void {
    const running = this.#running.get(job);
    if (!running || running.carrier.isOver(stream)) return sayGone(port, stream);
    running.links[stream] = this.#linkOf(running, stream, port, () => {
      if (stream > 0) this.#post({ type: 'cell:linked', job, stream });
    });
  }

  #onEnd(job: number): void {
    const running = this.#running.get(job)!;
    const result = this.#client.takeResult(running.handle);
    if (!result) return this.#client.onJobEnd(running.handle, () => this.#onEnd(job));
    this.#byHandle.delete(running.handle);
    running.carrier.stop(0);
    for (const link of running.links) link?.leave();
    const { outcome, code, text, values } = result;
    this.#post({ type: 'cell:ended', job, result: { outcome, code, text, values } });
    this.#forget(running);
  }

  /** Once it has ended, and all that it wrote is sent. */
  #forget({ job, handle, carrier }: Running): void {
    this.#onChange();
    if (!this.#byHandle.has(handle) && carrier.isSent) this.#running.delete(job);
  }

  #fail(job: number, error: unknown): void {
    const status = error instanceof PoolError ? errorCodes[error.code as keyof typeof errorCodes] : undefined;
    const code = -(status ?? errorCodes.POOL_EIO);
    const result: CellResult = { outcome: layout.POOL_NOT_STARTED, code, text: String(error), values: [] };
    this.#post({ type: 'cell:ended', job, result });
  }

  #cancel(job: number): void {
    const running = this.#running.get(job);
    if (!running) return;
    this.#client.cancel(running.handle);
    for (const stream of [1, 2]) if (!running.links[stream]) running.carrier.cut(stream);
  }

  /** Answers if it sleeps. */
  #onAsk(job: number, round: number): void {
    const bells = this.#running.get(job)?.fds.map((fd) => this.#sleepers.at(fd)) ?? [];
    const streams = ([0, 1, 2] as const).filter((stream) => bells[stream] !== undefined);
    const [bell] = streams.map((stream) => bells[stream]!);
    if (bell !== undefined) this.#post({ type: 'cell:asleep', job, round, streams, bell });
  }

  /** A host call has come, or who called has gone. */
  #onCall(slot: number): void {
    const taken = this.#client.takeCall(slot);
    if (taken) {
      const { call, name, data } = taken;
      const job = this.#byHandle.get(taken.job) ?? 0;
      this.#calls.set(slot, call);
      const enclosed = enclose(data);
      this.#post([call, job, name, enclosed], buffersOf(enclosed));
    }
    const call = this.#calls.get(slot);
    if (call !== undefined && this.#client.isCallerGone(call)) this.#post({ type: 'cell:left', call });
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
