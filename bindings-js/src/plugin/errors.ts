/** What goes wrong between a plugin's guest and its host. */
import { PoolError } from '../shared/errors.js';
import { refusal } from '../shared/gate.js';

/** The codes that JSON-RPC 2.0 itself has (https://www.jsonrpc.org/specification#error_object); -32099 to -32000 are left to
 * who implements it, and all others are the application's. */
export const RpcCode = {
  /** What came is no JSON. */
  parseError: -32700,
  /** It is JSON, and no request. */
  invalidRequest: -32600,
  /** There is no such method. */
  methodNotFound: -32601,
  /** The method does not take these params. */
  invalidParams: -32602,
  /** The method failed. */
  internalError: -32603,
} as const;

/** A call was answered with an error: by the guest, and then `plugin.call` rejects with this; or by a method of the host's
 * that throws one, which the guest gets as it is. It is no `PoolError`: nothing but the call has failed.
 *
 * @example
 * ```ts
 * await using plugin = await openPlugin(pool, '/rpc.wasm');
 * const error = await plugin.call('prime_sieve', { limit: 'many' }).catch((error: unknown) => error);
 * console.log(error instanceof RpcError && error.code === RpcCode.invalidParams); // true
 * ```
 */
export class RpcError extends Error {
  override name = 'RpcError';

  /** Throws a `PoolError` with POOL_EINVAL if `code` is no whole number. */
  constructor(
    /** Which error it is: one of `RpcCode`, or of the application's own. */
    readonly code: number,
    message: string,
    /** Anything that JSON can say, to be sent with it; `undefined`: nothing. */
    readonly data?: unknown,
    options?: ErrorOptions,
  ) {
    super(message, options);
    if (!Number.isSafeInteger(code)) throw refusal('code', code, 'a whole number');
  }
}

/** The guest has ended, or the plugin was closed, before it answered. Whether it had begun with the call, nobody can tell.
 * `cause` says why it ended: the `JobError` of its job, an `ExitError` if it has exited by itself, a `ProtocolError` if it was
 * ended for that; what ended the pool, with POOL_ESHUTDOWN if that was closed; there is none if the plugin was closed.
 *
 * @example
 * ```ts
 * await using plugin = await openPlugin(pool, '/trap.wasm', { onError: () => undefined });
 * const error = await plugin.call('ping').catch((error: unknown) => error);
 * console.log(error instanceof PluginEndedError && error.cause instanceof TrapError); // true
 * ```
 */
export class PluginEndedError extends PoolError {
  override name = 'PluginEndedError';
  constructor(message: string, options?: ErrorOptions) {
    super('POOL_ENDED', message, options);
  }
}

const LINE_CHARS = 1000;

/** The guest wrote what is no JSON-RPC: `line` has it. `onError` is told of it, or the call that it answers rejects with it.
 * `cause` is what the JSON parser said, or the error that the guest sent without saying what it is about.
 *
 * @example
 * ```ts
 * const told = new Promise<Error>((onError) => {
 *   void openPlugin(pool, '/greet.wasm', { onError }).then((plugin) => plugin.close());
 * });
 * const error = await told;
 * console.log(error instanceof ProtocolError && error.line); // What is your name?
 * ```
 */
export class ProtocolError extends PoolError {
  override name = 'ProtocolError';
  /** What the guest wrote: the line, or the first 1,000 characters of it. */
  readonly line: string;

  constructor(message: string, line: string, options?: ErrorOptions) {
    super('POOL_EPROTO', message, options);
    this.line = line.slice(0, LINE_CHARS);
  }
}
