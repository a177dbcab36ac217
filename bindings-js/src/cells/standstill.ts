/** Finds jobs that could wait for each other for ever. A job waits for directories that others use in two cells; those wait, at
 * their ends of pipes, for that job, which will not begin. Where memory is shared there is no such circle: there jobs never
 * wait for directories. So the job is refused, and whoever waits for it hears of that as of any job's end.
 *
 * While some job waits so, cells are asked by rounds what their guests wait for. One that slept from one round to the next was
 * asleep all the time between, and so were all of which that is true: what they wait for is how it is. */
import type { FromCell } from '../shared/cell-protocol.js';
import type { JobHandle } from '../client/client.js';
import type { FarCalls } from './far-calls.js';
import type { FarJob, FarJobs } from './far-jobs.js';
import type { FarVolumes } from './far-volumes.js';

type Answer = Extract<FromCell, { type: 'cell:asleep' }>;

const ROUND_MS = 50;

export class Standstill {
  readonly #jobs: FarJobs;
  readonly #calls: FarCalls;
  readonly #volumes: FarVolumes;
  #round = 0;
  /** Of this round and the one before, by jobs. */
  #answers = new Map<JobHandle, Answer>();
  #before = new Map<JobHandle, Answer>();
  #timer: unknown;

  constructor(jobs: FarJobs, calls: FarCalls, volumes: FarVolumes) {
    this.#jobs = jobs;
    this.#calls = calls;
    this.#volumes = volumes;
  }

  /** A job waits for its directories. */
  watch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      const { waiting } = this.#volumes;
      if (waiting.some((job) => this.#isLinked(job))) this.#ask();
      if (waiting.length > 0) this.watch(); // it can be linked later
    }, ROUND_MS);
  }

  #isLinked(job: JobHandle): boolean {
    return this.#jobs.get(job)?.links.some((link) => link) ?? false;
  }

  #ask(): void {
    this.#round++;
    this.#before = this.#answers;
    this.#answers = new Map();
    for (const { job, cell, links } of this.#jobs.all)
      if (cell && links.some((link) => link)) cell.post({ type: 'cell:ask', job, round: this.#round });
  }

  onAnswer(answer: Answer): void {
    if (answer.round === this.#round) this.#answers.set(answer.job, answer);
  }

  #look(): void {
    const refused = this.#circle().at(-1);
    if (refused !== undefined) this.#volumes.refuse(refused);
  }

  /** The jobs that wait for directories, and that others in their circle wait for. */
  #circle(): JobHandle[] {
    const asleep = [...this.#answers.keys()].filter((job) => this.#sleeps(job));
    let waiting: readonly JobHandle[] = [];
    let left = new Set([...asleep, ...this.#volumes.waiting]);
    for (let size = Infinity; left.size < size;) {
      size = left.size;
      const all = left;
      waiting = this.#volumes.waitingFor((job) => all.has(job));
      left = new Set([
        ...waiting,
        ...asleep.filter((job) => all.has(job) && this.#peersOf(job).every((peer) => all.has(peer))),
      ]);
    }
    const awaited = new Set(asleep.filter((job) => left.has(job)).flatMap((job) => this.#peersOf(job)));
    return waiting.filter((job) => awaited.has(job));
  }

  /** Whether nothing but its pipes has woken it, or can. */
  #sleeps(job: JobHandle): boolean {
    const [now, before] = [this.#answers.get(job), this.#before.get(job)];
    return now?.bell === before?.bell && this.#jobs.get(job) !== undefined && !this.#calls.has(job);
  }

  /** Who is at the other ends of the pipes that it waits at; 0: the page, or a job that has ended. */
  #peersOf(job: JobHandle): JobHandle[] {
    const { links } = this.#jobs.get(job) as FarJob;
    return this.#answers.get(job)!.streams.map((stream) => links[stream]?.peer?.job ?? 0);
  }
}
