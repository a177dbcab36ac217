/** What every entry point of the package exports. */
import './globals.js';

export type { DirectoryTree, FileData } from './files/content.js';
export type { DirectoryHandle, DirectoryOptions, StatOptions } from './client/directory.js';
export type { ReadFileOptions, ReadRange } from './files/range.js';
export {
  CancelledError,
  CompileError,
  EndedError,
  ExitError,
  ImportError,
  ImportsFromError,
  InputError,
  JobError,
  LostError,
  NotIsolatedError,
  NotStartedError,
  OptionError,
  Output,
  OutputLimitError,
  OutputLostError,
  PoolError,
  type PoolErrorCode,
  StartError,
  type StageStatus,
  TimedOutError,
  TrapError,
  type TrapKind,
} from './shared/errors.js';
export type { Bytes } from './shared/bytes.js';
export type { TrapFrame } from './shared/frame.js';
export type { PoolMemory, PoolUse, PoolUses } from './client/client.js';
export type { CloseOptions, GracefulOptions } from './client/closing.js';
export type { Chunk, Input } from './client/input.js';
export type { Host, HostContext, HostHandler, HostJob } from './client/host.js';
export type { ImportContext, ImportHandler, Imports, ImportMemory } from './client/imports.js';
export type { Job } from './client/job.js';
export type { LogEntry, LogHandler } from './client/log.js';
export type { MapItem, MapItems } from './client/items.js';
export type { Histogram, PoolBytes, WorkerState, WorkerStats } from './client/measures.js';
export type { CompileOptions, ModuleSource } from './client/modules.js';
export type { Instance, InstanceExport, InstanceMemory } from './client/instance.js';
export type {
  CallOptions,
  CallValues,
  InstanceCallOptions,
  InstanceOptions,
  JobOptions,
  MapOptions,
  Preopen,
  Priority,
  RunOptions,
  SpawnOptions,
} from './client/options.js';
export { OutputStream } from './client/output.js';
export type { Pipe, PipeOptions } from './client/pipe.js';
export type { PipelineArguments, PipelineOptions, Stage } from './client/pipeline.js';
export { PipelineResult } from './client/pipeline-result.js';
export { RunResult } from './client/result.js';
export type { PoolStats } from './client/stats.js';
export type { StreamTarget } from './client/sink.js';
export type { OutputTarget } from './client/stdio.js';
export type { DirectoryEntry, EntryKind, EntryStat, LogLevel } from './shared/protocol.js';
export { SaveError, type SaveFailure, type SaveOptions, type SaveReport } from './files/save-report.js';
export type { PoolOptions } from './client/start.js';
export type { FileUrl, PoolUrls, PoolWorker, ScriptKind, SpawnWorker, TrustedUrl } from './client/sources.js';
export type { Tier } from './client/tier.js';
export type { TerminalSize } from './client/terminal.js';
export type { JobStatus } from './client/task.js';
export type { CallResult, CallValue } from './client/values.js';
export type { WorkerRange } from './client/worker-range.js';
