/** What a pool measures: how long jobs wait and run, and what each worker does. */
import { layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import type { HostJob } from './host.js';

/** A histogram of durations, in buckets whose bounds are powers of two. */
export interface Histogram {
  /** How many durations, in all buckets. */
  readonly count: number;
  /** Milliseconds, the sum of all of them. */
  readonly sum: number;
  /** How many there are in each bucket: `buckets[0]` counts those below 1 microsecond, `buckets[i]` those below 2^i
   * microseconds that are in no bucket before it, and the last, `buckets[31]`, all that are longer. */
  readonly buckets: readonly number[];
  /** The median in milliseconds, rounded up to the bound of its bucket; 0 if nothing was counted. */
  readonly p50: number;
  /** The 99th percentile, in the same way. */
  readonly p99: number;
}

/** What a worker does. "waiting": its job waits, for a pipe, a clock, an answer or memory. "lost": it was given up, and its
 * number rests, because its thread may live on. */
export type WorkerState = 'starting' | 'idle' | 'running' | 'waiting' | 'lost';

/** What one worker does now. */
export interface WorkerStats {
  /** Its number, from 1. One that is free is given again. */
  readonly number: number;
  /** What it does. */
  readonly state: WorkerState;
  /** The job that it runs, unless it has settled meanwhile. */
  readonly job: HostJob | undefined;
  /** How many it has begun. */
  readonly jobs: number;
}

/** Bytes that went between this thread and the pipes of jobs, since the pool was made. */
export interface PoolBytes {
  /** What was written into stdins and other pipes. */
  readonly in: number;
  /** What was read out of stdouts, stderrs and other pipes. */
  readonly out: number;
}

/** What C has of a worker. */
export interface WorkerNow extends Omit<WorkerStats, 'job'> {
  /** The job's handle; 0: none. */
  readonly job: number;
}

const states: Readonly<Record<number, WorkerState>> = {
  [layout.POOL_WORKER_STARTING]: 'starting',
  [layout.POOL_WORKER_IDLE]: 'idle',
  [layout.POOL_WORKER_RUNNING]: 'running',
  [layout.POOL_WORKER_WAITING]: 'waiting',
  [layout.POOL_WORKER_LOST]: 'lost',
};

export const noTimes: Histogram = histogramOf(new Array<number>(layout.POOL_TIMES_BUCKETS).fill(0), 0);

/** The `struct pool_times` at an address. */
export function timesAt({ heap }: Thread, at: number): Histogram {
  const buckets = Array.from({ length: layout.POOL_TIMES_BUCKETS }, (_, i) =>
    heap.u64(at + layout.pool_times_buckets + i * 8),
  );
  return histogramOf(buckets, heap.u64(at + layout.pool_times_sum_us) / 1000);
}

function histogramOf(buckets: readonly number[], sum: number): Histogram {
  const count = buckets.reduce((all, n) => all + n, 0);
  return { count, sum, buckets, p50: boundOf(buckets, count * 0.5), p99: boundOf(buckets, count * 0.99) };
}

/** Milliseconds below which so many are. */
function boundOf(buckets: readonly number[], wanted: number): number {
  let n = 0;
  const i = buckets.findIndex((more) => (n += more) >= wanted && n > 0);
  return i < 0 ? 0 : 2 ** i / 1000;
}

/** So many `struct pool_worker_stats` at an address. */
export function workersAt({ heap }: Thread, at: number, n: number): WorkerNow[] {
  return Array.from({ length: n }, (_, i) => {
    const one = at + i * layout.sizeof_pool_worker_stats;
    return {
      number: heap.u32(one + layout.pool_worker_stats_number),
      state: states[heap.u32(one + layout.pool_worker_stats_state)]!,
      job: heap.u64(one + layout.pool_worker_stats_job),
      jobs: heap.u32(one + layout.pool_worker_stats_n_jobs),
    };
  });
}
