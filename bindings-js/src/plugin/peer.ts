/** What the host and the methods of a plugin see of each other. */

/** What a method is called with: by position, or by name. */
export type RpcParams = readonly unknown[] | object;

/** Options of `plugin.call` and `plugin.batch`. */
export interface PluginCallOptions {
  /** Ends the call when aborted: it rejects at once with a `CancelledError`, or a `TimedOutError`, whose `cause` is the
   * signal's reason. One that has not been sent is taken back; for one that has, the guest is sent the notification
   * `$/cancelRequest` with the call's id, as in the Language Server Protocol, and its answer is dropped.
   * @default none */
  signal?: AbortSignal | undefined;
  /** Milliseconds from now until the call ends as timed out, in the same way. Waiting for a restart counts.
   * @default none */
  timeoutMs?: number | undefined;
}

/** One message of a batch. */
export interface PluginRequest {
  /** The method. */
  readonly method: string;
  /** What it is called with.
   * @default none */
  readonly params?: RpcParams | undefined;
  /** It is a notification: the guest does not answer it.
   * @default false */
  readonly notify?: boolean | undefined;
}

/** A guest that can be called. */
export interface RpcPeer {
  /** As `Plugin.call`. */
  call(method: string, params?: RpcParams, options?: PluginCallOptions): Promise<unknown>;
  /** As `Plugin.notify`. */
  notify(method: string, params?: RpcParams): Promise<void>;
  /** As `Plugin.batch`. */
  batch(requests: readonly PluginRequest[], options?: PluginCallOptions): Promise<PromiseSettledResult<unknown>[]>;
}

/** What a method of the host's is given beside the params.
 *
 * @example
 * ```ts
 * const methods = {
 *   fetch: async (url: [string], { signal }: PluginContext) => (await fetch(url[0], { signal })).text(),
 * };
 * await using plugin = await openPlugin(pool, '/rpc.wasm', { methods });
 * console.log(await plugin.call('call', { method: 'fetch', params: ['data:,hello'] })); // hello
 * ```
 */
export interface PluginContext {
  /** The name by which the guest called. */
  readonly method: string;
  /** Who calls. A guest that waits for this answer and takes no calls meanwhile is not to be called and waited for. */
  readonly plugin: RpcPeer;
  /** Aborts when nobody waits for the answer any more: the guest has sent `$/cancelRequest` with the id of its call, or has
   * ended. */
  readonly signal: AbortSignal;
}

/** A method of the host's: answers a call of the guest's with what it gives, or a promise of that; `undefined` is `null` to
 * the guest. If it throws a `RpcError`, the guest gets that; if it throws anything else, or gives what has no JSON, an error
 * with the code -32603 and the message of what was thrown.
 *
 * `params` are as the guest has sent them, an object or an array, or `undefined`: nobody has checked what is in there. A method
 * that does not take them throws `new RpcError(RpcCode.invalidParams, …)`.
 *
 * @example
 * ```ts
 * const add: PluginMethod = (params: number[]) => params.reduce((a, b) => a + b);
 * await using plugin = await openPlugin(pool, '/rpc.wasm', { methods: { add } });
 * console.log(await plugin.call('call', { method: 'add', params: [40, 2] })); // 42
 * ```
 */
export type PluginMethod = {
  /** So that a method may say which params it expects. */
  method(params: unknown, context: PluginContext): unknown;
}['method'];

/** Methods by the names by which the guest calls them. */
export type PluginMethods = Readonly<Record<string, PluginMethod | undefined>>;
