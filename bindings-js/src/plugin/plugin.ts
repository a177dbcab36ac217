/** A guest that is called, and calls, by JSON-RPC; and another one when it has ended, if that is wanted. */
import { CancelledError, PoolError } from '../shared/errors.js';
import { after } from '../shared/timer.js';
import { onAbort } from '../client/abort.js';
import type { Attendant } from '../client/attendants.js';
import { CallSite } from '../client/callsite.js';
import type { Job } from '../client/job.js';
import type { ModuleSource } from '../client/modules.js';
import type { Pool } from '../client/pool.js';
import { PluginEndedError } from './errors.js';
import { callBack } from './log.js';
import {
  DEFAULT_CLOSE_MS,
  checkBatch,
  type CheckedPlugin,
  type CheckedRequest,
  checkClose,
  checkLimits,
  checkPlugin,
  checkPool,
  checkRequest,
  type Limits,
  type PluginCloseOptions,
  type PluginOptions,
} from './options.js';
import type { PluginCallOptions, PluginRequest, RpcParams, RpcPeer } from './peer.js';
import { abortError, Question } from './question.js';
import { reporter, Session, type SessionEnd } from './session.js';

/** What does not become better by trying again. */
const FINAL_CODES = ['POOL_NOT_STARTED', 'POOL_NOT_COMPILED', 'POOL_ESHUTDOWN', 'POOL_EINVAL'];

/** What errors say that was ended, if it is that. */
const START = 'the start of the plugin';

/** Starts guests of one module. */
type Start = (signal: AbortSignal) => Promise<Job>;

/** Tells of the pool's end, until the function that it gives is called. */
type Attend = (attendant: Attendant) => () => void;

/** A guest that is spoken with in JSON-RPC 2.0 over its stdin and stdout, one message a line, in both directions. Many calls
 * can be under way, and answers come in any order.
 *
 * @example
 * ```ts
 * const methods = { add: ([a, b]: [number, number]) => a + b };
 * const plugin = await openPlugin(pool, '/rpc.wasm', { methods });
 * const answers = await Promise.all([
 *   plugin.call('prime_sieve', { limit: 100 }),
 *   plugin.call('call', { method: 'add', params: [40, 2] }),
 * ]);
 * console.log(answers); // 25,42
 * await plugin.close();
 * ```
 */
export class Plugin implements RpcPeer {
  /** Resolves when the plugin was closed, by `close` or by a pool that closes gracefully; rejects with a `PluginEndedError`
   * when its guest has ended in any other way and is not started again. */
  readonly closed: Promise<void>;
  readonly #start: Start;
  readonly #options: CheckedPlugin;
  readonly #report: ReturnType<typeof reporter>;
  /** Ends whatever there is: a guest, the start of one, the wait for that. */
  readonly #kill = new AbortController();
  #forget: () => void;
  #resolveClosed!: () => void;
  #rejectClosed!: (error: PluginEndedError) => void;
  #session: Session | undefined;
  /** What waits for the next guest. */
  #waiting = new Set<Question>();
  #nextId = 1;
  /** How often one was started again since a guest has last answered a call. */
  #tries = 0;
  #isClosing = false;
  #closing: Promise<void> | undefined;
  /** Why the pool has closed it. */
  #poolError: PoolError | undefined;
  /** What calls are told once no guest will come any more. */
  #ended: (() => PluginEndedError) | undefined;

  /** Use `openPlugin`. @internal */
  constructor(start: Start, options: CheckedPlugin) {
    this.#start = start;
    this.#options = options;
    this.#report = reporter(options);
    this.closed = new Promise((resolve, reject) => {
      this.#resolveClosed = resolve;
      this.#rejectClosed = reject;
    });
    this.closed.catch(() => undefined); // whoever wants to know asks; nobody has to
    const { signal } = options;
    this.#forget = onAbort(signal, () => this.#kill.abort(signal!.reason));
    if (signal?.aborted) this.#kill.abort(signal.reason);
  }

  /** Starts the first guest. @internal */
  async open(attend: Attend): Promise<void> {
    const forget = this.#forget;
    try {
      this.#converse(await this.#startGuest());
    } catch (error) {
      forget();
      throw error;
    }
    const leave = attend({ drain: (why) => this.#onPoolDrain(why), end: (why) => this.#onPoolEnd(why) });
    this.#forget = () => (forget(), leave());
  }

  /** Calls a method of the guest's: resolves with its result. Calls are sent in the order in which they were made.
   *
   * @throws `PoolError` with POOL_EINVAL, before anything is sent, if an argument is wrong or `params` have no JSON; `RpcError`
   * if the guest answers with an error; `PluginEndedError` if it ends before it has answered, or the plugin is closed;
   * `ProtocolError` if its answer is none; `CancelledError` and `TimedOutError` as `options` say.
   * @example
   * ```ts
   * await using plugin = await openPlugin(pool, '/rpc.wasm');
   * console.log(await plugin.call('prime_sieve', { limit: 1000 }, { timeoutMs: 60_000 })); // 168
   * ```
   */
  async call(method: string, params?: RpcParams, options?: PluginCallOptions): Promise<unknown> {
    const site = new CallSite();
    try {
      return await this.#ask([checkRequest(method, params, true)], checkLimits(options), false)[0];
    } catch (error) {
      throw site.stamp(error as Error);
    }
  }

  /** Sends a message that the guest does not answer. Resolves when it has been written, which waits while the guest does not
   * read.
   *
   * @throws As `call`, but for what answers say.
   * @example
   * ```ts
   * await using plugin = await openPlugin(pool, '/rpc.wasm');
   * await plugin.notify('ping');
   * ```
   */
  async notify(method: string, params?: RpcParams): Promise<void> {
    const site = new CallSite();
    try {
      await this.#ask([checkRequest(method, params, false)], checkLimits(undefined), false)[0];
    } catch (error) {
      throw site.stamp(error as Error);
    }
  }

  /** Sends several calls and notifications as one message. Resolves when all are done, with how each of them went, as
   * `Promise.allSettled`: a `value`, or as `reason` what `call` would reject with. `options` are of all of them.
   *
   * @throws `PoolError` with POOL_EINVAL, before anything is sent, if an argument is wrong, which it names, as
   * `requests[1].params`.
   * @example
   * ```ts
   * await using plugin = await openPlugin(pool, '/rpc.wasm');
   * const [ping, none] = await plugin.batch([{ method: 'ping' }, { method: 'none' }]);
   * console.log(ping?.status, none?.status); // fulfilled rejected
   * ```
   */
  async batch(
    requests: readonly PluginRequest[],
    options?: PluginCallOptions,
  ): Promise<PromiseSettledResult<unknown>[]> {
    const site = new CallSite();
    try {
      return await Promise.allSettled(this.#ask(checkBatch(requests), checkLimits(options), true));
    } catch (error) {
      throw site.stamp(error as Error);
    }
  }

  /** Ends the plugin, and resolves when its guest is gone, in whatever way. No more calls are taken, and those that wait for a
   * restart reject. Those that are under way, on both sides, have their time; then the guest's stdin ends, and it is to exit.
   * What takes longer than `timeoutMs` is ended. A second call can only make it shorter.
   *
   * @throws `PoolError` with POOL_EINVAL if an option is wrong.
   * @example
   * ```ts
   * const plugin = await openPlugin(pool, '/rpc.wasm');
   * const last = plugin.call('ping');
   * await plugin.close({ timeoutMs: 10_000 });
   * console.log(await last); // pong
   * ```
   */
  async close(options?: PluginCloseOptions): Promise<void> {
    const timeoutMs = checkClose(options);
    const forget = after(timeoutMs, () => this.#kill.abort());
    if (timeoutMs === 0) this.#kill.abort();
    await this.#beginClose(Infinity);
    forget();
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `exitMs` is what a guest has to exit that has answered all. */
  #beginClose(exitMs: number): Promise<void> {
    this.#isClosing = true;
    this.#closing ??= this.#close(exitMs);
    return this.#closing;
  }

  async #close(exitMs: number): Promise<void> {
    if (this.#ended) return;
    for (const question of this.#takeWaiting()) question.fail(() => this.#endedError(undefined));
    if (!this.#session) this.#kill.abort(); // no guest is there, and none is to come
    await this.#session?.finish(exitMs);
    await this.closed.catch(() => undefined);
  }

  /** What was asked has the time that the pool has. */
  #onPoolDrain(why: PoolError): void {
    this.#poolError = why;
    void this.#beginClose(DEFAULT_CLOSE_MS);
  }

  #onPoolEnd(why: PoolError): void {
    this.#poolError ??= why;
    this.#kill.abort(why.cause);
  }

  #ask(requests: readonly CheckedRequest[], limits: Limits, isBatch: boolean): readonly Promise<unknown>[] {
    const question = new Question(requests, this.#nextId, isBatch);
    this.#nextId += question.calls.length;
    const refusal = this.#refusal(limits);
    if (refusal) question.fail(refusal);
    else if (this.#session?.isOpen) this.#session.send(question);
    else this.#waiting.add(question);
    if (!refusal) question.limit(limits, () => this.#withdraw(question));
    return question.results;
  }

  /** Why nothing can be asked now. */
  #refusal({ signal }: Limits): (() => PoolError) | undefined {
    if (signal?.aborted) return () => abortError(signal.reason, 'the call');
    return this.#ended ?? (this.#isClosing ? () => this.#endedError(undefined) : undefined);
  }

  #withdraw(question: Question): void {
    if (!this.#waiting.delete(question)) this.#session?.withdraw(question);
  }

  #takeWaiting(): Question[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    return waiting;
  }

  /** What a call is told that a guest has not answered. */
  #endedError(cause: unknown): PluginEndedError {
    const wasClosed = this.#isClosing && (cause === undefined || this.#kill.signal.aborted);
    if (!wasClosed) return new PluginEndedError('the guest ended before it answered', { cause });
    const why = this.#poolError && { cause: this.#poolError };
    return new PluginEndedError('the plugin was closed before the guest answered', why);
  }

  #converse(job: Job): void {
    const { methods, onLog, maxMessageBytes } = this.#options;
    const ended = (cause: unknown): PluginEndedError => this.#endedError(cause);
    const options = { methods, onLog, maxMessageBytes, plugin: this, report: this.#report, ended };
    this.#session = new Session(job, options);
    void this.#session.ended.then((end) => this.#onEnd(end));
  }

  /** What was cancelled is told as the start, whichever part of it that was. */
  async #startGuest(): Promise<Job> {
    const { signal } = this.#kill;
    try {
      return await this.#start(signal);
    } catch (error) {
      if (signal.aborted) throw abortError(signal.reason, START);
      throw error instanceof CancelledError ? new CancelledError({ cause: error.cause }, START) : error;
    }
  }

  #onEnd({ cause, unsent, hasAnswered }: SessionEnd): void {
    this.#session = undefined;
    this.#waiting = new Set([...unsent, ...this.#waiting]);
    if (hasAnswered) this.#tries = 0;
    void this.#revive(cause);
  }

  /** Starts another guest, and again until there is one, or as often as it may. */
  async #revive(cause: unknown): Promise<void> {
    let why = cause;
    while (this.#mayRetry(why)) {
      await this.#pause();
      try {
        if (this.#kill.signal.aborted) throw this.#poolError ?? abortError(this.#kill.signal.reason, 'the plugin');
        this.#converse(await this.#startGuest());
      } catch (error) {
        why = error;
        continue;
      }
      const { onRestart } = this.#options;
      if (onRestart) callBack(() => onRestart(this.#endedError(cause)));
      for (const question of this.#takeWaiting()) this.#session!.send(question);
      return;
    }
    this.#end(why);
  }

  #mayRetry(cause: unknown): boolean {
    const { restart } = this.#options;
    if (!restart || this.#isClosing || this.#kill.signal.aborted || isFinal(cause)) return false;
    return this.#tries++ < restart.retries;
  }

  /** Each time longer than before. */
  #pause(): Promise<void> {
    const { minDelayMs, maxDelayMs } = this.#options.restart!;
    const ms = Math.min(maxDelayMs, minDelayMs * 2 ** (this.#tries - 1));
    return new Promise((resolve) => {
      const forget = after(ms, done);
      const { signal } = this.#kill;
      function done(): void {
        forget();
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }

  /** No guest will come any more. */
  #end(cause: unknown): void {
    const error = (): PluginEndedError => this.#endedError(cause);
    this.#ended = error;
    this.#forget();
    for (const question of this.#takeWaiting()) question.fail(error);
    if (this.#isClosing) this.#resolveClosed();
    else this.#rejectClosed(error());
  }
}

function isFinal(cause: unknown): boolean {
  if (!(cause instanceof PoolError)) return false;
  return FINAL_CODES.includes(cause.code) || (cause.code === 'POOL_CANCELLED' && isFinal(cause.cause));
}

/** Starts a guest as a plugin. Resolves as soon as the pool has a place for it; what is called before it is up waits. The guest
 * holds a worker while it computes, and none from others while it waits. In Node it keeps the process alive until it is
 * closed.
 *
 * @throws `PoolError` with POOL_EINVAL, before anything is done, if an option is wrong; what `pool.spawn` rejects with. How the
 * guest ends is told by the calls, and by `plugin.closed`.
 * @example
 * ```ts
 * const options = { restart: { retries: 3 }, methods: { now: () => Date.now() } };
 * await using plugin = await openPlugin(pool, '/rpc.wasm', options);
 * console.log(await plugin.call('ping')); // pong
 * ```
 */
export async function openPlugin(pool: Pool, source: ModuleSource, options?: PluginOptions): Promise<Plugin> {
  const site = new CallSite();
  try {
    checkPool(pool);
    const checked = checkPlugin(options);
    const plugin = new Plugin(starter(pool, source, checked), checked);
    await plugin.open(attendantsOf(pool));
    return plugin;
  } catch (error) {
    throw site.sign(error);
  }
}

/** What stands for a pool may tell nothing. */
function attendantsOf(pool: Pool): Attend {
  const attend: unknown = Reflect.get(pool, 'attend');
  return typeof attend === 'function' ? (attendant) => pool.attend(attendant) : () => () => undefined;
}

/** The source is compiled when the options of the job have been found right, and once: a `Response` can be read only once. */
function starter(pool: Pool, source: ModuleSource, { job, onLog }: CheckedPlugin): Start {
  let compiled: WebAssembly.Module | undefined;
  return async (signal) => {
    let uncompiled: unknown;
    const compile = async (): Promise<WebAssembly.Module> => {
      try {
        return (compiled = await pool.compile(source, { signal }));
      } catch (error) {
        throw (uncompiled = error);
      }
    };
    const later: PromiseLike<WebAssembly.Module> = { then: (resolve, reject) => compile().then(resolve, reject) };
    try {
      const stderr = onLog ? 'pipe' : 'inherit';
      return await pool.spawn(compiled ?? later, { ...job, stdout: 'pipe', stderr, signal });
    } catch (error) {
      throw uncompiled ?? error; // of what is promised, the pool says that it could not be fetched
    }
  };
}
