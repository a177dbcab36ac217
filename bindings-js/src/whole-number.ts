/** Numbers that callers give. */
import { PoolError } from './errors.js';

/** A positive number, rounded up; 0 if it was not given. Throws POOL_EINVAL naming it. */
export function wholeNumber(name: string, value: number | undefined, max: number): number {
  if (value === undefined) return 0;
  if (value > 0 && value <= max) return Math.ceil(value);
  throw new PoolError('POOL_EINVAL', `${name} must be above 0 and at most ${max}, and is ${value}`);
}
