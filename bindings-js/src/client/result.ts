/** What a job comes to that was run to its end. */
import { JobError, Output, OutputLimitError, OutputLostError } from '../shared/errors.js';
import type { Patience } from './patience.js';
import type { Stdio } from './stdio.js';
import { Collector, type Shortage } from './collector.js';
import type { Task } from './task.js';

/** What `pool.run` resolves with: all that the guest wrote, and how it ended.
 *
 * @example
 * ```ts
 * const result = await pool.run('/exit3.wasm');
 * console.log(result.code, result.stdout.length); // 3 0
 * ```
 */
export class RunResult extends Output {
  constructor(
    /** The exit code, 0 to 4294967295. */
    readonly code: number,
    stdout: Uint8Array<ArrayBuffer>,
    stderr: Uint8Array<ArrayBuffer>,
  ) {
    super(stdout, stderr);
  }
}

/** Collects a job's outputs, and waits for its end. An error has what was written until then, if the pool still is. */
export async function finish(
  task: Task,
  stdio: Stdio,
  limit: number,
  patience: Patience,
  isClosing: () => boolean,
): Promise<RunResult> {
  let excess: JobError | undefined;
  let lost: JobError | undefined;
  const shortage: Shortage = {
    onLimit: () => task.cancel((excess ??= new OutputLimitError(limit))),
    onLost: (cause) => void (lost ??= new OutputLostError(cause)),
  };
  const stdout = new Collector(stdio.outlet(1), limit, shortage);
  const stderr = new Collector(stdio.outlet(2), limit, shortage);
  task.onEnd(() => {
    stdout.take();
    stderr.take();
  });
  try {
    const { code } = await stdio.ended(patience);
    const [out, err] = [stdout.bytes(), stderr.bytes()];
    const isThere = !(out instanceof Promise || err instanceof Promise); // most of the time; each turn less counts
    const result = isThere ? new RunResult(code, out, err) : new RunResult(code, ...(await Promise.all([out, err])));
    const failure = excess ?? lost; // it may have exited by itself when its pipe was closed
    if (failure) throw failure;
    return result;
  } catch (thrown) {
    const error = excess ?? thrown;
    if (error instanceof JobError && !isClosing()) {
      error.output = new Output(await stdout.bytes(), await stderr.bytes());
    }
    throw error;
  }
}
