/** Serving the imports that guests call: one conversation at a time with each job, since its guest waits. */
import { isThenable } from '../shared/brand.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { Client, JobHandle, TakenCall } from './client.js';
import type { HostJob } from './host.js';
import { Caller } from './host-context.js';
import { failureFrame, type Question, questionOf, resultsFrame } from './import-frames.js';
import { MemoryWishes } from './import-memory.js';
import type { ImportContext, ImportMemory, ServedImport } from './imports.js';
import { bareReply } from './reply.js';
import type { Task } from './task.js';

class Context extends Caller implements ImportContext {
  constructor(
    readonly module: string,
    name: string,
    job: HostJob,
    readonly memory: ImportMemory,
  ) {
    super(name, job);
  }
}

/** A guest's call of one import, until it is answered. */
class Conversation {
  readonly context: Context;
  readonly #client: Client;
  readonly #task: Task;
  readonly #wishes: MemoryWishes;
  /** The host call that is to be answered next; 0: the guest has not asked yet. */
  #call: number;
  #outcome: Uint8Array<ArrayBuffer> | undefined;

  constructor(client: Client, call: number, { module, name }: ServedImport, task: Task) {
    this.#client = client;
    this.#task = task;
    this.#call = call;
    this.#wishes = new MemoryWishes(
      () => this.advance(),
      (error) => this.fail(error),
    );
    const job = task.caller;
    this.context = new Context(module, name, job, this.#wishes.memory);
  }

  /** The guest's side has done what was wished for. */
  granted(call: number, question: Question): void {
    this.#call = call;
    this.#wishes.grant(question);
    this.advance();
  }

  /** What the guest is to get once all is done that was wished for before. */
  end(outcome: Uint8Array<ArrayBuffer>): void {
    this.#outcome = outcome;
    this.#wishes.close();
    this.advance();
  }

  /** The guest is to trap instead. */
  fail(error: unknown): void {
    this.#task.importFailed(error);
    this.end(failureFrame(error));
  }

  /** Says what is next, if it is our turn and there is something to say. Without memory for that now, it is tried again. */
  advance(): void {
    const frame = this.#wishes.next() ?? (this.#wishes.isBusy ? undefined : this.#outcome);
    if (this.#call && frame && this.#client.reply(this.#call, { status: 0, bytes: frame })) this.#call = 0;
  }

  /** The guest is gone. */
  leave(): void {
    if (this.#call) this.#client.reply(this.#call, bareReply(errorCodes.POOL_ECANCELED));
    this.#call = 0;
    this.#wishes.abandon();
    this.context.leave();
  }
}

export class ImportCalls {
  readonly #client: Client;
  /** By their jobs; `undefined`: there is none now. */
  readonly #open = new Map<JobHandle, Conversation | undefined>();

  constructor(client: Client) {
    this.#client = client;
    client.onBlocks(() => this.#retry());
  }

  /** Takes a host call without a name. */
  serve({ call, job, data }: TakenCall, task: Task | undefined): void {
    if (!task) return this.#refuse(call, errorCodes.POOL_ECANCELED); // a job that has ended
    const question = questionOf(data);
    const open = this.#open.get(job);
    if (question.kind !== layout.IMPORT_CALL) {
      return open ? open.granted(call, question) : this.#refuse(call, errorCodes.POOL_EPROTO);
    }
    const served = task.imports.get(question.number);
    if (!served) return this.#refuse(call, errorCodes.POOL_ENOENT);
    if (!this.#open.has(job)) task.onEnd(() => this.#leave(job));
    const conversation = new Conversation(this.#client, call, served, task);
    this.#open.set(job, conversation);
    this.#run(served, question, conversation);
  }

  /** The pool is closed: nobody waits for an answer. */
  stop(): void {
    for (const job of [...this.#open.keys()]) this.#leave(job);
  }

  #run({ module, name, handler }: ServedImport, question: Question, conversation: Conversation): void {
    const fail = (error: unknown): void => conversation.fail(error);
    const answer = (value: unknown): void => {
      let frame: Uint8Array<ArrayBuffer>;
      try {
        frame = resultsFrame(`${module}.${name}`, value, question.results);
      } catch (error) {
        return fail(error);
      }
      conversation.end(frame);
    };
    let given: unknown;
    try {
      given = handler(conversation.context, ...question.values);
    } catch (error) {
      return fail(error);
    }
    if (!isThenable(given)) return answer(given);
    new Promise((settle) => settle(given)).then(answer, fail); // Promise.resolve may throw
  }

  #refuse(call: number, status: number): void {
    this.#client.reply(call, bareReply(status));
  }

  #leave(job: JobHandle): void {
    this.#open.get(job)?.leave();
    this.#open.delete(job);
  }

  /** There may be memory for an answer that waits for some. */
  #retry(): void {
    for (const conversation of this.#open.values()) conversation?.advance();
  }
}
