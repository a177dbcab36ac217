/** How much of a pool's memory the pipes of its jobs may need. Guests that each have a part of what they need, and wait for
 * the rest, would wait for each other for ever; so a job waits in the client instead until there is enough for it. */
import { layout } from '../shared/layout.gen.js';
import type { JobHandle } from './client.js';
import { WANT_PIPE, type Wants } from './wants.js';

/** Of the memory's limit: the rest is for what else a job needs, such as its arguments. */
const SHARE = 7 / 8;

export class RingBudget {
  readonly #limitBytes: number;
  readonly #maxWorkers: number;
  /** What those have that may be written to before they run. */
  readonly #inputs = new Map<JobHandle, number>();
  #inputBytes = 0;
  /** The most that one of them writes into, since there were none. */
  #outputBytes = 0;
  #jobs = 0;

  /** `memoryLimit` is that of all blocks. Only so many jobs as there are workers can have written something. */
  constructor(memoryLimit: number, maxWorkers: number) {
    this.#limitBytes = memoryLimit * SHARE;
    this.#maxWorkers = maxWorkers;
  }

  /** Whether there is enough for these as well, with pipes of so many bytes; for one that is alone there always is. */
  hasFor(all: readonly Wants[], capacity: number): boolean {
    if (this.#jobs === 0) return true;
    const inputs = this.#inputBytes + all.reduce((sum, wants) => sum + inputOf(wants, capacity), 0);
    const outputs = all.reduce((most, wants) => Math.max(most, outputOf(wants, capacity)), this.#outputBytes);
    return inputs + outputs * Math.min(this.#jobs + all.length, this.#maxWorkers) <= this.#limitBytes;
  }

  add(job: JobHandle, wants: Wants, capacity: number): void {
    const input = inputOf(wants, capacity);
    if (input > 0) this.#inputs.set(job, input);
    this.#inputBytes += input;
    this.#outputBytes = Math.max(this.#outputBytes, outputOf(wants, capacity));
    this.#jobs++;
  }

  delete(job: JobHandle): void {
    this.#inputBytes -= this.#inputs.get(job) ?? 0;
    this.#inputs.delete(job);
    if (--this.#jobs === 0) this.#outputBytes = 0;
  }
}

function inputOf([stdin]: Wants, capacity: number): number {
  return stdin === WANT_PIPE ? ringOf(capacity) : 0;
}

function outputOf([, stdout, stderr]: Wants, capacity: number): number {
  return [stdout, stderr].filter((want) => want === WANT_PIPE).length * ringOf(capacity);
}

/** What a ring of that capacity takes. */
function ringOf(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity || layout.POOL_PIPE_DEFAULT_BYTES));
}
