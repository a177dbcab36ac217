/** The error of a stream whose end was given away. */
import { PoolError } from '../shared/errors.js';

/** What who uses a stream is told whose end was given to a job. */
export function givenAway(what: 'input' | 'output'): PoolError {
  return new PoolError('POOL_EBADF', `this ${what} was given to another job`);
}
