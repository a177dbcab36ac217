/** What an instance is asked, and its answers: one after the other, over its two pipes. */
import { abortError, EndedError, errorOfStatus, ExitError, PoolError } from '../shared/errors.js';
import { layout } from '../shared/layout.gen.js';
import { Fifo, Link } from '../shared/fifo.js';
import { typeOfValue, writeValue } from '../shared/value.js';
import { onAbort } from './abort.js';
import { type Client, EAGAIN, type Fd } from './client.js';
import { type Limits, unlimited } from './options.js';
import { after } from './patience.js';
import { type Reply, ReplyReader } from './replies.js';
import type { Task } from './task.js';
import { isBytes, type InstanceCall } from './values.js';

/** What the instance is asked: a `struct instance_record`, and what follows it. */
export interface Ask {
  readonly kind: number;
  readonly at: number;
  readonly size: number;
  /** Of bytes among them, the record has the size. */
  readonly values?: InstanceCall['values'] | undefined;
  readonly bytes?: readonly Uint8Array<ArrayBuffer>[] | undefined;
}

class Question extends Link {
  constructor(
    readonly ask: Ask,
    /** It can be ended. So it is sent only when all before it are answered: until then it can be taken back, and afterwards
     * it is what runs. */
    readonly alone: boolean,
    readonly resolve: (reply: Reply) => void,
    readonly reject: (error: PoolError) => void,
  ) {
    super();
  }
}

/** What errors say that was ended. */
const CALL = 'the call';

/** So much is put together before it is sent. */
const BATCH_BYTES = 16_384;
const RECORD_MAX = layout.sizeof_instance_record + layout.POOL_VALUES_MAX * layout.sizeof_pool_value;

const noQuestion: Ask = { kind: 0, at: 0, size: 0 };

export class Line {
  /** Resolves when the guest is instantiated: how many values each of its exports takes. */
  readonly ready: Promise<Reply>;
  readonly #client: Client;
  readonly #task: Task;
  readonly #to: Fd;
  readonly #from: Fd;
  readonly #queued = new Fifo<Question>();
  /** Those that were sent and are not answered; the first one runs. */
  readonly #sent = new Fifo<Question>();
  readonly #replies = new ReplyReader((reply) => this.#onReply(reply));
  /** Records and small bytes, put together. */
  readonly #batch = new Uint8Array(BATCH_BYTES + RECORD_MAX);
  readonly #view = new DataView(this.#batch.buffer);
  /** What is being sent, and how much of the first piece was. */
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #done = 0;
  #waitsForRoom = false;
  #willSend = false;
  #closing = false;
  /** Why nothing more is to be asked, or can be. */
  #why: PoolError | undefined;
  #isOver = false;

  constructor(client: Client, task: Task) {
    this.#client = client;
    this.#task = task;
    [this.#to, this.#from] = task.ends;
    this.ready = new Promise((resolve, reject) => {
      this.#sent.push(new Question(noQuestion, false, resolve, reject)); // it answers that without being asked
    });
    task.status.then(({ code }) => this.#end(this.#sent.size > 0 ? new ExitError(code) : undefined), this.#end);
    this.#listen();
  }

  /** Asks, and calls `resolve` with the answer, which may be a refusal, or `reject`: once, later or at once. */
  ask(ask: Ask, limits: Limits, resolve: Question['resolve'], reject: Question['reject']): void {
    if (limits.signal?.aborted) return reject(abortError(limits.signal.reason, CALL));
    if (this.#isOver || this.#closing) return reject(this.#tooLate());
    this.#queued.push(
      limits === unlimited ? new Question(ask, false, resolve, reject) : this.#limited(ask, limits, resolve, reject),
    );
    if (this.#sent.size === 0) this.#sendOrEnd();
    else this.#sendSoon();
  }

  /** While there is something to be answered, what is asked in one go is sent in one go. */
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

  /** Ends the instance when it has answered all that it was asked until now. `why`: if it is not its owner who ends it. */
  close(why?: PoolError): void {
    this.#why ??= this.#closing ? undefined : why;
    this.#closing = true;
    this.#send();
  }

  #tooLate(): EndedError {
    return new EndedError(this.#why && { cause: this.#why }, this.#closing && !this.#why);
  }

  #limited(
    ask: Ask,
    { signal, timeoutMs }: Limits,
    resolve: Question['resolve'],
    reject: Question['reject'],
  ): Question {
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
    const question = new Question(ask, true, settling(resolve), settling(reject));
    return question;
  }

  /** One that was not sent is taken back. One that runs cannot be stopped without the instance. */
  #endQuestion(question: Question, reason: unknown): void {
    if (this.#queued.delete(question)) {
      question.reject(abortError(reason, CALL));
      return this.#send();
    }
    this.#take(); // it may have been answered meanwhile
    if (this.#sent.first === question) this.#task.cancel(reason, CALL);
  }

  /** Sends what can be sent now. */
  #send(): void {
    if (this.#isOver || this.#waitsForRoom) return;
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
    let begin = 0;
    let size = 0;
    const flush = (): void => {
      if (size > begin) this.#parts.push(this.#batch.subarray(begin, size));
      begin = size;
    };
    const add = (bytes: Uint8Array<ArrayBuffer>): void => {
      if (size + bytes.length > BATCH_BYTES) {
        flush();
        if (bytes.length > 0) this.#parts.push(bytes);
        return;
      }
      this.#batch.set(bytes, size);
      size += bytes.length;
    };
    while (this.#queued.size > 0 && size < BATCH_BYTES && begin === 0) {
      const question = this.#queued.first!;
      if (question.alone && this.#sent.size > 0) break;
      this.#queued.shift();
      this.#sent.push(question);
      size = putRecord(this.#view, size, question.ask);
      question.ask.bytes?.forEach(add);
    }
    flush();
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

  readonly #listen = (): void => {
    try {
      if (!this.#isOver && this.#take() === EAGAIN) this.#client.onMove(this.#from, this.#listen);
    } catch {
      return; // the pool is closed
    }
  };

  /** Takes all answers that are there: EAGAIN, or 0 at their end. */
  #take(): number {
    for (;;) {
      const bytes = this.#isOver ? 0 : this.#client.peek(this.#from);
      if (typeof bytes === 'number') return bytes;
      this.#replies.take(bytes);
      this.#client.consume(this.#from, bytes.length);
    }
  }

  #onReply(reply: Reply): void {
    this.#sent.shift()?.resolve(reply);
    if (this.#queued.size > 0) this.#sendSoon();
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
    this.#isOver = true;
    this.#why = error ?? this.#why;
    const running = this.#sent.shift();
    const behind = [...this.#sent.clear(), ...this.#queued.clear()];
    running?.reject(error ?? this.#tooLate());
    for (const { reject } of behind) reject(this.#tooLate());
  };
}

/** Puts a `struct instance_record` with its values to an offset: where it ends. */
function putRecord(view: DataView, at: number, { kind, at: exportOrAddress, size, values = [] }: Ask): number {
  view.setUint32(at + layout.instance_record_kind, kind, true);
  view.setUint32(at + layout.instance_record_at, exportOrAddress, true);
  view.setUint32(at + layout.instance_record_size, size, true);
  view.setUint32(at + layout.instance_record_n_values, values.length, true);
  let end = at + layout.sizeof_instance_record;
  for (const value of values) {
    if (isBytes(value)) writeValue(view, end, layout.INSTANCE_BYTES, value.length);
    else writeValue(view, end, typeOfValue(value), value);
    end += layout.sizeof_pool_value;
  }
  return end;
}

/** What a refusal says. */
export function refusalOf({ error, bytes }: Reply): PoolError {
  return new PoolError(errorOfStatus(-error).code, new TextDecoder().decode(bytes));
}
