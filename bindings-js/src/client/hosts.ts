/** Serving host calls: takes each, has its handler run, and answers it once, whatever becomes of the handler. */
import { isThenable } from '../shared/brand.js';
import { errorCodes } from '../shared/layout.gen.js';
import type { Client, JobHandle, TakenCall } from './client.js';
import type { Handlers, HostHandler } from './host.js';
import { Context } from './host-context.js';
import { ImportCalls } from './import-calls.js';
import { keptReply, replyOf, replyOfError } from './host-reply.js';
import { bareReply, type Reply } from './reply.js';
import type { Task } from './task.js';

/** A call that is not answered yet. */
interface Pending {
  readonly call: number;
  readonly slot: number;
  readonly context: Context;
  /** What waits for memory. */
  reply?: Reply;
}

export class Hosts {
  readonly #client: Client;
  readonly #handlers: Handlers;
  readonly #taskOf: (job: JobHandle) => Task | undefined;
  readonly #imports: ImportCalls;
  /** By their slots. */
  readonly #pending = new Map<number, Pending>();

  /** `handlers` serve every job that has none of its own by that name. */
  constructor(client: Client, handlers: Handlers, taskOf: (job: JobHandle) => Task | undefined) {
    this.#client = client;
    this.#handlers = handlers;
    this.#taskOf = taskOf;
    this.#imports = new ImportCalls(client);
    client.onCall((slot) => this.onSignal(slot));
    client.onBlocks(() => this.#retry());
  }

  /** The pool is closed: nobody waits for a reply. */
  stop(): void {
    for (const { context } of this.#pending.values()) context.leave();
    this.#pending.clear();
    this.#imports.stop();
  }

  /** A call has come, or the caller of one has gone. */
  onSignal(slot: number): void {
    const taken = this.#client.takeCall(slot);
    if (taken) return this.#serve(slot, taken);
    const pending = this.#pending.get(slot);
    if (pending && this.#client.isCallerGone(pending.call)) this.#drop(pending);
  }

  #serve(slot: number, taken: TakenCall): void {
    const { call, job, name, data } = taken;
    const task = this.#taskOf(job); // a job that has ended calls nobody
    if (name === '') return this.#imports.serve(taken, task);
    const handler = task?.handlers.get(name) ?? this.#handlers.get(name);
    if (!task || !handler) return void this.#client.reply(call, bareReply(errorCodes.POOL_ENOENT));
    const pending = { call, slot, context: new Context(name, task.caller, data) };
    this.#pending.set(slot, pending);
    this.#run(handler, data, pending);
  }

  #run(handler: HostHandler, data: Uint8Array<ArrayBuffer>, pending: Pending): void {
    const { context } = pending;
    let given: unknown;
    try {
      given = handler(data, context);
    } catch (error) {
      return this.#answer(pending, replyOfError(error));
    }
    if (isThenable(given)) this.#await(given, pending);
    else this.#answer(pending, replyOf(context.name, given));
  }

  #await(given: unknown, pending: Pending): void {
    const { call, context } = pending;
    const resolve = (value: unknown): void => this.#answer(pending, replyOf(context.name, value));
    const reject = (error: unknown): void => this.#answer(pending, replyOfError(error));
    new Promise((settle) => settle(given)).then(resolve, reject); // Promise.resolve may throw
    if (this.#client.isCallerGone(call)) this.#drop(pending);
  }

  /** Once: what comes after a call was given up goes nowhere. */
  #answer(pending: Pending, reply: Reply): void {
    if (this.#pending.get(pending.slot) !== pending) return;
    if (this.#client.reply(pending.call, reply)) return void this.#pending.delete(pending.slot);
    pending.reply ??= keptReply(reply);
    if (this.#client.isCallerGone(pending.call)) this.#drop(pending);
  }

  /** There may be memory for those that wait for it. */
  #retry(): void {
    for (const pending of [...this.#pending.values()]) if (pending.reply) this.#answer(pending, pending.reply);
  }

  /** The caller has gone. Its place is free at once, however long the handler takes. */
  #drop({ call, slot, context }: Pending): void {
    this.#pending.delete(slot);
    this.#client.reply(call, bareReply(errorCodes.POOL_ECANCELED));
    context.leave();
  }
}
