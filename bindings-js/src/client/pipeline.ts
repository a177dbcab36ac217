/** Several jobs, each of which reads what the one before it writes: what a caller may say of them. */
import { OptionError, PoolError } from '../shared/errors.js';
import { tagOf } from '../shared/brand.js';
import { elementsOf, fields, invalid, type Names, refusal } from '../shared/gate.js';
import { milliseconds } from '../shared/whole-number.js';
import type { ModuleSource } from './modules.js';
import {
  checkRun,
  type CheckedRun,
  type Priority,
  priorityOf,
  type RunOptions,
  signalOf,
  UINT32_MAX,
} from './options.js';

/** A stage of a pipeline: what to run, and how. Only the first has a `stdin`, and only the last a `stdout`. */
export type Stage = readonly [source: ModuleSource, options?: RunOptions];

/** Options of a whole pipeline. */
export interface PipelineOptions {
  /** Cancels all stages when aborted, as the signal of any stage does.
   * @default none */
  signal?: AbortSignal | undefined;
  /** Milliseconds from now until the end of all stages; fractions are rounded up.
   * @default none */
  timeoutMs?: number | undefined;
  /** For all stages: see `JobOptions`.
   * @default "normal" */
  priority?: Priority | undefined;
}

/** What `pool.pipeline` takes: stages, and after them options. */
export type PipelineArguments = Stage[] | [...stages: Stage[], options: PipelineOptions];

export interface CheckedStage {
  readonly source: ModuleSource;
  readonly checked: CheckedRun;
}

/** A checked pipeline. */
export interface CheckedPipeline {
  readonly stages: readonly CheckedStage[];
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  /** By `performance.now()`. */
  readonly deadline: number;
}

const SEVERAL = 'an array of arrays: give each stage as an argument of its own';
const HINT = 'each stage is an array of its own, as [source, options]';

/** What errors say that was ended. */
export const WHOLE = 'the pipeline';

const names: Names<PipelineOptions> = { signal: true, timeoutMs: true, priority: true };

/** Checks what a caller gave: throws POOL_EINVAL naming what is wrong. Stages wait for each other, so each needs a worker. */
export function checkPipeline(given: readonly unknown[], maxStages: number): CheckedPipeline {
  const last = given.at(-1);
  const isStage = Array.isArray(last) || (isForStage(last) && !Array.isArray(given[0]));
  if (!isStage && isForStage(last)) throw refusal('options', last, 'an object of options', HINT);
  const options = fields<PipelineOptions>('options', isStage ? undefined : last, names);
  const stages = isStage ? given : given.slice(0, -1);
  if (stages.length === 0) throw invalid('a pipeline must have at least one stage, as [source, options]');
  if (stages.length > maxStages) {
    throw invalid(`a pipeline of ${stages.length} stages needs as many workers, and maxWorkers is ${maxStages}`);
  }
  return {
    signal: signalOf(options.signal),
    priority: priorityOf(options.priority),
    deadline: performance.now() + (milliseconds('timeoutMs', options.timeoutMs, UINT32_MAX) || Infinity),
    stages: stages.map((stage, i) => checkStage(`stages[${i}]`, stage, i === 0, i === stages.length - 1)),
  };
}

/** Whether something was meant as a stage, perhaps without its array, and not as options. */
function isForStage(given: unknown): boolean {
  if (typeof given === 'object' && given !== null) return tagOf(given) !== 'Object';
  return typeof given === 'string';
}

function checkStage(name: string, given: unknown, isFirst: boolean, isLast: boolean): CheckedStage {
  if (!Array.isArray(given)) throw refusal(name, given, 'an array of a source and options, [source, options]');
  const [source, options, ...rest] = elementsOf(name, given);
  if (rest.length > 0) throw invalid(`${name} must be a source and options, and has ${given.length} elements`);
  if (given.length === 0) throw invalid(`${name} must be a source and options, and is empty`);
  if (Array.isArray(source)) throw invalid(`${name} must be a source and options, and is ${SEVERAL}`);
  if (isForStage(options)) throw refusal(`the options of ${name}`, options, 'an object', HINT);
  try {
    return { source: source as ModuleSource, checked: connect(checkRun(options), options, isFirst, isLast) };
  } catch (error) {
    if (!(error instanceof PoolError)) throw error;
    const message = `${name}: ${error.message}`;
    if (error instanceof OptionError) throw new OptionError(message, { cause: error });
    throw new PoolError(error.code, message, { cause: error });
  }
}

/** The pipeline itself connects neighbours. */
function connect(checked: CheckedRun, options: unknown, isFirst: boolean, isLast: boolean): CheckedRun {
  const [stdin, stdout, stderr] = checked.stdio;
  const has = (name: keyof RunOptions): boolean => (options as RunOptions | undefined)?.[name] !== undefined;
  if (!isFirst && has('stdin')) throw invalid('stdin cannot be given: this stage reads what the one before it writes');
  if (!isLast && has('stdout')) throw invalid('stdout cannot be given: the next stage reads it');
  // A stage that is late in the queue would keep those waiting that need it.
  if (has('priority')) throw invalid('priority holds for the whole pipeline: give it in the options after the stages');
  return { ...checked, stdio: [isFirst ? stdin : 'previous', isLast ? stdout : 'next', stderr] };
}
