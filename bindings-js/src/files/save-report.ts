/** What a caller may say about saving a directory, and what became of it. */
import { PoolError, type PoolErrorCode } from '../shared/errors.js';
import { fields, flag, type Names } from '../shared/gate.js';
import { errorCodes } from '../shared/layout.gen.js';

/** Options of `toPath` and `toHandle`. */
export interface SaveOptions {
  /** Also removes what is there but not in the directory, and what is in the way.
   * @default false, what else is there stays */
  readonly mirror?: boolean | undefined;
}

const names: Names<SaveOptions> = { mirror: true };

/** Checks what was given as options: whether to mirror. */
export function mirrorOf(options: unknown): boolean {
  return flag('mirror', fields<SaveOptions>('options', options, names).mirror, false);
}

/** Something that could not be written or removed. */
export interface SaveFailure {
  /** Relative to the directory. */
  readonly path: string;
  /** What the platform threw, or a `PoolError`. */
  readonly error: unknown;
}

/** What saving did. Paths are relative to the directory. */
export interface SaveReport {
  /** The files and symlinks that were written. */
  readonly written: readonly string[];
  /** What `mirror` removed because the directory does not have it: files, symlinks, and directories with all that was in them. */
  readonly removed: readonly string[];
  /** What could not be written or removed. */
  readonly failed: readonly SaveFailure[];
}

/** Something could not be written or removed; everything else was. `code` and `cause` are those of the first failure;
 * `report` has all of them.
 *
 * @example
 * ```ts
 * const directory = new Directory({ 'b.txt': 'done' });
 * await directory.symlink('a', '../outside');
 * const error = await directory.toPath('unsafe').catch((error: unknown) => error);
 * console.log(error instanceof SaveError && error.report.written); // b.txt
 * ```
 */
export class SaveError extends PoolError {
  override name = 'SaveError';
  /** Made by `toPath` and `toHandle`. @internal */
  constructor(
    /** All that was done, and what could not be. */
    readonly report: SaveReport,
  ) {
    const { path, error } = report.failed[0]!;
    const n = report.failed.length;
    const text = error instanceof Error ? error.message : String(error);
    super(codeOf(error), `${n} could not be saved, the first is ${JSON.stringify(path)}: ${text}`, { cause: error });
  }
}

/** Of what a platform threw: its own code if it is one of ours. */
function codeOf(error: unknown): PoolErrorCode {
  if (error instanceof PoolError) return error.code;
  const code = `POOL_${String((error as { code?: unknown } | null)?.code)}`;
  return code in errorCodes ? (code as keyof typeof errorCodes) : 'POOL_EIO';
}
