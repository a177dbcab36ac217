/** A running job, as the caller of `pool.spawn` sees it. */
import type { Client } from './client.js';
import { readable, writable } from './streams.js';
import type { JobStatus, Task } from './task.js';

/** A guest that runs, or waits for a worker. As `Deno.ChildProcess`. */
export class Job {
  /** Into the guest's stdin. Writing waits while the pipe is full; closing is the guest's end of file. Writing fails with
   * EBADF if it is not piped. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Out of the guest's stdout, and stderr. The guest waits while the pipe is full. Both end when the guest ends; one that
   * is not piped is at its end. Read or cancel both: a pipe is the pool's until then. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves when the guest has exited, whatever its code; rejects with a `JobError` if it ended in any other way. */
  readonly status: Promise<JobStatus>;
  readonly #task: Task;

  /** @internal Use `pool.spawn`. */
  constructor(client: Client, task: Task) {
    const [stdin, stdout, stderr] = task.ends;
    this.stdin = writable(client, stdin);
    this.stdout = readable(client, stdout);
    this.stderr = readable(client, stderr);
    this.status = task.status;
    this.#task = task;
  }

  /** Ends the guest, wherever it is: waiting, calling or computing. `status` rejects with a `CancelledError` whose
   * `cause` is `reason`. Does nothing to a job that has ended. */
  cancel(reason?: unknown): void {
    this.#task.cancel(reason);
  }

  /** Cancels the job if it still runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.status.catch(() => undefined);
  }
}
