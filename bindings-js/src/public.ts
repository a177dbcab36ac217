/** What every entry point of the package exports. */
import './globals.js';

export type { DirectoryTree, FileData } from './content.js';
export type { DirectoryHandle, DirectoryOptions, StatOptions } from './directory.js';
export type { ReadFileOptions, ReadRange } from './range.js';
export {
  CancelledError,
  CompileError,
  InputError,
  JobError,
  LostError,
  NotIsolatedError,
  NotStartedError,
  Output,
  OutputLimitError,
  OutputLostError,
  PoolError,
  type PoolErrorCode,
  StartError,
  TimedOutError,
  TrapError,
  type TrapKind,
} from './errors.js';
export type { Bytes } from './bytes.js';
export type { PoolMemory } from './client.js';
export type { Chunk, Input } from './input.js';
export type { Job } from './job.js';
export type { ModuleSource } from './modules.js';
export type { JobOptions, Preopen, Priority, RunOptions, SpawnOptions } from './options.js';
export { type CompileOptions, type PoolStats, RunResult, type Tier } from './pool.js';
export type { DirectoryEntry, EntryKind, EntryStat } from './protocol.js';
export { SaveError, type SaveFailure, type SaveOptions, type SaveReport } from './save.js';
export type { PoolOptions, PoolUrls } from './start.js';
export type { JobStatus } from './task.js';
