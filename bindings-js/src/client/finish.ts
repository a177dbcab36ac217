/** Waiting for the end of a job, and for all that it writes. */
import { JobError, Output, OutputLimitError, OutputLostError, type PoolError } from '../shared/errors.js';
import { Collector, type Shortage } from './collector.js';
import type { Patience } from './patience.js';
import { RunResult } from './result.js';
import type { Stdio } from './stdio.js';
import type { JobStatus, Task } from './task.js';

/** Collects a job's outputs, and waits for its end. An error has what was written until then, if the pool still is. Most
 * jobs exit with all of their output there, and then no promise is made. */
export function finish(
  task: Task,
  stdio: Stdio,
  limit: number,
  patience: Patience,
  isClosing: () => boolean,
  asker: { resolve(result: RunResult): void; follow(result: Promise<RunResult>): void },
): void {
  const outputs = new Outputs(task, stdio, limit);
  task.onEnd((error) => {
    outputs.take();
    const result = error || stdio.isPouring ? undefined : outputs.resultNow(task.exitCode);
    if (result) asker.resolve(result);
    else asker.follow(finishLater(outputs, stdio.ended(patience), isClosing));
  });
}

/** The job has ended, and something is left to wait for, or has failed. */
async function finishLater(outputs: Outputs, status: Promise<JobStatus>, isClosing: () => boolean): Promise<RunResult> {
  try {
    const { code } = await status;
    const { stdout, stderr } = await outputs.all();
    if (outputs.failure) throw outputs.failure; // it may have exited by itself when its pipe was closed
    return new RunResult(code, stdout, stderr);
  } catch (thrown) {
    const error = outputs.excess ?? thrown;
    if (error instanceof JobError && !isClosing()) error.output = await outputs.all();
    throw error;
  }
}

/** What a job writes to stdout and stderr, as far as it is collected. */
class Outputs implements Shortage {
  /** It has written more than is kept. */
  excess: JobError | undefined;
  #lost: JobError | undefined;
  readonly #task: Task;
  readonly #limit: number;
  readonly #stdout: Collector;
  readonly #stderr: Collector;

  constructor(task: Task, stdio: Stdio, limit: number) {
    this.#task = task;
    this.#limit = limit;
    this.#stdout = new Collector(stdio.outlet(1), limit, this);
    this.#stderr = new Collector(stdio.outlet(2), limit, this);
  }

  onLimit(): void {
    this.excess ??= new OutputLimitError(this.#limit);
    this.#task.cancel(this.excess);
  }

  onLost(cause: PoolError): void {
    this.#lost ??= new OutputLostError(cause);
  }

  /** Why there is less than was written. */
  get failure(): JobError | undefined {
    return this.excess ?? this.#lost;
  }

  /** Takes what is there. */
  take(): void {
    this.#stdout.take();
    this.#stderr.take();
  }

  /** `undefined`: it is not all there. */
  resultNow(code: number): RunResult | undefined {
    if (!this.#stdout.isOver || !this.#stderr.isOver || this.failure) return undefined;
    return new RunResult(code, this.#stdout.collected, this.#stderr.collected);
  }

  /** Waits for both. Rejects when the pool is closed before. */
  async all(): Promise<Output> {
    return new Output(await this.#stdout.bytes(), await this.#stderr.bytes());
  }
}
