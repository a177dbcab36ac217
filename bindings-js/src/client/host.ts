/** What an application serves to its guests: functions by the names by which they are called, and what those are given. */
import { entriesOf, entryName, invalid, quote, refusal, text } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';

/** The job that a host call comes from. All calls of one job have the same object, so that it can be a key. */
export interface HostJob {
  /** Its `name`: what the program finds as `argv[0]`. */
  readonly name: string;
  /** Its `args`. */
  readonly args: readonly string[];
  /** Ends the job, as `Job.cancel` does: its call rejects with a `CancelledError` whose `cause` is `reason`. */
  cancel(reason?: unknown): void;
}

/** What a handler is given beside the data.
 *
 * @example
 * ```ts
 * const { stdoutText } = await pool.run('/hostcall.wasm', {
 *   args: ['read', 'data:,hello'],
 *   host: { read: async (_, { text, signal }) => (await fetch(text(), { signal })).text() },
 * });
 * console.log(stdoutText.trim()); // 5 hello
 * ```
 */
export interface HostContext {
  /** The name by which the guest called. */
  readonly name: string;
  /** Who calls. */
  readonly job: HostJob;
  /** Aborts when nobody waits for the reply any more: the job was cancelled, timed out or ended in another way, the guest
   * closed the call's descriptor, or the pool was closed. What the handler gives then goes nowhere. */
  readonly signal: AbortSignal;
  /** The data as text. Throws POOL_EINVAL if it is not UTF-8; a handler that lets it through answers with that. */
  readonly text: () => string;
  /** The value that the data is as JSON. Throws POOL_EINVAL if it is not JSON. */
  readonly json: () => unknown;
}

/** Answers a host call: bytes go as they are, a string as UTF-8, `undefined` as no bytes, and any other value as JSON. A
 * promise of one of these may be given as well: the guest waits, and nobody else does. 16 MiB at most.
 *
 * `data` is what the guest sent, a copy that is the handler's. If the handler throws, or rejects, the guest gets an error
 * with the message of what was thrown: POOL_EIO, or the code of `pool.h` that a thrown `PoolError` has. It gets
 * POOL_EINVAL if what the handler gives cannot be JSON: a function, a symbol, a bigint, a number that is not finite, a
 * circle, a `Map`, a `Blob`.
 *
 * @example
 * ```ts
 * const { stdoutText } = await pool.run('/hostcall.wasm', {
 *   args: ['sum', '[1,2,3]'],
 *   host: { sum: (_, context) => (context.json() as number[]).reduce((a, b) => a + b) },
 * });
 * console.log(stdoutText.trim()); // 1 6
 * ```
 */
export type HostHandler = (data: Uint8Array<ArrayBuffer>, context: HostContext) => unknown;

/** Handlers by the names by which guests call them, each 255 bytes of UTF-8 at most. */
export type Host = Readonly<Record<string, HostHandler | undefined>>;

/** Checked handlers. */
export type Handlers = ReadonlyMap<string, HostHandler>;

const encoder = new TextEncoder();

const none: Handlers = new Map();

/** Checks what was given as `host`. */
export function handlersOf(given: unknown): Handlers {
  if (given === undefined) return none;
  const entries = entriesOf('host', given, 'an object of functions by their names');
  return new Map(entries.filter(([, value]) => value !== undefined).map(handler));
}

function handler([name, value]: [name: string, value: unknown]): [string, HostHandler] {
  const entry = entryName('host', name);
  if (name === '')
    throw invalid(`host has a handler by the name ${quote(name)}: a name must have at least one character`);
  const size = encoder.encode(text(`the name of ${entry}`, name)).length;
  const most = layout.POOL_NAME_MAX_BYTES;
  if (size > most) throw invalid(`the name of ${entry} must have at most ${most} bytes, and has ${size}`);
  if (typeof value !== 'function') throw refusal(entry, value, 'a function');
  return [name, value as HostHandler];
}
