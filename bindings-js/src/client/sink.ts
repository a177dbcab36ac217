/** A stream of the caller's that takes what a job writes. */
import { OutputLostError } from '../shared/errors.js';
import type { Outlet } from './streams.js';
import type { Task } from './task.js';

/** A stream that takes a job's output, and what happens to it at the end, as with `pipeTo`. */
export interface StreamTarget {
  /** What takes the output. */
  readonly stream: WritableStream<Uint8Array>;
  /** The stream stays open when the job has exited.
   * @default false */
  readonly preventClose?: boolean | undefined;
  /** The stream is not aborted when the job has failed.
   * @default false */
  readonly preventAbort?: boolean | undefined;
}

/** The same, checked. */
export interface Target {
  readonly stream: WritableStream<Uint8Array>;
  readonly preventClose: boolean;
  readonly preventAbort: boolean;
}

export class Sink {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #target: Target;
  #isOver = false;

  /** Locks the stream. */
  constructor(target: Target) {
    this.#target = target;
    this.#writer = target.stream.getWriter();
    this.#writer.closed.catch(() => undefined); // whoever writes hears of it
  }

  /** Writes all that comes out of an end, then closes or aborts the stream, depending on how the job ended. If the stream
   * fails, the job is cancelled. Resolves when the stream has taken all; rejects with an OutputLostError if it has not. */
  async pour(outlet: Outlet, task: Task): Promise<void> {
    const onFailure = (error: unknown): void => {
      if (this.#isOver) return;
      task.cancel(error); // before its guest hears of it
      outlet.close();
    };
    this.#writer.closed.catch(onFailure); // also while the guest writes nothing
    try {
      await this.#copy(outlet);
      await task.status;
    } catch (error) {
      onFailure(error);
      this.abort(error);
      throw new OutputLostError(error);
    }
    await this.#close();
  }

  async #copy(outlet: Outlet): Promise<void> {
    for (;;) {
      await outlet.ready();
      const bytes = outlet.read();
      if (typeof bytes === 'number') return outlet.close();
      await this.#writer.write(bytes);
    }
  }

  async #close(): Promise<void> {
    this.#isOver = true;
    try {
      if (!this.#target.preventClose) await this.#writer.close();
    } catch (error) {
      throw new OutputLostError(error);
    } finally {
      this.#writer.releaseLock();
    }
  }

  /** Lets the stream go: the job has failed, or nothing has come of it. */
  abort(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#target.preventAbort) this.#writer.abort(error).catch(() => undefined);
    this.#writer.releaseLock();
  }
}
