/** One submitted job, from its place in the queue to its settling. */
import { onAbort } from './abort.js';
import type { Client, Fd, JobHandle, Result } from './client.js';
import {
  CancelledError,
  JobError,
  LostError,
  NotStartedError,
  OutputLostError,
  TimedOutError,
  TrapError,
  errorOfStatus,
  trapKindOf,
} from './errors.js';
import { errorCodes, layout } from './layout.gen.js';

/** How a job that exited went. */
export interface JobStatus {
  /** Whether `code` is 0. */
  readonly success: boolean;
  /** The exit code, 0 to 4294967295. */
  readonly code: number;
  /** Number of the worker that ran it. */
  readonly worker: number;
  /** Milliseconds from submission to start, and from start to end. */
  readonly queuedMs: number;
  readonly runMs: number;
}

export class Task {
  /** Resolves when the job has exited, rejects with a JobError when it ended in any other way. Settles once. */
  readonly status: Promise<JobStatus>;
  readonly #client: Client;
  readonly #job: JobHandle;
  readonly #signal: AbortSignal | undefined;
  #resolve!: (status: JobStatus) => void;
  #reject!: (error: JobError) => void;
  #reason: ErrorOptions | undefined;
  readonly #forget: () => void;
  #settled = false;

  /** `ends` are the caller's ends of its pipes; `onSettled` is called once. */
  constructor(
    client: Client,
    job: JobHandle,
    readonly ends: readonly [Fd, Fd, Fd],
    signal: AbortSignal | undefined,
    readonly onSettled: (task: Task) => void,
  ) {
    this.#client = client;
    this.#job = job;
    this.#signal = signal;
    this.status = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.status.catch(() => undefined); // whoever wants to know asks; nobody has to
    this.#forget = onAbort(signal, this.#onAbort);
    client.onJobEnd(job, this.#onEnd);
    if (signal?.aborted) this.#onAbort();
  }

  readonly #onAbort = (): void => this.cancel(this.#signal?.reason);

  /** Asks the job to end as cancelled. Does nothing once it has settled. */
  cancel(reason?: unknown): void {
    if (this.#settled) return;
    this.#reason ??= reason === undefined ? {} : { cause: reason };
    this.#client.cancel(this.#job);
  }

  /** Settles without the pool's help: it is gone. */
  fail(error: JobError): void {
    this.#settle(() => this.#reject(error));
  }

  readonly #onEnd = (): void => {
    if (this.#settled) return;
    let result: Result | undefined;
    try {
      result = this.#client.takeResult(this.#job);
    } catch (cause) {
      return this.fail(new LostError('the result of the job could not be read', { cause }));
    }
    if (!result) return this.#client.onJobEnd(this.#job, this.#onEnd);
    if (result.outcome === layout.POOL_EXITED) {
      const { code, worker, queuedMs, runMs } = result;
      this.#settle(() => this.#resolve({ success: code === 0, code, worker, queuedMs, runMs }));
    } else {
      this.#settle(() => this.#reject(errorOf(result, this.#reason)));
    }
  };

  #settle(how: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#forget();
    this.onSettled(this);
    how();
  }
}

/** The error of a job that did not exit. */
function errorOf({ outcome, code, text }: Result, reason: ErrorOptions | undefined): JobError {
  const [message = '', ...stack] = text.split('\n');
  switch (outcome) {
    case layout.POOL_TRAPPED:
      return new TrapError(trapKindOf(code), message, stack.join('\n'));
    case layout.POOL_CANCELLED:
      return new CancelledError(reason);
    case layout.POOL_TIMED_OUT:
      return new TimedOutError();
    case layout.POOL_NOT_STARTED:
      return new NotStartedError(code === -errorCodes.POOL_ENOMEM ? 'POOL_ENOMEM' : 'POOL_NOT_STARTED', message);
    case layout.POOL_OUTPUT_LOST:
      return new OutputLostError(errorOfStatus(-code));
    default:
      return new LostError(message);
  }
}
