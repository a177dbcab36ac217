/** What a pool tells of itself. */
import type { PoolUses } from './client.js';
import type { Histogram, PoolBytes, WorkerStats } from './measures.js';

/** How a pool is doing: what `pool.stats` returns. */
export interface PoolStats extends PoolUses {
  /** Workers that can run jobs. */
  readonly workers: number;
  /** Workers that had to be ended, or died, since the pool was made. Each was replaced. */
  readonly lostWorkers: number;
  /** Jobs that are queued or running. */
  readonly jobs: number;
  /** Jobs that wait for a worker, or in the client for a place. */
  readonly queued: number;
  /** Jobs that workers have begun and not ended. An instance is one for as long as it lives. */
  readonly running: number;
  /** How long jobs have waited for a worker, of all that have begun since the pool was made. */
  readonly waitingTime: Histogram;
  /** How long jobs have run, of all that have ended after they had begun. */
  readonly runningTime: Histogram;
  /** What each worker does now. */
  readonly perWorker: readonly WorkerStats[];
  /** Bytes that went through this thread; those from guest to guest are not among them. */
  readonly bytes: PoolBytes;
}
