/** Starting a pool's threads, and ending them. */
import { PoolError, StartError } from '../shared/errors.js';
import type { WorkerCounts, SharedParts, ToCoordinator } from '../shared/protocol.js';
import { errorText, rootCause } from '../platform/error-text.js';
import type { CoordinatorChild, Platform } from '../platform/platform.js';
import type { Client } from './client.js';
import { Crew } from './crew.js';
import type { Log } from './log.js';
import type { Patience } from './patience.js';
import { NO_WASM } from './sources.js';
import type { Starter } from './tier.js';

/** What a pool has of its threads. */
export interface Threads {
  readonly platform: Platform;
  readonly coordinator: CoordinatorChild;
  readonly client: Client;
  readonly crew: Crew;
  readonly counts: WorkerCounts;
}

type Limits = Omit<Extract<ToCoordinator, { type: 'millrace:start' }>, 'type' | 'parts' | 'logs'>;

/** What is to be started. */
export interface Plan {
  readonly platform: Platform;
  readonly starter: Starter;
  readonly parts: SharedParts;
  readonly log: Log;
  readonly limits: Limits;
}

const START_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 3000;

/** Starts the coordinator and has it start the workers; on any failure nothing is left behind. */
export async function startThreads(plan: Plan, patience: Patience): Promise<Threads> {
  const { starter, parts, log, limits } = plan;
  const coordinator = started(starter);
  log.listen(coordinator);
  const crew = new Crew(coordinator, parts, (number) => starter.spawnWorker(number));
  const start = new Start(plan, coordinator, crew);
  try {
    coordinator.keepAlive(true);
    coordinator.post({ type: 'millrace:start', parts, logs: log.isWanted, ...limits });
    return await patience.until(start.ready);
  } catch (error) {
    start.abandon();
    coordinator.terminate();
    crew.terminateAll();
    throw error;
  } finally {
    coordinator.keepAlive(false);
  }
}

/** A script of another origin, or one that a policy forbids, throws in some engines. */
function started(starter: Starter): CoordinatorChild {
  try {
    return starter.spawnCoordinator();
  } catch (cause) {
    const text = `the coordinator could not be started: ${starter.coordinator}: ${errorText(cause)}`;
    throw new StartError(text, { cause: rootCause(cause) });
  }
}

/** One engine compiles what a policy forbids, and only does not instantiate it. */
function inWords(text: string): string {
  return text.includes('wasm-unsafe-eval') ? NO_WASM : text;
}

/** A start under way: joins the pool once the coordinator has created it. */
class Start {
  /** Resolves when the workers have started. */
  readonly ready: Promise<Threads>;
  readonly #timer: ReturnType<typeof setTimeout>;
  /** Until they are joined: what listens here lives as long as the pool's own listeners. */
  #parts: SharedParts | undefined;
  #starter: Starter | undefined;
  #client: Client | undefined;
  #abandoned = false;

  constructor({ platform, starter, parts }: Plan, coordinator: CoordinatorChild, crew: Crew) {
    this.#parts = parts;
    this.#starter = starter;
    let fail!: (text: string, cause?: unknown) => void;
    const { script, coordinator: place, failure } = starter; // the starter itself is let go
    const started = new Promise<Threads>((resolve, reject) => {
      fail = (text, cause) => reject(new StartError(inWords(text), cause === undefined ? {} : { cause }));
      coordinator.onFailure((text, cause) => fail(`the coordinator failed: ${place}: ${text}`, cause));
      coordinator.onMessage((message) => {
        if (this.#abandoned) return;
        try {
          if (message.type === 'millrace:failed')
            fail(`${message.message} (${script})`, rootCause(failure()) ?? new Error(message.message));
          if (message.type === 'millrace:created') this.#join(crew, message.pool);
          if (message.type === 'millrace:ready' && this.#client)
            resolve({ platform, coordinator, client: this.#client, crew, counts: message });
        } catch (error) {
          reject(error instanceof PoolError ? error : new StartError(String(error), { cause: error }));
        }
      });
    });
    this.#timer = setTimeout(() => fail('the pool did not start in time'), START_TIMEOUT_MS);
    this.ready = started.finally(() => clearTimeout(this.#timer));
  }

  #join(crew: Crew, pool: number): void {
    const [parts, starter] = [this.#parts!, this.#starter!];
    this.#parts = this.#starter = undefined;
    this.#client = starter.join(parts, crew, pool);
  }

  /** Nobody waits any more. */
  abandon(): void {
    this.#abandoned = true;
    clearTimeout(this.#timer);
    this.#client?.stop();
  }
}

/** Has the coordinator end every job, and then every worker; resolves when they have ended, or ought to have. */
export function closeParts({ coordinator }: Threads): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    coordinator.onMessage((message) => {
      if (message.type === 'millrace:closed') end();
    });
    coordinator.onFailure(end); // it may die before it has read this
    coordinator.post({ type: 'millrace:close' });
  });
}

/** Ends every thread at once. */
export function endParts({ client, coordinator, crew }: Threads): void {
  client.stop();
  coordinator.terminate();
  crew.terminateAll();
}
