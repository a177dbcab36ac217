/** The errors that the library throws: one class for each thing a caller may want to tell apart. */
import type { TrapFrame } from './frame.js';
import { errorCodes, errorMessages, layout } from './layout.gen.js';
import { Lines } from './lines.js';

/** Codes of `pool.h`, and of the ways in which a job can fail to exit. */
export type PoolErrorCode =
  | keyof typeof errorCodes
  | 'POOL_TRAPPED'
  | 'POOL_CANCELLED'
  | 'POOL_TIMED_OUT'
  | 'POOL_LOST'
  | 'POOL_NOT_STARTED'
  | 'POOL_EXITED'
  | 'POOL_ENDED'
  | 'POOL_OUTPUT_LOST'
  | 'POOL_OUTPUT_LIMIT'
  | 'POOL_INPUT_FAILED'
  | 'POOL_NOT_COMPILED'
  | 'POOL_NOT_ISOLATED'
  | 'POOL_START_FAILED';

/** The base of all errors of the library. `cause` is the error that led to it, if there is one. An option that does not exist is a `TypeError` as well, with the code POOL_EINVAL: its message names the nearest that does.
 *
 * @example
 * ```ts
 * const error = await new Directory().readFile('missing').catch((error: unknown) => error);
 * console.log(error instanceof PoolError && error.code); // POOL_ENOENT
 * ```
 */
export class PoolError extends Error {
  override name = 'PoolError';
  constructor(
    /** Which error it is: the names of `pool.h`, and others for the ways in which a job can fail. */
    readonly code: PoolErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** A class has one base, and an `OptionError` two. @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const isOne = Function.prototype[Symbol.hasInstance].call(this, value);
    return isOne || (this === PoolError && value instanceof OptionError);
  }
}

/** An option that does not exist: a `TypeError`, as platforms throw it, which is `instanceof PoolError` too.
 *
 * @example
 * ```ts
 * const error = await pool.run('/cat.wasm', { timoutMs: 5 } as object).catch((error: unknown) => error);
 * console.log(error instanceof OptionError && error.message); // timoutMs is no option: did you mean timeoutMs?
 * ```
 */
export class OptionError extends TypeError {
  /** As of every argument that is not taken. */
  readonly code = 'POOL_EINVAL';
}

/** The page is not cross-origin isolated, so it has no shared memory, and the engine has no JSPI, or the tier `'shared'` was
 * asked for. The message names the two headers to set, and the engines that need none, if they would do.
 *
 * @example
 * ```ts
 * function advice(error: unknown): string {
 *   return error instanceof NotIsolatedError ? error.message : 'try again';
 * }
 * console.log(advice(new NotIsolatedError()).includes('Cross-Origin-Embedder-Policy')); // true
 * ```
 */
export class NotIsolatedError extends PoolError {
  override name = 'NotIsolatedError';
  /** `needed`: the tier, if no other would do. */
  constructor(needed?: 'shared') {
    super(
      'POOL_NOT_ISOLATED',
      'This page is not cross-origin isolated, so the browser gives it no shared memory. ' +
        'Serve it (and what it embeds) with the headers "Cross-Origin-Opener-Policy: same-origin" and ' +
        '"Cross-Origin-Embedder-Policy: require-corp" over https or from localhost' +
        (needed
          ? '. This needs the tier "shared", which no engine has without them.'
          : '; or use an engine with JSPI, which needs neither: Chrome 137, Firefox 153, Safari 27, Node 25.'),
    );
  }
}

/** The pool could not be started: a script or the wasm could not be loaded, or no worker came up. Or a part of the package
 * could not be loaded, which is done when it is first needed.
 *
 * @example
 * ```ts
 * const error = await Pool.create({ urls: { worker: 'missing.js' } }).catch((error: unknown) => error);
 * console.log(error instanceof StartError && error.code); // POOL_START_FAILED
 * ```
 */
export class StartError extends PoolError {
  override name = 'StartError';
  constructor(message: string, options?: ErrorOptions) {
    super('POOL_START_FAILED', message, options);
  }
}

/** What was to be compiled is not a WebAssembly module, or could not be fetched.
 *
 * @example
 * ```ts
 * const error = await pool.compile(new TextEncoder().encode('no module')).catch((error: unknown) => error);
 * console.log(error instanceof CompileError && error.code); // POOL_NOT_COMPILED
 * ```
 */
export class CompileError extends PoolError {
  override name = 'CompileError';
  constructor(message: string, options?: ErrorOptions) {
    super('POOL_NOT_COMPILED', message, options);
  }

  /** The same error for another caller, with a stack of its own. @internal */
  again(): CompileError {
    return new (this.constructor as typeof CompileError)(
      this.message,
      this.cause === undefined ? undefined : { cause: this.cause },
    );
  }
}

/** It could not be fetched. To callers it is a CompileError. @internal */
export class FetchError extends CompileError {
  static override readonly name = 'CompileError'; // to users it is one
}

const decoder = new TextDecoder();

/** What a job wrote: all of it, or what it had written before it failed.
 *
 * @example
 * ```ts
 * const error = await pool.run('/trap.wasm').catch((error: unknown) => error);
 * console.log(error instanceof TrapError && error.output?.stdout.length); // 16
 * ```
 */
export class Output {
  constructor(
    /** The bytes of stdout. */
    readonly stdout: Uint8Array<ArrayBuffer>,
    /** The bytes of stderr. */
    readonly stderr: Uint8Array<ArrayBuffer>,
  ) {}

  /** `stdout` as text in UTF-8; bytes that are not UTF-8 become U+FFFD. */
  get stdoutText(): string {
    return decoder.decode(this.stdout);
  }

  /** `stderr` as text in UTF-8; bytes that are not UTF-8 become U+FFFD. */
  get stderrText(): string {
    return decoder.decode(this.stderr);
  }

  /** `stdout` as text, as of a `Response`; the same as `stdoutText`.
   *
   * @example
   * ```ts
   * const result = await pool.run('/cat.wasm', { stdin: 'text' });
   * console.log(result.text()); // text
   * ```
   */
  text(): string {
    return this.stdoutText;
  }

  /** `stdout`, as of a `Response`.
   *
   * @example
   * ```ts
   * const result = await pool.run('/cat.wasm', { stdin: 'text' });
   * console.log(result.bytes().length); // 4
   * ```
   */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.stdout;
  }

  /** `stdout` as JSON.
   *
   * @throws `SyntaxError` if it is not JSON.
   * @example
   * ```ts
   * const result = await pool.run('/cat.wasm', { stdin: '{"answer": 42}' });
   * console.log((result.json() as { answer: number }).answer); // 42
   * ```
   */
  json(): unknown {
    return JSON.parse(this.stdoutText);
  }

  /** The lines of `stdout`, without their ends, "\n" or "\r\n". The last may lack its end.
   *
   * @example
   * ```ts
   * const result = await pool.run('/cat.wasm', { stdin: 'one\ntwo' });
   * console.log([...result.lines()].length); // 2
   * ```
   */
  *lines(): Generator<string, void, undefined> {
    const lines = new Lines();
    yield* lines.push(this.stdoutText);
    yield* lines.end();
  }
}

/** How one stage of a pipeline went. */
export interface StageStatus {
  /** Whether it has exited with 0. */
  readonly success: boolean;
  /** Its exit code; `undefined` if it did not exit by itself. */
  readonly code: number | undefined;
  /** Why it did not. */
  readonly error: JobError | undefined;
  /** What it wrote to its stderr, as far as that was kept. */
  readonly stderr: Uint8Array<ArrayBuffer>;
  /** The same as text. */
  readonly stderrText: string;
}

/** A job that did not exit by itself. The classes below tell how it ended.
 *
 * @example
 * ```ts
 * const error = await pool.run('/spin.wasm', { timeoutMs: 100 }).catch((error: unknown) => error);
 * console.log(error instanceof JobError && error.code); // POOL_TIMED_OUT
 * ```
 */
export class JobError extends PoolError {
  override name = 'JobError';
  /** After `pool.run`: what the guest had written until then; after `pool.pipeline`: the last of its guests. */
  output?: Output;
  /** After `pool.pipeline`: how each of its stages went. */
  stages?: readonly StageStatus[];
}

/** The module could not be run as a command: an import that nobody provides, no `_start`, no memory for it.
 *
 * @example
 * ```ts
 * const error = await pool.run('/nostart.wasm').catch((error: unknown) => error);
 * console.log(error instanceof NotStartedError && error.message.includes('_start')); // true
 * ```
 */
export class NotStartedError extends JobError {
  override name = 'NotStartedError';
}

/** A guest whose export was called has exited, with whatever code, in the middle of that call, and so returned nothing.
 *
 * @example
 * ```ts
 * const error = await pool.call('/adder.wasm', 'leave', 7).catch((error: unknown) => error);
 * console.log(error instanceof ExitError && error.exitCode); // 7
 * ```
 */
export class ExitError extends JobError {
  override name = 'ExitError';
  constructor(
    /** What the guest exited with, 0 to 4294967295. */
    readonly exitCode: number,
  ) {
    super('POOL_EXITED', `the guest exited with ${exitCode} instead of returning`);
  }
}

/** An instance had ended, or was closed, before a call came to its turn: nothing of the call has run. `cause` is the error
 * that ended the instance, if one did, or POOL_ESHUTDOWN if its pool is closing.
 *
 * @example
 * ```ts
 * const instance = await pool.instantiate('/adder.wasm');
 * const [first, second] = [instance.call('divide', 1, 0), instance.call('add', 1, 2)];
 * await first.catch((error: Error) => console.log(error.name)); // TrapError
 * const error = await second.catch((error: unknown) => error);
 * console.log(error instanceof EndedError && error.cause instanceof TrapError); // true
 * ```
 */
export class EndedError extends PoolError {
  override name = 'EndedError';
  /** `isClosed`: by its owner, and not by what it did. */
  constructor(options?: ErrorOptions, isClosed = false) {
    const what = isClosed ? 'the instance is closed' : 'the instance had ended before the call came to its turn';
    super('POOL_ENDED', what, options);
  }
}

/** Why a guest trapped, as far as the engine tells. */
export type TrapKind =
  | 'unknown'
  | 'unreachable'
  | 'memory-out-of-bounds'
  | 'table-out-of-bounds'
  | 'indirect-call'
  | 'divide-by-zero'
  | 'integer-overflow'
  | 'stack-overflow'
  | 'exception'
  | 'import';

/** The guest trapped. `message` is the engine's.
 *
 * @example
 * ```ts
 * const error = await pool.run('/trap.wasm').catch((error: unknown) => error);
 * if (error instanceof TrapError) console.log(error.kind, error.frames[0]?.name); // unreachable undefined
 * ```
 */
export class TrapError extends JobError {
  override name = 'TrapError';
  constructor(
    /** Why, as far as the engine tells. */
    readonly kind: TrapKind,
    message: string,
    /** The stack in the guest, as the engine prints it. */
    readonly wasmStack: string,
    /** The same in every engine: the guest's functions that ran, the innermost first, with their names. As many as the engine
     * tells; V8 tells 10. */
    readonly frames: readonly TrapFrame[],
  ) {
    super('POOL_TRAPPED', message);
  }
}

/** The guest called an import that has failed: what serves it threw, or gave something else than the import returns; then
 * `cause` is what was thrown. Of what a module of `importsFrom` has thrown, in its worker, it is an error of the same name,
 * message and stack, and `instanceof` the platform's class of that name, or a `PoolError` with the same code. Or nobody
 * provides what it called, and `missingImports` is "trap". The guest cannot go on after that.
 *
 * @example
 * ```ts
 * const imports = {
 *   env: {
 *     log: () => {
 *       throw new Error('the log is full');
 *     },
 *   },
 * };
 * const error = await pool.run('/logger.wasm', { imports }).catch((error: unknown) => error);
 * console.log(error instanceof ImportError && `${error.import}: ${String(error.cause)}`); // env.log: Error: the log is full
 * ```
 */
export class ImportError extends TrapError {
  override name = 'ImportError';
  /** Which import it is: its module and its name, as `env.log`. */
  readonly import: string;
  constructor(name: string, message: string, wasmStack: string, frames: readonly TrapFrame[], options?: ErrorOptions) {
    super('import', message, wasmStack, frames);
    this.import = name;
    if (options && 'cause' in options) this.cause = options.cause;
  }
}

/** The module of `importsFrom` could not be used, so the guest has not run: `cause` says why.
 *
 * @example
 * ```ts
 * const error = await pool.run('/logger.wasm', { importsFrom: '/missing.mjs' }).catch((error: unknown) => error);
 * console.log(error instanceof ImportsFromError && error.url.endsWith('/missing.mjs')); // true
 * ```
 */
export class ImportsFromError extends NotStartedError {
  override name = 'ImportsFromError';
  constructor(
    /** Where it is. */
    readonly url: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super('POOL_NOT_STARTED', message, options);
  }
}

/** A job, or what else its message names, was cancelled: by `cancel` or by an `AbortSignal` (then `cause` is the reason), or by closing
 * the pool. Its name is `AbortError`, as of every other aborted operation of the platform.
 *
 * @example
 * ```ts
 * const controller = new AbortController();
 * const running = pool.run('/spin.wasm', { signal: controller.signal }).catch((error: unknown) => error);
 * controller.abort('the page is gone');
 * const error = await running;
 * console.log(error instanceof CancelledError && error.cause); // the page is gone
 * ```
 */
export class CancelledError extends JobError {
  override name = 'AbortError';
  /** `what` begins the message: it was cancelled. */
  constructor(options?: ErrorOptions, what = 'the job') {
    super('POOL_CANCELLED', `${what} was cancelled`, options);
  }
}

/** The `timeoutMs` of a job, or of what else its message names, ran out, or its signal was one of `AbortSignal.timeout` (then
 * `cause` is the signal's reason). Its name is `TimeoutError`, as that reason's.
 *
 * @example
 * ```ts
 * const error = await pool.run('/spin.wasm', { timeoutMs: 100 }).catch((error: unknown) => error);
 * console.log(error instanceof TimedOutError && error.name); // TimeoutError
 * ```
 */
export class TimedOutError extends JobError {
  override name = 'TimeoutError';
  /** `what` begins the message: it took too long. */
  constructor(options?: ErrorOptions, what = 'the job') {
    super('POOL_TIMED_OUT', `${what} took longer than its timeout`, options);
  }
}

/** The error of what was cancelled for a reason; one that is a `TimeoutError` stays one. */
export function abortError(reason: unknown, what: string): JobError {
  if (reason === undefined) return new CancelledError(undefined, what);
  const timedOut = typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
  return timedOut ? new TimedOutError({ cause: reason }, what) : new CancelledError({ cause: reason }, what);
}

/** The source of the guest's stdin failed: `cause` is its error. The guest got EIO after what had come.
 *
 * @example
 * ```ts
 * const broken = new ReadableStream<Uint8Array>({
 *   pull() {
 *     throw new Error('the disk is gone');
 *   },
 * });
 * const error = await pool.run('/cat.wasm', { stdin: broken }).catch((error: unknown) => error);
 * console.log(error instanceof InputError && String(error.cause)); // Error: the disk is gone
 * ```
 */
export class InputError extends JobError {
  override name = 'InputError';
  constructor(cause: unknown) {
    super('POOL_INPUT_FAILED', `the job's stdin failed: ${String(cause)}`, { cause });
  }
}

/** The guest wrote more than `pool.run` was to keep, and was ended. `output` is what it kept.
 *
 * @example
 * ```ts
 * const error = await pool.run('/flood.wasm', { maxOutput: 1000 }).catch((error: unknown) => error);
 * console.log(error instanceof OutputLimitError && error.output?.stdout.length); // 1000
 * ```
 */
export class OutputLimitError extends JobError {
  override name = 'OutputLimitError';
  constructor(limit: number) {
    super(
      'POOL_OUTPUT_LIMIT',
      `the guest wrote more than ${limit} bytes; raise maxOutput, or read its streams as they come with pool.spawn`,
    );
  }
}

/** The guest ended by itself, but some of what it wrote to stdout or stderr was lost on the way. `cause`
 * says why: a `PoolError`, or the error of the `WritableStream` that was to take it; `output` is what came before.
 *
 * @example
 * ```ts
 * function isWhole(error: unknown): boolean {
 *   return !(error instanceof OutputLostError);
 * }
 * const error = await pool.run('/trap.wasm').catch((error: unknown) => error);
 * console.log(isWhole(error)); // true
 * ```
 */
export class OutputLostError extends JobError {
  override name = 'OutputLostError';
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super('POOL_OUTPUT_LOST', `some of the output was lost: ${why}`, { cause });
  }
}

/** The worker or the coordinator died while the job ran. The job may be run again.
 *
 * @example
 * ```ts
 * async function runTwice(source: string): Promise<RunResult> {
 *   return pool.run(source).catch((error: unknown) => {
 *     if (error instanceof LostError) return pool.run(source);
 *     throw error;
 *   });
 * }
 * console.log((await runTwice('/cat.wasm')).code); // 0
 * ```
 */
export class LostError extends JobError {
  override name = 'LostError';
  constructor(message: string, options?: ErrorOptions) {
    super('POOL_LOST', message || 'the worker that ran the job died', options);
  }
}

const codeOfValue = new Map<number, keyof typeof errorCodes>(
  Object.entries(errorCodes).map(([code, value]) => [value, code as keyof typeof errorCodes]),
);

/** The error of a negative number that came from C. */
export function errorOfStatus(status: number): PoolError {
  const code = codeOfValue.get(status);
  return code ? new PoolError(code, errorMessages[code]) : new PoolError('POOL_EPROTO', `unexpected status ${status}`);
}

const trapKinds: Record<number, TrapKind> = {
  [layout.POOL_TRAP_UNREACHABLE]: 'unreachable',
  [layout.POOL_TRAP_MEMORY_OUT_OF_BOUNDS]: 'memory-out-of-bounds',
  [layout.POOL_TRAP_TABLE_OUT_OF_BOUNDS]: 'table-out-of-bounds',
  [layout.POOL_TRAP_INDIRECT_CALL]: 'indirect-call',
  [layout.POOL_TRAP_DIVIDE_BY_ZERO]: 'divide-by-zero',
  [layout.POOL_TRAP_INTEGER_OVERFLOW]: 'integer-overflow',
  [layout.POOL_TRAP_STACK_OVERFLOW]: 'stack-overflow',
  [layout.POOL_TRAP_EXCEPTION]: 'exception',
  [layout.POOL_TRAP_IMPORT]: 'import',
};

/** The kind of an enum pool_trap. */
export function trapKindOf(trap: number): TrapKind {
  return trapKinds[trap] ?? 'unknown';
}
