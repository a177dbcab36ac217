/** Answering what a guest calls: each call once, whatever becomes of the method. */
import { isThenable, read } from '../shared/brand.js';
import { messageOf } from '../shared/json.js';
import { Leaver } from '../shared/leaver.js';
import { RpcCode, RpcError } from './errors.js';
import { errorText, type Id, type Request, resultText } from './message.js';
import type { PluginContext, PluginMethod, RpcPeer } from './peer.js';

/** The notification that takes a call back. */
export const CANCEL = '$/cancelRequest';

/** What a method is given. */
class Context extends Leaver implements PluginContext {
  readonly id: Id | undefined;
  readonly method: string;
  readonly plugin: RpcPeer;

  constructor({ id, method }: Request, plugin: RpcPeer) {
    super();
    this.id = id;
    this.method = method;
    this.plugin = plugin;
  }
}

export class Service {
  readonly #methods: ReadonlyMap<string, PluginMethod>;
  readonly #plugin: RpcPeer;
  readonly #report: (error: RpcError) => void;
  readonly #running = new Set<Context>();

  /** `report` is told what went wrong with a notification, which has no answer to say so. */
  constructor(methods: ReadonlyMap<string, PluginMethod>, plugin: RpcPeer, report: (error: RpcError) => void) {
    this.#methods = methods;
    this.#plugin = plugin;
    this.#report = report;
  }

  /** Runs a method, and calls `done` once, with the answer; `undefined`: it was a notification. */
  serve(request: Request, done: (answer: string | undefined) => void): void {
    const fail = (error: RpcError): void => done(this.#failure(request, error));
    const method = this.#methods.get(request.method);
    if (!method && request.method === CANCEL) {
      this.#cancel(read(request.params, 'id'));
      return done(undefined);
    }
    if (!method) return fail(new RpcError(RpcCode.methodNotFound, `Method not found: ${request.method}`));
    const context = new Context(request, this.#plugin);
    this.#running.add(context);
    const end = (answer: string | undefined): void => {
      this.#running.delete(context);
      done(answer);
    };
    run(() => method(request.params, context), {
      resolve: (value) => end(this.#answer(request, value)),
      reject: (error) => end(this.#failure(request, rpcErrorOf(error))),
    });
  }

  /** The guest has ended. */
  end(): void {
    for (const context of [...this.#running]) context.leave();
  }

  #cancel(id: unknown): void {
    for (const context of [...this.#running]) if (context.id !== undefined && context.id === id) context.leave();
  }

  #answer(request: Request, value: unknown): string | undefined {
    if (request.id === undefined) return undefined;
    try {
      return resultText(request.id, request.method, value);
    } catch (error) {
      return this.#failure(request, rpcErrorOf(error));
    }
  }

  #failure({ id }: Request, error: RpcError): string | undefined {
    if (id !== undefined) return errorText(id, error);
    this.#report(error);
    return undefined;
  }
}

interface Ways {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls `code`, and one of the ways once, at once if it gives no promise. */
function run(code: () => unknown, { resolve, reject }: Ways): void {
  let given: unknown;
  try {
    given = code();
  } catch (error) {
    return reject(error);
  }
  if (!isThenable(given)) return resolve(given);
  new Promise((settle) => settle(given)).then(resolve, reject); // Promise.resolve may throw
}

function rpcErrorOf(thrown: unknown): RpcError {
  return thrown instanceof RpcError
    ? thrown
    : new RpcError(RpcCode.internalError, messageOf(thrown), undefined, { cause: thrown });
}
