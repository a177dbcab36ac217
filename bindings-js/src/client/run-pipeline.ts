/** Running several jobs, each of which reads what the one before it writes. */
import { JobError, Output, PoolError, type StageStatus } from '../shared/errors.js';
import type { Platform } from '../platform/platform.js';
import { onAbort } from './abort.js';
import type { CallSite } from './callsite.js';
import type { Client } from './client.js';
import { finish } from './finish.js';
import type { Launch, Order } from './launcher.js';
import { Patience, type Shutdown } from './patience.js';
import { type CheckedPipeline, type CheckedStage, WHOLE } from './pipeline.js';
import { PipelineResult } from './pipeline-result.js';
import { RunResult } from './result.js';
import { Stdio } from './stdio.js';
import type { Task } from './task.js';

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

/** A source shows late that it is none. */
function sourceError(error: unknown, stage: number): unknown {
  if (!(error instanceof PoolError) || error.code !== 'POOL_EINVAL') return error;
  return new PoolError(error.code, `${error.message} (stages[${stage}])`, { cause: error });
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
