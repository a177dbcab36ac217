/** What an instance is asked, and its answers: one after the other, over its two pipes. */
import { concat } from '../shared/bytes.js';
import { abortError, EndedError, errorOfStatus, ExitError, PoolError } from '../shared/errors.js';
import { onAbort } from './abort.js';
import { type Client, EAGAIN, type Fd } from './client.js';
import { type Limits, unlimited } from './options.js';
import { after } from './patience.js';
import { type Reply, ReplyReader } from './replies.js';
import type { Task } from './task.js';

/** One thing that the instance is asked. */
interface Question {
  /** Its record, and what follows. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  /** It can be ended. So it is sent only when all before it are answered: until then it can be taken back, and afterwards
   * it is what runs. */
  readonly alone: boolean;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: PoolError) => void;
}

/** So much is put together before it is sent. */
const BATCH_BYTES = 16_384;

export class Line {
  /** Resolves when the guest is instantiated: how many values each of its exports takes. */
  readonly ready: Promise<Reply>;
  readonly #client: Client;
  readonly #task: Task;
  readonly #to: Fd;
  readonly #from: Fd;
  readonly #queued = new Set<Question>();
  /** Those that were sent and are not answered; the first one runs. */
  readonly #sent = new Set<Question>();
  readonly #replies = new ReplyReader((reply) => this.#onReply(reply));
  /** What is being sent, and how much of the first piece was. */
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #done = 0;
  #waitsForRoom = false;
  #willSend = false;
  #closing = false;
  #ended: EndedError | undefined;

  constructor(client: Client, task: Task) {
    this.#client = client;
    this.#task = task;
    [this.#to, this.#from] = task.ends;
    this.ready = new Promise((resolve, reject) => {
      this.#sent.add({ parts: [], alone: false, resolve, reject }); // it answers that without being asked
    });
    task.status.then(({ code }) => this.#end(this.#sent.size > 0 ? new ExitError(code) : undefined), this.#end);
    void this.#listen();
  }

  /** Asks, and resolves with the answer, which may be a refusal. */
  ask(parts: readonly Uint8Array<ArrayBuffer>[], limits: Limits): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (limits.signal?.aborted) return reject(abortError(limits.signal.reason));
      if (this.#ended || this.#closing) return reject(this.#ended ?? new EndedError());
      this.#queued.add(
        limits === unlimited ? { parts, alone: false, resolve, reject } : this.#limited(parts, limits, resolve, reject),
      );
      this.#sendSoon();
    });
  }

  /** What is asked in one go is sent in one go. */
  #sendSoon(): void {
    if (this.#willSend) return;
    this.#willSend = true;
    queueMicrotask(() => {
      this.#willSend = false;
      this.#sendOrEnd();
    });
  }

  #sendOrEnd(): void {
    try {
      this.#send();
    } catch {
      // the pool is gone, and its end tells everybody
    }
  }

  /** Ends the instance when it has answered all that it was asked until now. */
  close(): void {
    this.#closing = true;
    this.#send();
  }

  #limited(
    parts: Question['parts'],
    limits: Limits,
    resolve: Question['resolve'],
    reject: Question['reject'],
  ): Question {
    const { signal, timeoutMs } = limits;
    const end = (reason: unknown): void => this.#endQuestion(question, reason);
    const forget = [
      onAbort(signal, () => end(signal!.reason)),
      after(timeoutMs, () => end(new DOMException('the call took longer than its timeout', 'TimeoutError'))),
    ];
    const settling =
      <T>(how: (value: T) => void) =>
      (value: T): void => {
        forget.forEach((each) => each());
        how(value);
      };
    const question = { parts, alone: true, resolve: settling(resolve), reject: settling(reject) };
    return question;
  }

  /** One that was not sent is taken back. One that runs cannot be stopped without the instance. */
  #endQuestion(question: Question, reason: unknown): void {
    if (this.#queued.delete(question)) {
      question.reject(abortError(reason));
      return this.#send();
    }
    this.#take(); // it may have been answered meanwhile
    if (this.#sent.has(question)) this.#task.cancel(reason);
  }

  /** Sends what can be sent now. */
  #send(): void {
    if (this.#ended || this.#waitsForRoom) return;
    for (let next = this.#next(); next; next = this.#next()) {
      const n = this.#client.write(this.#to, next, this.#done);
      if (n === EAGAIN) return void this.#awaitRoom();
      if (n < 0) return; // it has ended, and its end will tell why
      this.#done += n;
    }
    if (this.#closing && this.#queued.size === 0) this.#client.close(this.#to);
  }

  /** The piece to be sent next; `undefined`: none, for now. */
  #next(): Uint8Array | undefined {
    if (this.#parts.length > 0 && this.#done < this.#parts[0]!.length) return this.#parts[0];
    this.#parts.shift();
    this.#done = 0;
    if (this.#parts.length === 0) this.#gather();
    return this.#parts[0];
  }

  /** Takes what may be sent now, small records as one piece: each piece wakes the worker. */
  #gather(): void {
    let size = 0;
    for (const question of this.#queued) {
      if (question.alone && this.#sent.size > 0) break;
      this.#queued.delete(question);
      this.#sent.add(question);
      this.#parts.push(...question.parts);
      size += question.parts.reduce((sum, { length }) => sum + length, 0);
      if (size >= BATCH_BYTES) break;
    }
    if (size < 2 * BATCH_BYTES && this.#parts.length > 1) this.#parts = [concat(this.#parts)];
  }

  async #awaitRoom(): Promise<void> {
    this.#waitsForRoom = true;
    try {
      await this.#client.ready(this.#to);
    } catch {
      return; // the pool is closed
    }
    this.#waitsForRoom = false;
    this.#send();
  }

  async #listen(): Promise<void> {
    try {
      while (!this.#ended && this.#take() === EAGAIN) await this.#client.ready(this.#from);
    } catch {
      return; // the pool is closed
    }
  }

  /** Takes all answers that are there: EAGAIN, or 0 at their end. */
  #take(): number {
    for (;;) {
      const bytes = this.#ended ? 0 : this.#client.peek(this.#from);
      if (typeof bytes === 'number') return bytes;
      this.#replies.take(bytes);
      this.#client.consume(this.#from, bytes.length);
    }
  }

  #onReply(reply: Reply): void {
    for (const question of this.#sent) {
      this.#sent.delete(question);
      question.resolve(reply);
      break;
    }
    if (this.#queued.size > 0) this.#send();
  }

  /** The instance has ended. What ran then has that error, and all that comes behind it has it as cause. */
  readonly #end = (error: PoolError | undefined): void => {
    try {
      this.#take();
      this.#client.release(this.#to);
      this.#client.release(this.#from);
    } catch {
      // the pool is gone, and both ends with it
    }
    this.#ended = new EndedError(error && { cause: error });
    for (const running of this.#sent) {
      this.#sent.delete(running);
      running.reject(error ?? this.#ended);
      break;
    }
    for (const { reject } of [...this.#sent, ...this.#queued]) reject(new EndedError(error && { cause: error }));
    this.#sent.clear();
    this.#queued.clear();
  };
}

/** What a refusal says. */
export function refusalOf({ error, bytes }: Reply): PoolError {
  return new PoolError(errorOfStatus(-error).code, new TextDecoder().decode(bytes));
}
