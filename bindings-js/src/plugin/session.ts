/** The conversation with one guest, from its start to its end. */
import { ExitError, PoolError } from '../shared/errors.js';
import { after } from '../shared/timer.js';
import type { Job } from '../client/job.js';
import { type PluginEndedError, ProtocolError, RpcCode, RpcError } from './errors.js';
import { LineReader } from './line-reader.js';
import { callBack, readLog } from './log.js';
import {
  errorText,
  type Id,
  type Invalid,
  isId,
  messageOf,
  type Request,
  requestText,
  type Response,
} from './message.js';
import type { CheckedPlugin } from './options.js';
import { Outbox, type Parcel } from './outbox.js';
import type { RpcPeer } from './peer.js';
import { type Call, Question } from './question.js';
import { CANCEL, Service } from './service.js';
import { Turn } from './turn.js';

/** How long a guest has to end that has closed its input or its output. */
const GRACE_MS = 1000;

/** What a method that runs costs, beside the message that called it. */
const METHOD_COST = 1024;

/** What the guest has asked and not read the answers of may be so many messages of the largest size. */
const PILE_MESSAGES = 4;

/** So many calls that were given up are remembered, of a guest that never answers them. */
const GIVEN_UP_MOST = 65_536;

/** A batch with so many messages that are none ends the guest: each is reported, and answered with more than it was. */
const INVALID_MOST = 1000;

/** So much of an id is told. */
const ID_CHARS = 100;

/** How a guest has ended. */
export interface SessionEnd {
  readonly cause: unknown;
  /** What was not sent, so that another guest can be asked. */
  readonly unsent: readonly Question[];
  /** Whether it has ever answered a call. */
  readonly hasAnswered: boolean;
}

export interface SessionOptions extends Pick<CheckedPlugin, 'methods' | 'onLog' | 'maxMessageBytes'> {
  readonly plugin: RpcPeer;
  /** Told of what nobody else is told of. */
  readonly report: (error: ProtocolError | RpcError) => void;
  /** What a call is told that the guest did not answer. */
  readonly ended: (cause: unknown) => PluginEndedError;
}

export class Session {
  /** Never rejects. */
  readonly ended: Promise<SessionEnd>;
  readonly #job: Job;
  readonly #options: SessionOptions;
  readonly #service: Service;
  readonly #outbox: Outbox<Parcel>;
  readonly #pending = new Map<unknown, Call>();
  /** The ids of calls that were sent and then given up: an answer to one is no news. */
  readonly #givenUp = new Set<unknown>();
  /** What the guest has asked and not read the answers of. */
  #pile = 0;
  #wake: (() => void)[] = [];
  #isOpen = true;
  #hasEnded = false;
  #hasAnswered = false;
  #fault: ProtocolError | undefined;

  constructor(job: Job, options: SessionOptions) {
    this.#job = job;
    this.#options = options;
    this.#service = new Service(options.methods, options.plugin, options.report);
    this.#outbox = new Outbox<Parcel>(
      job.stdin,
      () => this.#look(),
      () => this.#stop('the guest closed its stdin'),
    );
    this.ended = this.#live();
  }

  /** Whether the guest can be asked. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(question: Question): void {
    for (const call of question.calls) this.#pending.set(call.id, call);
    this.#outbox.add(question);
  }

  /** Nobody waits for it any more. */
  withdraw(question: Question): void {
    const wasSent = !this.#outbox.drop(question);
    for (const { id } of question.calls) {
      if (!this.#pending.delete(id) || !wasSent || !this.#isOpen) continue;
      this.#giveUp(id);
      this.#outbox.add({ text: requestText(undefined, CANCEL, `{"id":${id}}`) });
    }
    this.#look();
  }

  #giveUp(id: number): void {
    this.#givenUp.add(id);
    if (this.#givenUp.size <= GIVEN_UP_MOST) return;
    for (const oldest of this.#givenUp) return void this.#givenUp.delete(oldest);
  }

  /** Waits until all that was asked, on both sides, is answered, ends the guest's input, and waits for its end: for so long,
   * and then it is ended. */
  async finish(exitMs: number): Promise<void> {
    while (this.#isOpen && !this.#isIdle()) await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.#isOpen = false;
    this.#outbox.close();
    const forget = after(exitMs, () => this.#job.cancel());
    await this.ended;
    forget();
  }

  #isIdle(): boolean {
    return this.#pending.size === 0 && this.#pile === 0 && this.#outbox.isIdle;
  }

  /** Whoever waits for a change looks whether it has come. */
  #look(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #live(): Promise<SessionEnd> {
    const { onLog } = this.#options;
    const status = this.#job.status.then(
      ({ code }) => new ExitError(code),
      (error: unknown) => error,
    );
    void status.then(() => {
      this.#hasEnded = true;
      this.#look();
    });
    const logging = onLog && readLog(this.#job.stderr, onLog);
    try {
      await this.#read();
    } catch (error) {
      if (error instanceof ProtocolError) this.#options.report((this.#fault = error));
      this.#job.cancel(error);
    }
    this.#stop('the guest closed its stdout');
    const cause = await status;
    await logging;
    return this.#end(this.#fault ?? cause);
  }

  /** Nothing more can be asked: the guest is about to end, and if it is not, it is ended. */
  #stop(why: string): void {
    this.#isOpen = false;
    this.#outbox.close();
    this.#look();
    if (this.#hasEnded) return;
    const forget = after(GRACE_MS, () => {
      this.#fault ??= new ProtocolError(why, '');
      this.#job.cancel(this.#fault);
    });
    this.#job.status.then(forget, forget);
  }

  #end(cause: unknown): SessionEnd {
    this.#service.end();
    const unsent = this.#outbox.takeAll().filter((parcel) => parcel instanceof Question);
    for (const { calls } of unsent) for (const { id } of calls) this.#pending.delete(id);
    const error = (): PluginEndedError => this.#options.ended(cause);
    for (const call of this.#pending.values()) call.reject(error());
    for (const parcel of this.#outbox.sending) if (parcel instanceof Question) parcel.fail(error);
    this.#pending.clear();
    return { cause, unsent, hasAnswered: this.#hasAnswered };
  }

  /** Reads what the guest says, to its end. */
  async #read(): Promise<void> {
    const reader = this.#job.stdout.getReader();
    const [lines, turn] = [new LineReader(this.#options.maxMessageBytes), new Turn()];
    for (;;) {
      const { value, done } = await turn.wait(reader.read());
      for (const line of done ? lines.end() : lines.push(value)) {
        for (const steps = this.#take(line); !steps.next().done;) if (turn.isOver()) await turn.pass();
        while (this.#isFull()) await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
      if (done) return;
      if (turn.isOver()) await turn.pass();
    }
  }

  #isFull(): boolean {
    return this.#pile > PILE_MESSAGES * this.#options.maxMessageBytes && !this.#hasEnded;
  }

  /** Takes one line, in as many steps as it has messages: what is in it can be much more than may be done in one turn. Blank
   * ones are nothing. */
  *#take(line: string | ProtocolError): Generator<void, void, undefined> {
    yield;
    if (typeof line !== 'string') return this.#refuse(line, RpcCode.parseError);
    if (line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      return this.#refuse(
        new ProtocolError('the guest wrote a line that is no JSON', line, { cause }),
        RpcCode.parseError,
      );
    }
    if (!Array.isArray(value)) return yield* this.#takeAll([value], line, ([answer]) => answer);
    if (value.length > 0) return yield* this.#takeAll(value, line, (answers) => `[${answers.join(',')}]`);
    this.#refuse(new ProtocolError('the guest wrote a batch that has nothing in it', line), RpcCode.invalidRequest);
  }

  /** Takes the messages of one line. When all calls in it are answered, the answers go back in one line, too. */
  *#takeAll(
    values: readonly unknown[],
    line: string,
    join: (answers: readonly string[]) => string | undefined,
  ): Generator<void, void, undefined> {
    const weight = line.length + values.length * METHOD_COST;
    const answers: string[] = [];
    let left = values.length;
    let nInvalid = 0;
    this.#pile += weight;
    const done = (answer: string | undefined): void => {
      if (answer !== undefined) answers.push(answer);
      if (--left > 0) return;
      this.#pile -= weight;
      if (answers.length > 0) this.#reply(join(answers)!);
      this.#look();
    };
    for (const value of values) {
      const message = messageOf(value);
      if (message.kind === 'invalid' && ++nInvalid > INVALID_MOST)
        throw new ProtocolError(`the guest wrote a batch with more than ${INVALID_MOST} messages that are none`, line);
      this.#takeOne(message, line, done);
      yield;
    }
  }

  #takeOne(message: Request | Response | Invalid, line: string, done: (answer: string | undefined) => void): void {
    switch (message.kind) {
      case 'request':
        return this.#service.serve(message, done);
      case 'response':
        this.#settle(message, line);
        return done(undefined);
      case 'invalid':
        this.#options.report(new ProtocolError(`the guest wrote what is no request: ${message.fault}`, line));
        return done(refusalText(message.id, RpcCode.invalidRequest));
    }
  }

  #refuse(error: ProtocolError, code: number): void {
    this.#options.report(error);
    this.#reply(refusalText(null, code));
  }

  #reply(text: string): void {
    if (!this.#isOpen) return;
    this.#pile += text.length;
    this.#outbox.add({
      text,
      onSent: () => {
        this.#pile -= text.length;
        this.#look();
      },
    });
  }

  /** An answer has come. */
  #settle({ id, result, error, fault }: Response, line: string): void {
    const call = this.#pending.get(id);
    if (!call) {
      if (!this.#givenUp.delete(id)) this.#options.report(unknownAnswer(id, error, line));
      return;
    }
    this.#pending.delete(id);
    this.#hasAnswered = true;
    if (fault !== undefined) call.reject(new ProtocolError(`the guest wrote what is no answer: ${fault}`, line));
    else if (error) call.reject(error);
    else call.resolve(result);
  }
}

const texts: Readonly<Record<number, string>> = {
  [RpcCode.parseError]: 'Parse error',
  [RpcCode.invalidRequest]: 'Invalid Request',
};

function refusalText(id: Id, code: number): string {
  return errorText(id, new RpcError(code, texts[code]!));
}

/** It can be anything, of any size and depth. */
function shownId(id: unknown): string {
  if (id === undefined) return 'it has no id';
  if (!isId(id)) return 'its "id" is no string, number or null';
  return JSON.stringify(typeof id === 'string' ? id.slice(0, ID_CHARS) : id);
}

/** A guest that cannot read what it was sent says so with `null` for an id. */
function unknownAnswer(id: unknown, cause: RpcError | undefined, line: string): ProtocolError {
  const what =
    id === null && cause
      ? `the guest did not take something that it was sent: ${cause.message}`
      : `the guest answered a call that nobody waits for: ${shownId(id)}`;
  return new ProtocolError(what, line, cause && { cause });
}

/** Tells the application, or whoever there is. */
export function reporter({ onError, onLog }: Pick<CheckedPlugin, 'onError' | 'onLog'>): SessionOptions['report'] {
  return (error) =>
    callBack(() => {
      if (onError) onError(error);
      else if (onLog) onLog(error.message);
      else console.warn(error instanceof PoolError ? `${error.message}: ${error.line}` : error.message);
    });
}
