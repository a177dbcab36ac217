/** One submitted job, from its place in the queue to its settling. */
import {
  abortError,
  ImportError,
  ImportsFromError,
  InputError,
  JobError,
  LostError,
  NotStartedError,
  OutputLostError,
  PoolError,
  TimedOutError,
  TrapError,
  errorOfStatus,
  trapKindOf,
} from '../shared/errors.js';
import { Link } from '../shared/fifo.js';
import { frameOf, type TrapFrame } from '../shared/frame.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import { takeThrown } from '../shared/thrown.js';
import { forgetNothing, onAbort } from './abort.js';
import type { CallSite } from './callsite.js';
import type { Client, Fd, JobHandle, Result } from './client.js';
import type { Handlers, HostJob } from './host.js';
import type { Linkage } from './import-list.js';
import type { ServedImport } from './imports.js';
import type { Inlet } from './streams.js';

/** How long a guest whose stdin failed has to find that out and end by itself. */
const INPUT_GRACE_MS = 1000;

/** What a task keeps of what was asked for. */
export interface Wishes {
  readonly options: {
    readonly args: readonly string[];
    readonly signal: AbortSignal | undefined;
    readonly host: Handlers;
    /** What it is, in words of errors. */
    readonly what: string;
  };
  readonly linkage: Linkage;
  /** Where it was. */
  readonly site: CallSite;
}

/** How a job that exited went. */
export interface JobStatus {
  /** Whether `code` is 0. */
  readonly success: boolean;
  /** The exit code, 0 to 4294967295. */
  readonly code: number;
  /** Number of the worker that ran it. */
  readonly worker: number;
  /** Milliseconds from submission to start. */
  readonly queuedMs: number;
  /** Milliseconds from start to end. */
  readonly runMs: number;
}

/** Whom a job is run for: told when it has ended, before all others, with its error if it has not exited. */
export interface Owner {
  onJobEnd(error: JobError | undefined): void;
}

/** Is told the error of a job that has not exited. */
type EndListener = (error: JobError | undefined) => void;

const none: readonly EndListener[] = [];
const noValues: Result['values'] = [];

export class Task extends Link {
  readonly handle: JobHandle;
  readonly #client: Client;
  readonly #wishes: Wishes;
  #caller: HostJob | undefined;
  /** What made an import fail. */
  #importCause: ErrorOptions | undefined;
  #status: Promise<JobStatus> | undefined;
  readonly #forget: () => void;
  #owner: Owner | undefined;
  #endListener: EndListener | undefined;
  /** An array that grows would take room for many, and few jobs have more than two. */
  #moreEndListeners: readonly EndListener[] = none;
  /** Why it is to end, from the first who said so. */
  #why: (() => JobError) | undefined;
  /** Its stdin failed: then that is how it ended, whatever the guest made of it. */
  #inputFailed = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #settled = false;
  /** Of one that has exited. */
  #result: Result | undefined;
  #error: JobError | undefined;

  /** `ends` are the caller's ends of its pipes; `onSettled` is called once. */
  constructor(
    client: Client,
    job: JobHandle,
    readonly ends: readonly [Fd, Fd, Fd],
    wishes: Wishes,
    readonly onSettled: (task: Task) => void,
  ) {
    super();
    this.#client = client;
    this.handle = job;
    this.#wishes = wishes;
    const { signal } = wishes.options;
    this.#forget = signal ? onAbort(signal, () => this.#onAbort()) : forgetNothing;
    client.onJobEnd(job, this);
    if (signal?.aborted) this.#onAbort();
  }

  /** Who serves its host calls before the pool's do. */
  get handlers(): Handlers {
    return this.#wishes.options.host;
  }

  /** Who serves its imports, by their places in the module's list. */
  get imports(): ReadonlyMap<number, ServedImport> {
    return this.#wishes.linkage.served;
  }

  /** What it is, in words of errors. */
  get what(): string {
    return this.#wishes.options.what;
  }

  /** Resolves when the job has exited, rejects with a JobError when it ended in any other way. Settles once. */
  get status(): Promise<JobStatus> {
    if (!this.#status) {
      this.#status = this.ended();
      this.#status.catch(() => undefined); // whoever wants to know asks; nobody has to
    }
    return this.#status;
  }

  /** The same for somebody who does want to know. */
  ended(): Promise<JobStatus> {
    return new Promise((resolve, reject) => {
      this.onEnd((error) => (error ? reject(error) : resolve(statusOf(this.#result!))));
    });
  }

  /** Whether its guest has exited in the middle of a call, whatever its code. */
  get hasExited(): boolean {
    return this.#result !== undefined && this.#result.text !== '';
  }

  /** What the export returned that it has called. */
  get values(): Result['values'] {
    return this.#result?.values ?? noValues;
  }

  /** The exit code of one that has exited. */
  get exitCode(): number {
    return this.#result!.code;
  }

  #onAbort(): void {
    this.cancel(this.#wishes.options.signal?.reason);
  }

  /** The job, to those who serve its host calls. */
  get caller(): HostJob {
    const [name = '', ...args] = this.#wishes.options.args;
    this.#caller ??= { name, args, cancel: (reason) => this.cancel(reason) };
    return this.#caller;
  }

  /** Asks the job to end as cancelled. Does nothing once it has settled. `what` is what is cancelled with it. */
  cancel(reason?: unknown, what = this.what): void {
    if (this.#settled) return;
    this.#why ??= () => abortError(reason, what);
    this.#client.cancel(this.handle);
  }

  /** What was to be its stdin could not be had to the end: the guest gets EIO there and a while to end by itself, and
   * whatever it does, the job has failed. */
  failInput(error: unknown, inlet: Inlet): void {
    inlet.abort();
    if (this.#settled || this.#why) return;
    if (this.#wishes.options.signal?.aborted) return this.#onAbort(); // it was the signal that made the source fail
    this.#why = () => new InputError(error);
    this.#inputFailed = true;
    this.#grace = setTimeout(() => this.#client.cancel(this.handle), INPUT_GRACE_MS);
  }

  /** What serves an import has thrown: the guest is about to trap. */
  importFailed(cause: unknown): void {
    this.#importCause = { cause };
  }

  /** Says for whom it is run, once. It may have ended already. */
  own(owner: Owner): void {
    if (this.#settled) owner.onJobEnd(this.#error);
    else this.#owner = owner;
  }

  /** Calls `listener` when the job has ended, or now if it has; with its error, if it has not exited. */
  onEnd(listener: EndListener): void {
    if (this.#settled) listener(this.#error);
    else if (!this.#endListener) this.#endListener = listener;
    else this.#moreEndListeners = [...this.#moreEndListeners, listener];
  }

  /** Settles without the pool's help: it is gone. */
  fail(error: JobError): void {
    this.#settle(this.#wishes.site.sign(error));
  }

  /** The client has heard that the job of its place has ended. */
  hear(): void {
    if (this.#settled) return;
    let result: Result | undefined;
    try {
      result = this.#client.takeResult(this.handle);
    } catch (cause) {
      return this.fail(new LostError(`the result of ${this.what} could not be read`, { cause }));
    }
    if (!result) return this.#client.onJobEnd(this.handle, this);
    if (this.#inputFailed || result.outcome !== layout.POOL_EXITED) {
      return this.fail(this.#inputFailed ? this.#why!() : (this.#importErrorOf(result) ?? this.#errorOf(result)));
    }
    this.#result = result;
    this.#settle(undefined);
  }

  /** The error of a job that an import has ended, or `importsFrom`. */
  #importErrorOf({ outcome, code, text }: Result): JobError | undefined {
    const [message = '', ...stack] = text.split('\n');
    if (outcome === layout.POOL_TRAPPED && code === layout.POOL_TRAP_IMPORT) {
      const [frames, rest] = framesIn(stack);
      const name = importIn(message);
      const [thrown, wasmStack] = takeThrown(rest);
      return new ImportError(name, message, wasmStack, frames, this.#importCause ?? thrown ?? this.#lackOf(name));
    }
    if (outcome !== layout.POOL_NOT_STARTED || code !== -errorCodes.POOL_EIO) return undefined;
    const cause = takeThrown(stack)[0]?.cause;
    return new ImportsFromError(this.#wishes.linkage.from ?? '', message, {
      cause: cause instanceof Error ? cause : new Error(String(cause)),
    });
  }

  /** Nothing was thrown: the guest was to trap if it calls what nobody provides, and has. */
  #lackOf(name: string): ErrorOptions | undefined {
    if (this.#wishes.linkage.from === undefined) return undefined;
    return {
      cause: new PoolError(
        'POOL_ENOENT',
        `importsFrom ${JSON.stringify(this.#wishes.linkage.from)} gave no function ${name}`,
      ),
    };
  }

  /** The error of a job that did not exit. */
  #errorOf({ outcome, code, text }: Result): JobError {
    const [message = '', ...stack] = text.split('\n');
    switch (outcome) {
      case layout.POOL_TRAPPED:
        return trapError(code, message, stack);
      case layout.POOL_CANCELLED:
        return this.#why ? this.#why() : abortError(undefined, this.what);
      case layout.POOL_TIMED_OUT:
        return new TimedOutError(undefined, this.what);
      case layout.POOL_NOT_STARTED:
        return new NotStartedError(code === -errorCodes.POOL_ENOMEM ? 'POOL_ENOMEM' : 'POOL_NOT_STARTED', message);
      case layout.POOL_OUTPUT_LOST:
        return new OutputLostError(errorOfStatus(-code));
      default:
        return new LostError(message || `the worker that ran ${this.what} died`);
    }
  }

  #settle(error: JobError | undefined): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#error = error;
    clearTimeout(this.#grace);
    this.#forget();
    const owner = this.#owner;
    const first = this.#endListener;
    const more = this.#moreEndListeners;
    this.#owner = this.#endListener = undefined;
    this.#moreEndListeners = none;
    owner?.onJobEnd(error);
    first?.(error);
    for (const listener of more) listener(error);
    this.onSettled(this);
  }
}

function statusOf({ code, worker, queuedMs, runMs }: Result): JobStatus {
  return { success: code === 0, code, worker, queuedMs, runMs };
}

/** The import's name, which the worker quotes. */
function importIn(message: string): string {
  const quoted = /"(?:[^"\\]|\\.)*"/.exec(message)?.[0];
  return quoted === undefined ? '' : (JSON.parse(quoted) as string);
}

function trapError(trap: number, message: string, lines: readonly string[]): TrapError {
  const [frames, stack] = framesIn(lines);
  return new TrapError(trapKindOf(trap), message, stack.join('\n'), frames);
}

/** The frames, which come first, and then the engine's stack. */
function framesIn(lines: readonly string[]): [frames: TrapFrame[], stack: readonly string[]] {
  const frames = lines.flatMap((line) => frameOf(line) ?? []);
  return [frames, lines.slice(frames.length)];
}
