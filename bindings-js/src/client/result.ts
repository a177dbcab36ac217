/** What a job comes to that was run to its end. */
import { Output } from '../shared/errors.js';

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
