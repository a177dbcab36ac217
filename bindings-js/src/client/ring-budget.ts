/** How much of a pool's memory the pipes of its jobs may need. Guests that each have a part of what they need, and wait for
 * the rest, would wait for each other for ever; so a job waits in the client instead until there is enough for it. What files
 * hold comes back only when somebody removes them, so it does not count; and they take nothing of what jobs were promised. */
import { layout } from '../shared/layout.gen.js';
import type { JobHandle } from './client.js';
import { WANT_PIPE, type Wants } from './wants.js';

/** Of the memory's limit: the rest is for what else a job needs, such as its arguments. */
const SHARE = 7 / 8;

/** It is a power of two. */
const DEFAULT_RING = layout.POOL_PIPE_DEFAULT_BYTES;

/** What of an order tells how much its pipes may need. */
interface Ringed {
  readonly wants: Wants;
  readonly options: { readonly pipeCapacity: number };
}

/** The memory, as the client sees it. */
export interface RingStore {
  hasRings(ringBytes: number, n: number): boolean;
  promiseRings(bytes: number): void;
}

export class RingBudget {
  readonly #store: RingStore;
  readonly #limitBytes: number;
  readonly #maxWorkers: number;
  /** What those have that may be written to before they run. */
  readonly #inputs = new Map<JobHandle, number>();
  #inputBytes = 0;
  /** The most that one of them writes into, since there were none. */
  #outputBytes = 0;
  /** The largest ring, since there were none. */
  #ringBytes = 0;
  #jobs = 0;
  #promised = 0;

  /** `memoryLimit` is that of all blocks. Only so many jobs as there are workers can have written something. */
  constructor(store: RingStore, memoryLimit: number, maxWorkers: number) {
    this.#store = store;
    this.#limitBytes = memoryLimit * SHARE;
    this.#maxWorkers = maxWorkers;
  }

  /** Whether there is enough for these as well; for those that are alone there always is, unless files have it. */
  hasFor(all: readonly Ringed[]): boolean {
    let inputs = this.#inputBytes;
    let outputs = this.#outputBytes;
    let ring = this.#ringBytes;
    for (const each of all) {
      inputs += inputOf(each);
      outputs = Math.max(outputs, outputOf(each));
      ring = Math.max(ring, ringsOf(each));
    }
    const bytes = inputs + outputs * Math.min(this.#jobs + all.length, this.#maxWorkers);
    if (this.#jobs > 0 && bytes > this.#limitBytes) return false;
    return ring === 0 || this.#store.hasRings(ring, Math.ceil(Math.min(bytes, this.#limitBytes) / SHARE / ring));
  }

  add(job: JobHandle, given: Ringed): void {
    const input = inputOf(given);
    if (input > 0) this.#inputs.set(job, input);
    this.#inputBytes += input;
    this.#outputBytes = Math.max(this.#outputBytes, outputOf(given));
    this.#ringBytes = Math.max(this.#ringBytes, ringsOf(given));
    this.#jobs++;
    this.#promise();
  }

  delete(job: JobHandle): void {
    if (this.#inputs.size > 0) {
      this.#inputBytes -= this.#inputs.get(job) ?? 0;
      this.#inputs.delete(job);
    }
    if (--this.#jobs === 0) this.#outputBytes = this.#ringBytes = 0;
    this.#promise();
  }

  #promise(): void {
    const bytes = this.#inputBytes + this.#outputBytes * Math.min(this.#jobs, this.#maxWorkers);
    const promised = Math.min(bytes, this.#limitBytes);
    if (promised === this.#promised) return;
    this.#promised = promised;
    this.#store.promiseRings(promised);
  }
}

function inputOf({ wants, options }: Ringed): number {
  return wants[0] === WANT_PIPE ? ringOf(options.pipeCapacity) : 0;
}

function outputOf({ wants, options }: Ringed): number {
  return (Number(wants[1] === WANT_PIPE) + Number(wants[2] === WANT_PIPE)) * ringOf(options.pipeCapacity);
}

/** The size of a job's rings; 0: it has none. */
function ringsOf({ wants, options }: Ringed): number {
  return wants.includes(WANT_PIPE) ? ringOf(options.pipeCapacity) : 0;
}

/** What a ring of that capacity takes. */
function ringOf(capacity: number): number {
  return capacity === 0 ? DEFAULT_RING : 2 ** Math.ceil(Math.log2(capacity));
}
