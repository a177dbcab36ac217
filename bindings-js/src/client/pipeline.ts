/** Several jobs, each of which reads what the one before it writes. */
import { JobError, OptionError, Output, PoolError, type StageStatus } from '../shared/errors.js';
import { tagOf } from '../shared/brand.js';
import { elementsOf, fields, invalid, type Names, refusal } from '../shared/gate.js';
import { milliseconds } from '../shared/whole-number.js';
import type { Platform } from '../platform/platform.js';
import { onAbort } from './abort.js';
import type { CallSite } from './callsite.js';
import type { Client } from './client.js';
import type { Order } from './launcher.js';
import type { ModuleSource } from './modules.js';
import {
  type Checked,
  checkRun,
  type CheckedRun,
  type Priority,
  priorityOf,
  type RunOptions,
  signalOf,
  UINT32_MAX,
} from './options.js';
import { Patience, type Shutdown } from './patience.js';
import { finish, RunResult } from './result.js';
import { Stdio } from './stdio.js';
import type { Task } from './task.js';

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

/** What `pool.pipeline` resolves with: what the last stage wrote, and how each ended. `code` is the last exit code that is
 * not 0, or 0.
 *
 * @example
 * ```ts
 * const result = await pool.pipeline(['/exit3.wasm'], ['/cat.wasm']);
 * console.log(result.code, result.stages.map((stage) => stage.code).join()); // 3 3,0
 * ```
 */
export class PipelineResult extends RunResult {
  constructor(
    code: number,
    stdout: Uint8Array<ArrayBuffer>,
    stderr: Uint8Array<ArrayBuffer>,
    /** How each stage went, the first one first. */
    readonly stages: readonly StageStatus[],
  ) {
    super(code, stdout, stderr);
  }
}

interface CheckedStage {
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

/** What a pool is given to make an order of. */
export interface Launch {
  readonly source: ModuleSource;
  /** The source's, if it was compiled already. */
  readonly module?: WebAssembly.Module | undefined;
  readonly checked: Checked;
  readonly stdio: Stdio;
  readonly patience: Patience;
  readonly site: CallSite;
}

/** What a pipeline needs of its pool. */
export interface PipelinePool {
  readonly client: Client;
  readonly platform: Platform;
  readonly shutdown: Shutdown;
  readonly site: CallSite;
  /** Gets all that a job needs, until `done`. */
  order(launch: Launch): Promise<Order>;
  launchAll(orders: readonly Order[], patience: Patience): Promise<Task[]>;
  done(order: Order): void;
  isClosing(): boolean;
}

const SEVERAL = 'an array of arrays: give each stage as an argument of its own';
const HINT = 'each stage is an array of its own, as [source, options]';

/** What errors say that was ended. */
const WHOLE = 'the pipeline';

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

/** A source shows late that it is none. */
function sourceError(error: unknown, stage: number): unknown {
  if (!(error instanceof PoolError) || error.code !== 'POOL_EINVAL') return error;
  return new PoolError(error.code, `${error.message} (stages[${stage}])`, { cause: error });
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

/** Ends everything that belongs to a pipeline, for one reason: the first. */
class Stop {
  readonly #controller = new AbortController();
  readonly #forget: readonly (() => void)[];

  constructor(signals: readonly (AbortSignal | undefined)[]) {
    const follow = (signal: AbortSignal | undefined): (() => void) => {
      const onAborted = (): void => this.now(signal?.reason);
      if (signal?.aborted) onAborted();
      return onAbort(signal, onAborted);
    };
    this.#forget = [...new Set(signals)].map(follow);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  now(reason: unknown): void {
    this.#controller.abort(reason);
  }

  forget(): void {
    for (const each of this.#forget) each();
  }
}

/** Runs all stages, and waits for their ends. */
export async function runPipeline(
  { stages, signal, priority, deadline }: CheckedPipeline,
  pool: PipelinePool,
): Promise<PipelineResult> {
  const stop = new Stop([signal, ...stages.map(({ checked }) => checked.signal)]);
  const patience = new Patience(stop.signal, deadline, pool.shutdown, WHOLE);
  const stdios: Stdio[] = [];
  try {
    for (const { checked } of stages) stdios.push(new Stdio(pool.client, checked.stdio, pool.platform));
    const launches = stages.map(({ source, checked }, i) => {
      const what = checked.deadline < deadline ? 'the stage' : WHOLE;
      const own = { ...checked, what, signal: stop.signal, priority, deadline: Math.min(checked.deadline, deadline) };
      const ownPatience = new Patience(stop.signal, own.deadline, pool.shutdown, what);
      return { source, checked: own, stdio: stdios[i]!, patience: ownPatience, site: pool.site };
    });
    const tasks = await launchTogether(launches, patience, stop, pool);
    return await finishAll(launches, stages, tasks, stop, pool);
  } catch (error) {
    for (const stdio of stdios) stdio.cancel(error); // those that have not come to a job
    throw error;
  } finally {
    stop.forget();
  }
}

/** Gets what all stages need, then begins them. If one of them cannot be had, there is no pipeline. */
async function launchTogether(
  launches: readonly Launch[],
  patience: Patience,
  stop: Stop,
  pool: PipelinePool,
): Promise<Task[]> {
  let first: { readonly error: unknown } | undefined;
  const onFailure = (error: unknown, i: number): never => {
    first ??= { error: sourceError(error, i) };
    stop.now(error);
    throw error;
  };
  const ordered = launches.map((launch, i) => pool.order(launch).catch((error: unknown) => onFailure(error, i)));
  const settled = await Promise.allSettled(ordered);
  const orders = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  try {
    if (first) throw first.error;
    const tasks = await pool.launchAll(orders, patience);
    for (const [i, task] of tasks.entries()) launches[i]!.stdio.attach(task);
    for (const [i, task] of tasks.entries()) void task.status.then(...both(() => pool.done(orders[i]!)));
    return tasks;
  } catch (error) {
    for (const order of orders) pool.done(order);
    throw error;
  }
}

function both(listener: () => void): [() => void, () => void] {
  return [listener, listener];
}

/** Waits for every stage; the first that fails has the others cancelled, and is why the pipeline fails. */
async function finishAll(
  launches: readonly Launch[],
  stages: readonly CheckedStage[],
  tasks: readonly Task[],
  stop: Stop,
  pool: PipelinePool,
): Promise<PipelineResult> {
  let first: { readonly error: unknown } | undefined;
  const ends = tasks.map(async (task, i): Promise<Ended> => {
    const { stdio, patience } = launches[i]!;
    try {
      const { maxOutput } = stages[i]!.checked;
      return await new Promise((resolve) => {
        finish(task, stdio, maxOutput, patience, () => pool.isClosing(), { resolve, follow: resolve });
      });
    } catch (error) {
      first ??= { error };
      stop.now(error);
      return { error: error as JobError };
    }
  });
  const settled = await Promise.all(ends);
  const statuses = settled.map(statusOf);
  const last = outputOf(settled.at(-1)!);
  if (!first) return new PipelineResult(codeOf(statuses), last.stdout, last.stderr, statuses);
  const { error } = first;
  if (error instanceof JobError) Object.assign(error, { stages: statuses, output: last });
  throw error;
}

/** How a stage ended. */
type Ended = RunResult | { readonly error: JobError };

const nothing = new Output(new Uint8Array(), new Uint8Array());

function outputOf(ended: Ended): Output {
  return ended instanceof RunResult ? ended : (ended.error.output ?? nothing);
}

function statusOf(ended: Ended): StageStatus {
  const { stderr, stderrText } = outputOf(ended);
  const [code, error] = ended instanceof RunResult ? [ended.code, undefined] : [undefined, ended.error];
  return { success: code === 0, code, error, stderr, stderrText };
}

/** The last that is not 0. */
function codeOf(statuses: readonly StageStatus[]): number {
  return statuses.reduce((code, status) => status.code || code, 0);
}
