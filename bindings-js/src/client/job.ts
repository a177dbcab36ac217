/** A running job, as the caller of `pool.spawn` sees it. */
import { OutputStream } from './output.js';
import type { Stdio } from './stdio.js';
import { dropped, InletStream, type Outlet } from './streams.js';
import type { JobStatus, Task } from './task.js';

/** A guest that runs, or waits for a worker. As `Deno.ChildProcess`.
 *
 * @example
 * ```ts
 * const job = await pool.spawn('/greet.wasm');
 * const writer = job.stdin.getWriter();
 * await writer.write(new TextEncoder().encode('Ada\ngreen\n'));
 * await writer.close();
 * console.log((await job.stdout.text()).split('\n')[0]); // What is your name?
 * const { success, code } = await job.status;
 * console.log(success, code); // true 0
 * ```
 */
export class Job {
  /** Into the guest's stdin. Writing waits while the pipe is full; closing is the guest's end of file. Aborting it, or
   * writing what are no bytes, fails the job: the guest gets EIO behind what was written, and `status` rejects with an
   * `InputError`. Writing fails with EPIPE once the guest has closed its stdin or ended, and a stream that is piped into
   * it is cancelled, also one that is piped only then; with EBADF if it is not piped. A writer's `closed` rejects with the
   * same when the guest has ended; closing it then is no error. Given to another job as `stdout`, it is that job's. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Out of the guest's stdout, and stderr. The guest waits while the pipe is full. Both end when the guest ends; one that
   * is not piped is at its end. What is left unread when the guest ends, `pipeCapacity` at most, stays readable. What
   * cannot be read to its end fails with the reason, a `PoolError`. */
  readonly stdout: OutputStream;
  /** As `stdout`. */
  readonly stderr: OutputStream;
  /** Resolves when the guest has exited, whatever its code, and the `WritableStream`s that it was given have taken what it
   * wrote; rejects with a `JobError` if it ended in any other way. */
  readonly status: Promise<JobStatus>;
  readonly #task: Task;

  /** Use `pool.spawn`. @internal */
  constructor(task: Task, stdio: Stdio, status: Promise<JobStatus>) {
    this.stdin = inputOf(stdio, task);
    this.stdout = outputOf(stdio.outlet(1), task);
    this.stderr = outputOf(stdio.outlet(2), task);
    this.status = status;
    this.#task = task;
  }

  /** Ends the guest, wherever it is: waiting, calling or computing. `status` rejects with a `CancelledError` whose
   * `cause` is `reason`. Does nothing to a job that has ended.
   *
   * @example
   * ```ts
   * const job = await pool.spawn('/spin.wasm');
   * job.cancel('it is not needed any more');
   * const error = await job.status.catch((error: Error) => error);
   * console.log(error instanceof CancelledError && error.cause); // it is not needed any more
   * ```
   */
  cancel(reason?: unknown): void {
    this.#task.cancel(reason);
  }

  /** Cancels the job if it still runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.status.catch(() => undefined);
  }
}

/** What a task keeps must not keep the stream, nor what that lives by: they may become garbage while the job runs. */
function inputOf(stdio: Stdio, task: Task): WritableStream<Uint8Array> {
  const inlet = stdio.inlet();
  const stream = new InletStream(inlet, (error) => task.failInput(error, inlet));
  const held = new WeakRef(stream.ending);
  task.onEnd(() => {
    inlet.close();
    held.deref()?.end();
  });
  dropped.register(stream.ending, () => inlet.close());
  return stream;
}

function outputOf(outlet: Outlet, task: Task): OutputStream {
  const stream = new OutputStream(outlet);
  task.onEnd(() => outlet.onJobEnd());
  dropped.register(stream.begun, () => void outlet.discard().catch(() => undefined)); // the pool may be closed by then
  return stream;
}
