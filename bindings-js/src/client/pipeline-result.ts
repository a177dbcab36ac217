/** What several jobs come to that were run together. */
import type { StageStatus } from '../shared/errors.js';
import { RunResult } from './result.js';

/** What `pool.pipeline` resolves with: what the last stage wrote, and how each ended. `code` is the last exit code that is
 * not 0, or 0.
 *
 * @example
 * ```ts
 * const result = await pool.pipeline(['/exit3.wasm'], ['/cat.wasm']);
 * console.log(result.code, result.stages.map((stage) => stage.code).join()); // 3 3,0
 * ```
 */
export class PipelineResult extends RunResult {
  constructor(
    code: number,
    stdout: Uint8Array<ArrayBuffer>,
    stderr: Uint8Array<ArrayBuffer>,
    /** How each stage went, the first one first. */
    readonly stages: readonly StageStatus[],
  ) {
    super(code, stdout, stderr);
  }
}
