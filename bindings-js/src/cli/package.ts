/** What the command line uses of the package: it stands on that as every other program does. */
import type { Directory } from '../client/directory.js';
import type { Pool } from '../client/pool.js';
import type { PoolOptions } from '../client/start.js';
import type { CancelledError, NotStartedError, TimedOutError, TrapError } from '../shared/errors.js';

export interface Package {
  readonly Pool: { create(options: PoolOptions): Promise<Pool> };
  readonly Directory: typeof Directory;
  readonly CancelledError: typeof CancelledError;
  readonly NotStartedError: typeof NotStartedError;
  readonly TimedOutError: typeof TimedOutError;
  readonly TrapError: typeof TrapError;
}
