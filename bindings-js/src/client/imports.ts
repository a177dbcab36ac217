/** What an application provides of its guests' imports: functions by module and name, or a module that workers load. */
import { isUrl } from '../shared/brand.js';
import type { Bytes } from '../shared/bytes.js';
import { entriesOf, entryName, hasLoneSurrogate, invalid, quote, refusal } from '../shared/gate.js';
import type { HostJob } from './host.js';

/** A guest's memory, while the guest waits for what it has called. Addresses and lengths may be given as the guest
 * passes them: an i32 below 0 is taken as unsigned.
 *
 * @example
 * ```ts
 * const lines: string[] = [];
 * await pool.run('/logger.wasm', {
 *   imports: { env: { log: async ({ memory }, at, length) => void lines.push(await memory.readString(at, length)) } },
 * });
 * console.log(lines.join()); // one,two
 * ```
 */
export interface ImportMemory {
  /** A copy of so many bytes from an address on.
   *
   * Like all that follow, it rejects with POOL_EINVAL if not all of that is in the memory (and nothing is written), with
   * POOL_EBADF once the handler has answered, with POOL_ECANCELED once the guest has ended. */
  readonly read: (address: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
  /** Copies bytes into it, from an address on. */
  readonly write: (address: number, bytes: Bytes) => Promise<void>;
  /** The text in so many bytes from an address on. Rejects with POOL_EINVAL if they are not UTF-8. */
  readonly readString: (address: number, length: number) => Promise<string>;
  /** How many bytes it has; 0: it cannot be reached, because the guest exports none as `memory`, or is in its start
   * section. */
  readonly size: () => Promise<number>;
}

/** What a handler of an import is given before the guest's values.
 *
 * @example
 * ```ts
 * const calls = new Set<string>();
 * await pool.run('/logger.wasm', {
 *   name: 'logger',
 *   imports: { env: { log: ({ module, name, job }) => calls.add(`${job.name} calls ${module}.${name}`) } },
 * });
 * console.log([...calls].join()); // logger calls env.log
 * ```
 */
export interface ImportContext {
  /** The module of the import. */
  readonly module: string;
  /** Its name. */
  readonly name: string;
  /** Who calls. */
  readonly job: HostJob;
  /** Aborts when nobody waits for the answer any more: the job was cancelled, timed out or ended in another way, or the
   * pool was closed. What the handler gives then goes nowhere. */
  readonly signal: AbortSignal;
  /** The guest's memory, until the handler has answered. What was begun before is done before the guest goes on. */
  readonly memory: ImportMemory;
}

/** Serves an import: is given the guest's values, a bigint for each i64 and a number for all others, and returns what the
 * import returns: a number, or a bigint for an i64; an array of them if it has several results; if it has none, what is
 * returned is ignored. A number is cut to an i32 as by `| 0`, a fraction and what is beyond 32 bits with it, and rounded to an
 * f32; a bigint is cut to 64 bits. A promise of that may be given as well: the guest waits, and nobody else does.
 *
 * A guest cannot be told of an error. If the handler throws, rejects or gives something else, the guest traps, and its job
 * rejects with an `ImportError` whose `cause` is what was thrown.
 *
 * @example
 * ```ts
 * let lines = 0;
 * await pool.run('/logger.wasm', { imports: { env: { log: () => void lines++ } } });
 * console.log(lines); // 2
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a handler knows which types its guest passes
export type ImportHandler = (context: ImportContext, ...values: any[]) => unknown;

/** Handlers by the modules and names of imports. */
export type Imports = Readonly<Record<string, Readonly<Record<string, ImportHandler | undefined>> | undefined>>;

/** Checked handlers, by module and name. */
export type ImportHandlers = ReadonlyMap<string, ReadonlyMap<string, ImportHandler>>;

/** What is to be done about imports. */
export interface CheckedImports {
  readonly handlers: ImportHandlers;
  readonly from: string | undefined;
  /** Imports that nobody provides trap when they are called. */
  readonly trap: boolean;
}

/** An import that a handler serves. */
export interface ServedImport {
  readonly module: string;
  readonly name: string;
  readonly handler: ImportHandler;
}

/** Checks what was given as `imports`. */
export function importHandlersOf(given: unknown): ImportHandlers {
  const modules = entriesOf('imports', given, 'an object of modules, each an object of functions by their names');
  return new Map(
    modules.filter(([, value]) => value !== undefined).map(([name, value]) => [name, moduleOf(name, value)]),
  );
}

function moduleOf(module: string, given: unknown): Map<string, ImportHandler> {
  const entry = entryName('imports', module);
  if (hasLoneSurrogate(module)) throw invalid(`the name of ${entry} must be well-formed Unicode`);
  const functions = entriesOf(entry, given, 'an object of functions by their names');
  return new Map(
    functions.filter(([, value]) => value !== undefined).map(([name, value]) => handlerOf(entry, name, value)),
  );
}

function handlerOf(module: string, name: string, value: unknown): [string, ImportHandler] {
  const entry = entryName(module, name);
  if (hasLoneSurrogate(name)) throw invalid(`the name of ${entry} must be well-formed Unicode`);
  if (typeof value === 'function') return [name, value as ImportHandler];
  const isObject = typeof value === 'object' && value !== null;
  throw refusal(entry, value, 'a function', isObject ? 'what is no function can come from importsFrom' : '');
}

/** Checks what was given as `importsFrom`: a URL as text. */
export function importsFromOf(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const text = isUrl(given) ? given.href : given;
  const taken = 'a URL, or a string that is one';
  if (typeof text !== 'string' || text === '' || hasLoneSurrogate(text)) throw refusal('importsFrom', given, taken);
  try {
    new URL(text, 'http://localhost/');
    return text;
  } catch {
    throw refusal('importsFrom', text, taken);
  }
}

/** Checks what was given as `missingImports`: whether they trap. */
export function missingImportsOf(given: unknown): boolean {
  if (given === undefined || given === 'error') return false;
  if (given === 'trap') return true;
  throw refusal('missingImports', given, `"error" or ${quote('trap')}`);
}
