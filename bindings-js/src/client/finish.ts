/** Waiting for the end of a job, and for all that it writes. */
import { JobError, Output, OutputLimitError, OutputLostError, type PoolError } from '../shared/errors.js';
import type { Collector, Shortage } from './collector.js';
import type { Patience } from './patience.js';
import { RunResult } from './result.js';
import type { Stdio } from './stdio.js';
import type { JobStatus, Owner, Task } from './task.js';

/** Who is told what comes of a job, by one of the two. */
interface Asker {
  resolve(result: RunResult): void;
  follow(result: Promise<RunResult>): void;
}

/** Collects a job's outputs, and waits for its end. An error has what was written until then, if the pool still is. Most
 * jobs exit with all of their output there, and then no promise is made. */
export function finish(
  task: Task,
  stdio: Stdio,
  limit: number,
  patience: Patience,
  isClosing: () => boolean,
  asker: Asker,
): void {
  task.own(new Outputs(task, stdio, limit, patience, isClosing, asker));
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

/** What a job writes to stdout and stderr, as far as it is collected, and for whom. */
class Outputs implements Shortage, Owner {
  /** It has written more than is kept. */
  excess: JobError | undefined;
  #lost: JobError | undefined;
  readonly #task: Task;
  readonly #stdio: Stdio;
  readonly #limit: number;
  readonly #patience: Patience;
  readonly #isClosing: () => boolean;
  readonly #asker: Asker;
  readonly #stdout: Collector;
  readonly #stderr: Collector;

  constructor(task: Task, stdio: Stdio, limit: number, patience: Patience, isClosing: () => boolean, asker: Asker) {
    this.#task = task;
    this.#stdio = stdio;
    this.#limit = limit;
    this.#patience = patience;
    this.#isClosing = isClosing;
    this.#asker = asker;
    this.#stdout = stdio.collect(1, limit, this);
    this.#stderr = stdio.collect(2, limit, this);
  }

  onJobEnd(error: JobError | undefined): void {
    this.#stdout.take();
    this.#stderr.take();
    const result = error || this.#stdio.isPouring ? undefined : this.#resultNow(this.#task.exitCode);
    if (result) this.#asker.resolve(result);
    else this.#asker.follow(finishLater(this, this.#stdio.ended(this.#patience), this.#isClosing));
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

  /** `undefined`: it is not all there. */
  #resultNow(code: number): RunResult | undefined {
    if (!this.#stdout.isOver || !this.#stderr.isOver || this.failure) return undefined;
    return new RunResult(code, this.#stdout.collected, this.#stderr.collected);
  }

  /** Waits for both. Rejects when the pool is closed before. */
  async all(): Promise<Output> {
    return new Output(await this.#stdout.bytes(), await this.#stderr.bytes());
  }
}
