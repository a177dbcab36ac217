/** What the coordinator notices and no job's end tells, in words for the embedder. */
import type { FromCoordinator, LogMessage } from '../shared/protocol.js';

/** So long, in milliseconds, nothing more is said about memory that was refused. */
const MEMORY_QUIET_MS = 1000;

export class Journal {
  readonly #post: ((message: FromCoordinator) => void) | undefined;
  readonly #restMs: number;
  #hasSlots = true;
  #refused = 0;
  #quietUntil = 0;

  /** Without `post` nobody wants to know. */
  constructor(post: ((message: FromCoordinator) => void) | undefined, restMs: number) {
    this.#post = post;
    this.#restMs = restMs;
  }

  #write(entry: Omit<LogMessage, 'type'>): void {
    this.#post?.({ type: 'millrace:log', ...entry });
  }

  started(worker: number): void {
    this.#hasSlots = true;
    this.#write({ level: 'debug', message: `worker ${worker} has started`, worker });
  }

  retired(worker: number): void {
    this.#write({
      level: 'debug',
      message: `worker ${worker} has ended: the pool has enough others, or its stack is worn out`,
      worker,
    });
  }

  /** It died, or had to be ended; its thread may live on. */
  lost(worker: number, text: string): void {
    this.#write({
      level: 'warn',
      message: `worker ${worker} was lost, and is replaced: ${text}`,
      worker,
      code: 'POOL_LOST',
      text,
    });
    const rest = this.#restMs < 0 ? 'for as long as the pool lives' : `for ${this.#restMs} ms`;
    const message = `the slot of worker ${worker} is not used again ${rest}, because its thread may live on`;
    this.#write({ level: 'info', message, worker });
  }

  notStarted(worker: number, text: string): void {
    const message = `worker ${worker} could not be started, and another is tried: ${text}`;
    this.#write({ level: 'warn', message, worker, code: 'POOL_START_FAILED', text });
  }

  /** No other is tried for a while. */
  fewWorkers(workers: number, text: string): void {
    const message = `no further worker can be started for now; the pool goes on with ${workers}: ${text}`;
    this.#write({ level: 'error', message, code: 'POOL_START_FAILED', text });
  }

  /** Says so once, until one has started. */
  noSlot(): void {
    if (this.#hasSlots) {
      this.#write({
        level: 'warn',
        message: 'every slot for a worker is taken or not to be used again yet: no further one can start for now',
      });
    }
    this.#hasSlots = false;
  }

  /** How often memory was refused since the pool was made. */
  refused(total: number): void {
    const now = performance.now();
    if (total === this.#refused || now < this.#quietUntil) return;
    this.#quietUntil = now + MEMORY_QUIET_MS;
    this.#refused = total;
    const message = `memory was refused, ${total} times so far: the pool has as much as it may have (maxMemory), or as there is`;
    this.#write({ level: 'warn', message, code: 'POOL_ENOMEM' });
  }
}
