/** The errors that the library throws: one class for each thing a caller may want to tell apart. */
import { errorCodes, errorMessages, layout } from './layout.gen.js';

/** Codes of `pool.h`, and of the ways in which a job can fail to exit. */
export type PoolErrorCode =
  | keyof typeof errorCodes
  | 'POOL_TRAPPED'
  | 'POOL_CANCELLED'
  | 'POOL_TIMED_OUT'
  | 'POOL_LOST'
  | 'POOL_NOT_STARTED'
  | 'POOL_OUTPUT_LOST'
  | 'POOL_OUTPUT_LIMIT'
  | 'POOL_INPUT_FAILED'
  | 'POOL_NOT_COMPILED'
  | 'POOL_NOT_ISOLATED'
  | 'POOL_START_FAILED';

/** The base of all errors of the library. `code` says which; `cause` keeps what lay behind it, where there is any. */
export class PoolError extends Error {
  override name = 'PoolError';
  constructor(
    readonly code: PoolErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The page is not cross-origin isolated, so it has no shared memory. The message names the two headers to set. */
export class NotIsolatedError extends PoolError {
  override name = 'NotIsolatedError';
  constructor() {
    super(
      'POOL_NOT_ISOLATED',
      'This page is not cross-origin isolated, so the browser gives it no shared memory. ' +
        'Serve it (and what it embeds) with the headers "Cross-Origin-Opener-Policy: same-origin" and ' +
        '"Cross-Origin-Embedder-Policy: require-corp" over https or from localhost.',
    );
  }
}

/** The pool could not be started: a script or the wasm could not be loaded, or no worker came up. */
export class StartError extends PoolError {
  override name = 'StartError';
  constructor(message: string, options?: ErrorOptions) {
    super('POOL_START_FAILED', message, options);
  }
}

/** What was to be compiled is not a WebAssembly module, or could not be fetched. */
export class CompileError extends PoolError {
  override name = 'CompileError';
  constructor(message: string, options?: ErrorOptions) {
    super('POOL_NOT_COMPILED', message, options);
  }

  /** The same for somebody else, with a stack of his own. @internal */
  again(): CompileError {
    return new (this.constructor as typeof CompileError)(
      this.message,
      this.cause === undefined ? undefined : { cause: this.cause },
    );
  }
}

/** It could not be fetched. To callers it is a CompileError. @internal */
export class FetchError extends CompileError {}

const decoder = new TextDecoder();

/** What a job wrote: all of it, or what it had written before it failed. */
export class Output {
  constructor(
    readonly stdout: Uint8Array<ArrayBuffer>,
    readonly stderr: Uint8Array<ArrayBuffer>,
  ) {}

  /** As text in UTF-8; what is none becomes U+FFFD. */
  get stdoutText(): string {
    return decoder.decode(this.stdout);
  }

  get stderrText(): string {
    return decoder.decode(this.stderr);
  }
}

/** A job that did not exit by itself. After `pool.run`, `output` is what it had written until then. */
export class JobError extends PoolError {
  override name = 'JobError';
  output?: Output;
}

/** The module could not be run as a command: an import that nobody provides, no `_start`, no memory for it. */
export class NotStartedError extends JobError {
  override name = 'NotStartedError';
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
  | 'exception';

/** The guest trapped. `message` is the engine's, `wasmStack` the stack in the guest, as the engine prints it. */
export class TrapError extends JobError {
  override name = 'TrapError';
  constructor(
    readonly kind: TrapKind,
    message: string,
    readonly wasmStack: string,
  ) {
    super('POOL_TRAPPED', message);
  }
}

/** The job, or another call, was cancelled: by `cancel` or by an `AbortSignal` (then `cause` is the reason), or by closing
 * the pool. Its name is `AbortError`, as of every other aborted operation of the platform. */
export class CancelledError extends JobError {
  override name = 'AbortError';
  constructor(options?: ErrorOptions) {
    super('POOL_CANCELLED', 'the job was cancelled', options);
  }
}

/** The job's `timeoutMs` ran out, or its signal was one of `AbortSignal.timeout` (then `cause` is the signal's reason). Its
 * name is `TimeoutError`, as that reason's. */
export class TimedOutError extends JobError {
  override name = 'TimeoutError';
  constructor(options?: ErrorOptions) {
    super('POOL_TIMED_OUT', 'the job took longer than its timeout', options);
  }
}

/** The error of what was cancelled for a reason; one that is a `TimeoutError` stays one. */
export function abortError(reason: unknown): JobError {
  if (reason === undefined) return new CancelledError();
  const timedOut = typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
  return timedOut ? new TimedOutError({ cause: reason }) : new CancelledError({ cause: reason });
}

/** What was to be the guest's stdin failed: `cause` is its error. The guest got EIO behind what had come. */
export class InputError extends JobError {
  override name = 'InputError';
  constructor(cause: unknown) {
    super('POOL_INPUT_FAILED', `the job's stdin failed: ${String(cause)}`, { cause });
  }
}

/** The guest wrote more than `pool.run` was to keep, and was ended. `output` is what it kept. */
export class OutputLimitError extends JobError {
  override name = 'OutputLimitError';
  constructor(limit: number) {
    super(
      'POOL_OUTPUT_LIMIT',
      `the guest wrote more than ${limit} bytes; raise maxOutput, or read its streams as they come with pool.spawn`,
    );
  }
}

/** The guest ended by itself, but not all that it wrote to stdout or stderr could be carried. `cause` is the `PoolError`
 * that says why; `output` is what came before. */
export class OutputLostError extends JobError {
  override name = 'OutputLostError';
  constructor(cause: PoolError) {
    super('POOL_OUTPUT_LOST', `not all of the output could be carried: ${cause.message}`, { cause });
  }
}

/** The worker or the coordinator died under the job. */
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
};

/** The kind of an enum pool_trap. */
export function trapKindOf(trap: number): TrapKind {
  return trapKinds[trap] ?? 'unknown';
}
