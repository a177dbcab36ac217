/** How many workers a pool has: a number, or from some to some. */
import { isPlain } from '../shared/brand.js';
import { fields, invalid, type Names, refusal } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { wholeNumber } from '../shared/whole-number.js';

/** The number of workers: `min` when there is nothing to do, up to `max` while jobs wait. */
export interface WorkerRange {
  /** Workers that stay, 1 to `max`.
   * @default 1 */
  readonly min?: number | undefined;
  /** Workers that run jobs at the same time, 127 at most. They start while jobs wait, and end when they have had nothing to
   * do for `idleMs`.
   * @default the number of cores less one, at least `min` */
  readonly max?: number | undefined;
}

/** Both are known, and `min` is `max` at most. */
export type CheckedRange = Readonly<Record<'min' | 'max', number>>;

export const rangeNames = { min: true, max: true } as const satisfies Names<WorkerRange>;

/** Checks `workers`. What it leaves open becomes `usual`, or as little or as much as is asked for. */
export function rangeOf(given: unknown, usual: number): CheckedRange {
  if (isPlain(given) && Object.keys(given).length > 0) {
    const range = fields<WorkerRange>('workers', given, rangeNames, 'workers.');
    const min = wholeNumber('workers.min', range.min, layout.POOL_WORKERS_MAX) || 1;
    const max = wholeNumber('workers.max', range.max, layout.POOL_WORKERS_MAX) || Math.max(min, usual);
    if (min > max) throw invalid(`workers.max must be at least workers.min, ${min}, and is ${max}`);
    return { min, max };
  }
  if (given !== undefined && typeof given !== 'number') {
    throw refusal(
      'workers',
      given,
      `a whole number, at least 1 and at most ${layout.POOL_WORKERS_MAX}, or { min, max }`,
    );
  }
  const workers = wholeNumber('workers', given, layout.POOL_WORKERS_MAX) || usual;
  return { min: workers, max: workers };
}
