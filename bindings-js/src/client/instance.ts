/** A guest that is kept, as the caller of `pool.instantiate` sees it. */
import { copyOf, viewOf } from '../shared/bytes.js';
import { NotStartedError, PoolError } from '../shared/errors.js';
import { invalid, refusal } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { CallSite, CallSites } from './callsite.js';
import { parametersOf, refusalOfValues } from './export-types.js';
import { type Ask, type Line, refusalOf } from './line.js';
import {
  callOf,
  type CallValues,
  checkLimits,
  type Fetching,
  type InstanceCallOptions,
  type Limits,
  type Numeric,
  unlimited,
} from './options.js';
import { bytesOf, type Reply } from './replies.js';
import type { JobStatus, Task } from './task.js';
import { type AnyResult, type CallResult, type InstanceCall, isBytes, textOf } from './values.js';

/** Closes an instance that nobody holds any more. */
const dropped = new FinalizationRegistry<Line>((line) => line.close());

/** What a module exports. */
export interface InstanceExport {
  /** Its name. */
  readonly name: string;
  /** What it is; functions can be called. */
  readonly kind: 'function' | 'memory' | 'table' | 'global' | 'tag';
  /** Of a function: how many values it takes. */
  readonly parameters: number | undefined;
}

/** A guest's memory, reached in order with its calls: what is read is what the calls before have left there.
 *
 * @example
 * ```ts
 * await using instance = await pool.instantiate('/counter.wasm');
 * await instance.memory.write(1024, new Uint8Array([1, 2, 3]));
 * console.log(await instance.memory.read(1025, 2)); // 2,3
 * ```
 */
export class InstanceMemory {
  readonly #line: Line;
  /** Keeps the instance for as long as somebody has its memory. @internal */
  readonly owner: Instance;

  /** Use `instance.memory`. @internal */
  constructor(line: Line, owner: Instance) {
    this.#line = line;
    this.owner = owner;
  }

  /** A copy of so many bytes from an address on.
   *
   * @throws `PoolError` with POOL_EINVAL if it has no such bytes; `EndedError`.
   * @example
   * ```ts
   * await using instance = await pool.instantiate('/counter.wasm');
   * const error = await instance.memory.read(65536, 1).catch((error: Error) => error.message);
   * console.log(error); // 1 bytes at address 65536 are not in the guest's memory, which has 65536
   * ```
   */
  async read(address: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const site = new CallSite();
    try {
      const reply = await this.#ask(layout.INSTANCE_READ, word('address', address), word('length', length));
      const bytes = bytesOf(reply);
      if (bytes) return bytes;
      throw new PoolError('POOL_ENOMEM', `there is no memory for a copy of ${length} bytes`);
    } catch (error) {
      throw site.sign(error);
    }
  }

  /** Copies bytes into it, from an address on.
   *
   * @throws As `read`, and nothing is written then.
   * @example
   * ```ts
   * await using instance = await pool.instantiate('/counter.wasm');
   * await instance.memory.write(1024, new TextEncoder().encode('hello'));
   * console.log(new TextDecoder().decode(await instance.memory.read(1024, 5))); // hello
   * ```
   */
  async write(address: number, bytes: Uint8Array): Promise<void> {
    const site = new CallSite();
    try {
      const view = viewOf('bytes', bytes);
      if (!view) throw refusal('bytes', bytes, 'a Uint8Array');
      if (view.length > WORD_MAX) throw invalid(`bytes must be fewer than 2^32, and are ${view.length}`);
      await this.#ask(layout.INSTANCE_WRITE, word('address', address), view.length, copyOf(view));
    } catch (error) {
      throw site.sign(error);
    }
  }

  #ask(kind: number, at: number, size: number, bytes?: Uint8Array<ArrayBuffer>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const onReply = (reply: Reply): void => (reply.error ? reject(refusalOf(reply)) : resolve(reply));
      this.#line.ask({ kind, at, size, bytes: bytes && [bytes] }, unlimited, onReply, reject);
    });
  }
}

/** A guest that is kept, in a worker of its own: what one call leaves in its memory, the next one finds. Calls are begun in
 * the order in which they were made, one after the other; many may be under way.
 *
 * @example
 * ```ts
 * const instance = await pool.instantiate('/counter.wasm');
 * const sums = await Promise.all([1, 2, 3].map((n) => instance.call('add', n)));
 * console.log(sums); // 1,3,6
 * await instance.close();
 * ```
 */
export class Instance {
  /** What its module exports. */
  readonly exports: readonly InstanceExport[];
  /** Its memory. */
  readonly memory: InstanceMemory;
  /** Resolves when the instance is closed, or the guest has exited; rejects with a `JobError` if it ended in any other
   * way. */
  readonly status: Promise<JobStatus>;
  readonly #line: Line;
  readonly #task: Task;
  readonly #calls = new CallSites();
  /** The numbers of its functions. */
  readonly #functions = new Map<string, number>();
  readonly #parameters: ReturnType<typeof parametersOf>;

  /** Use `pool.instantiate`. @internal */
  constructor(line: Line, task: Task, module: WebAssembly.Module, { bytes: arities }: Reply) {
    this.#line = line;
    this.#task = task;
    this.status = task.status;
    this.memory = new InstanceMemory(line, this);
    this.#parameters = parametersOf(module);
    this.exports = WebAssembly.Module.exports(module).map(({ name, kind }, i) => {
      if (kind !== 'function') return { name, kind: kind as InstanceExport['kind'], parameters: undefined };
      this.#functions.set(name, i);
      return { name, kind, parameters: arities![i]! };
    });
    dropped.register(this, line);
  }

  /** Calls an export: resolves with what it returned. Values and results are as of `pool.call`. A call that is wrong rejects,
   * and the instance lives on. One that traps or exits ends the instance: it rejects with that error, and all that come
   * behind it with an `EndedError`.
   *
   * @throws `PoolError` with POOL_EINVAL, before anything is done, if a value or an option is wrong; `NotStartedError` if
   * there is no such export, or it takes other values; `EndedError` if the instance ended before; what ended the
   * instance, if it ended in this call: `TrapError`, `ExitError`, `CancelledError`, `TimedOutError`, `LostError`.
   * @example
   * ```ts
   * await using instance = await pool.instantiate('/counter.wasm');
   * console.log(await instance.call('add', 5, { timeoutMs: 1000 })); // 5
   * await using texts = await pool.instantiate('/bytes.wasm');
   * console.log(await texts.call('upper', 'to be', { returns: 'string' })); // TO BE
   * ```
   */
  call(name: string, ...values: Fetching<'string', InstanceCallOptions>): Promise<string>;
  call(name: string, ...values: Fetching<'bytes', InstanceCallOptions>): Promise<Uint8Array<ArrayBuffer>>;
  call(name: string, ...values: CallValues<Numeric<InstanceCallOptions>>): Promise<CallResult>;
  call(name: string, ...values: CallValues<InstanceCallOptions>): Promise<AnyResult>;
  call(name: string, ...values: CallValues<InstanceCallOptions>): Promise<AnyResult> {
    const site = this.#calls.next();
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(site.sign(error as Error));
      try {
        const { call, options } = callOf(name, values);
        const { limits, returns } = checkLimits(options);
        this.run({ ...call, returns }, limits, resolve, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** The same with what is checked already, and without a promise: one of the two is called once, later or at once.
   * @internal */
  run(
    call: InstanceCall,
    limits: Limits,
    resolve: (result: AnyResult) => void,
    reject: (error: PoolError) => void,
  ): void {
    const at = this.#functions.get(call.name);
    if (at === undefined) return reject(notStarted(`the module exports no function ${call.name}`));
    const refusal = refusalOfValues(call.name, this.#parameters.get(call.name), call.values);
    if (refusal) return reject(refusal);
    const onReply = (reply: Reply): void => {
      const result = reply.error ? errorOf(reply) : resultOf(call, reply);
      if (result instanceof PoolError) reject(result);
      else resolve(result);
    };
    this.#line.ask(askOf(at, call), limits, onReply, reject);
  }

  /** Ends the instance at once, also if it computes. The call that runs rejects with a `CancelledError` whose `cause` is
   * `reason`, those behind it with an `EndedError`.
   *
   * @example
   * ```ts
   * const instance = await pool.instantiate('/counter.wasm');
   * const spinning = instance.call('spin').catch((error: Error) => error.cause);
   * instance.cancel('it is not needed any more');
   * console.log(await spinning); // it is not needed any more
   * ```
   */
  cancel(reason?: unknown): void {
    this.#task.cancel(reason);
  }

  /** Ends the instance when the calls that were made until now are done, and resolves when it is gone, in whatever way. A
   * second call does nothing more.
   *
   * @example
   * ```ts
   * const instance = await pool.instantiate('/counter.wasm');
   * const last = instance.call('add', 1);
   * await instance.close();
   * console.log(await last); // 1
   * ```
   */
  async close(): Promise<void> {
    this.#line.close();
    await this.status.catch(() => undefined);
  }

  /** Its pool takes nothing new: what is asked after this has `why` as the cause of its error. @internal */
  drain(why: PoolError): void {
    this.#line.close(why);
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const WORD_MAX = 0xffff_ffff;

/** An address or a size in a memory. */
function word(name: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= WORD_MAX) return value as number;
  throw refusal(name, value, `a whole number, at most ${WORD_MAX}`);
}

/** A call as an instance is asked it: with its bytes behind it, if it has any, or if bytes are to come back. */
function askOf(at: number, { values, returns }: InstanceCall): Ask {
  const bytes = values.some(isBytes) ? values.filter(isBytes) : undefined;
  if (!bytes && !returns) return { kind: layout.INSTANCE_CALL, at, size: 0, values };
  const size = bytes?.reduce((sum, { length }) => sum + length, 0) ?? 0;
  return { kind: returns ? layout.INSTANCE_FETCH : layout.INSTANCE_PASS, at, size, values, bytes };
}

/** What an export returned: numbers, or bytes, or their text. */
function resultOf({ name, returns }: InstanceCall, reply: Reply): AnyResult | PoolError {
  if (!returns) return reply.values.length > 1 ? reply.values : reply.values[0];
  const bytes = bytesOf(reply);
  if (!bytes) return new PoolError('POOL_ENOMEM', `there is no memory for what ${name} returned`);
  return returns === 'string' ? textOf(name, bytes) : bytes;
}

function errorOf(reply: Reply): PoolError {
  const error = refusalOf(reply);
  return reply.hasRun ? error : notStarted(error.message, error.code);
}

function notStarted(text: string, code?: string): NotStartedError {
  return new NotStartedError(code === 'POOL_ENOMEM' ? code : 'POOL_NOT_STARTED', text);
}
