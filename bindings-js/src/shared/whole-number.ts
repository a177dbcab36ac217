/** Numbers that callers give. */
import { refusal } from './gate.js';

/** A whole number from `min` on; 0 if it was not given. Throws POOL_EINVAL naming it. */
export function wholeNumber(name: string, value: unknown, max: number, min = 1): number {
  if (value === undefined) return 0;
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw refusal(name, value, `a whole number, at least ${min} and at most ${max}`);
}

/** A time, rounded up to whole milliseconds; 0 if it was not given. Throws POOL_EINVAL naming it. */
export function milliseconds(name: string, value: unknown, max: number): number {
  if (value === undefined) return 0;
  if (typeof value === 'number' && value > 0 && value <= max) return Math.ceil(value);
  throw refusal(name, value, `a number of milliseconds above 0 and at most ${max}`);
}
