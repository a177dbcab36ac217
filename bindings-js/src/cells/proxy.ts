/** What stands for a worker where its guests run in a cell: it takes the worker's jobs out of the main thread's pool, has a cell
 * run each, carries its streams, and says how it has ended. */
import { bellIndex } from '../shared/bell.js';
import {
  type CallMessage,
  type CellJob,
  type CellResult,
  type FromCell,
  isCall,
  type StreamNumber,
} from '../shared/cell-protocol.js';
import { errorOfStatus } from '../shared/errors.js';
import { endJob, writeResults } from '../shared/job-end.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { FromWorker, ImportsMessage, ModuleMessage, ToWorker } from '../shared/protocol.js';
import type { Rings } from '../shared/rings.js';
import { buffersOf, disclose, enclose } from '../shared/small-bytes.js';
import { check, instantiate, joinWithStack, type Thread, type Waits } from '../shared/thread.js';
import type { Scope } from '../platform/scope.js';
import { Carrier, type Post } from '../client/carrier.js';
import type { Client, Fd, JobHandle } from '../client/client.js';
import type { ReceiverPort, Window } from '../client/pump.js';
import type { CellLink, CellUser } from './cell-link.js';
import type { FarCalls } from './far-calls.js';
import { cellJobOf, type FarJob, type FarJobs } from './far-jobs.js';
import type { FarVolumes } from './far-volumes.js';
import type { Standstill } from './standstill.js';
import { Bypass } from './bypass.js';
import { Landing } from './landing.js';

type Join = Extract<ToWorker, { type: 'millrace:join' }>;

/** What proxies share. */
export interface Shared {
  readonly client: () => Client;
  readonly jobs: FarJobs;
  readonly calls: FarCalls;
  readonly volumes: FarVolumes;
  readonly standstill: Standstill;
  readonly rings: Rings;
  readonly waits: Waits;
  readonly startCell: () => CellLink;
  /** No job will use a module any more, in whichever cell. */
  readonly unload: (id: number) => void;
  /** Code of ours begins anew, in which instances may look so and so often for what they wait for. */
  readonly begin: () => void;
}

/** This worker was given up for dead: its thread, which is the main thread, would have slept for ever. */
export class Parked extends Error {}

/** A job that was taken. */
interface Running {
  readonly job: JobHandle;
  readonly far: FarJob;
  readonly volumes: readonly number[];
  /** Once it is known in which it runs. */
  cell: CellLink | undefined;
  carrier: Carrier | undefined;
  /** By the cell's numbers, the slots of calls that are not answered. */
  readonly calls: Map<number, number>;
  result: CellResult | undefined;
  /** Some of its output is lost, because it is to end. */
  isCut: boolean;
  /** Does no longer wait for its directories. */
  giveUp: () => void;
}

export class Proxy implements CellUser {
  readonly #scope: Scope<FromWorker, ToWorker>;
  readonly #shared: Shared;
  readonly #modules = new Map<number, ModuleMessage>();
  readonly #imports = new Map<number, ImportsMessage>();
  #thread: Thread | undefined;
  #bell = 0;
  #cell: CellLink | undefined;
  /** Why that has ended. */
  #lost: string | undefined;
  #running: Running | undefined;
  #isOver = false;

  constructor(scope: Scope<FromWorker, ToWorker>, shared: Shared) {
    this.#scope = scope;
    this.#shared = shared;
    scope.onMessage((message) => this.#onMessage(message));
  }

  #onMessage(message: ToWorker): void {
    switch (message.type) {
      case 'millrace:join':
        return this.#start(message);
      case 'millrace:module':
        this.#modules.set(message.id, message);
        return this.#provide();
      case 'millrace:imports':
        this.#imports.set(message.id, message);
        return this.#provide();
      case 'millrace:unload':
        this.#modules.delete(message.id);
        return this.#shared.unload(message.id);
    }
  }

  /** Sends the cell what its job needs. The job may have come first: then its cell waits for it. */
  #provide(): void {
    const { cell, far } = this.#running ?? {};
    if (far) cell?.provide(this.#modules.get(far.submission.module), this.#imports.get(far.submission.imports));
  }

  /** Ends the worker, and the cell in which its job runs. */
  terminate(): void {
    const running = this.#running;
    this.#isOver = true;
    this.#running = undefined;
    running?.cell?.end('a job that ran in the same cell was to end, and computed on');
    if (running?.cell) this.#shared.volumes.leave(running.job, running.volumes);
    else running?.giveUp();
    this.#cell?.end('its worker has ended');
  }

  #start(join: Join): void {
    let cell;
    try {
      cell = this.#cell = this.#shared.startCell();
    } catch (error) {
      return this.#gone(String(error), false); // a script of another origin throws in some engines
    }
    cell.owner = this;
    const begin = (): void => this.#guard(() => this.#join(join));
    cell.started.then(begin, (error: unknown) => this.#gone((error as Error).message, false));
  }

  #join({ parts, pool, number, stack }: Join): void {
    if (this.#isOver) return;
    try {
      const relay = (waiter: number): void => this.#scope.post({ type: 'millrace:ring', waiter });
      const thread = (this.#thread = instantiate(parts, relay, this.#shared.waits));
      joinWithStack(thread, stack, layout.WORKER_STACK_BYTES);
      check(thread.c.worker_join(pool, number));
      this.#bell = bellIndex(pool, layout.WAITER_WORKER_0 + number) * 4;
    } catch (error) {
      return this.#gone(String(error), false);
    }
    this.#scope.post({ type: 'millrace:joined' });
    this.#next();
    this.#watch();
  }

  #gone(text: string, retired: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#scope.post({ type: 'millrace:gone', text, retired });
  }

  #watch(): void {
    void this.#shared.rings.wait(this.#bell, -1).then(() => {
      if (this.#isOver) return;
      this.#watch();
      this.#guard(() => (this.#running ? this.#look(this.#running) : this.#next()));
    });
  }

  #guard(code: () => void): void {
    this.#shared.begin();
    try {
      code();
    } catch (error) {
      if (!(error instanceof Parked)) throw error;
      this.#isOver = true;
    }
  }

  /** Takes the next job, if there is one. */
  #next(): void {
    while (!this.#running && !this.#isOver) {
      if (this.#lost !== undefined) return this.#gone(this.#lost, false);
      const job = this.#thread!.c.proxy_next();
      if (job === errorCodes.POOL_ETIMEDOUT) return this.#gone('the pool has a worker too many', true);
      if (job < 0) return;
      this.#begin(job);
    }
  }

  #begin(job: JobHandle): void {
    const { c } = this.#thread!;
    const far = this.#shared.jobs.get(job);
    if (!far || c.worker_enter() !== 0) return c.worker_end(c.worker_left_by() || layout.POOL_CANCELLED, 0, 0);
    const volumes = far.submission.preopens.map(({ volume }) => volume);
    const nothing = { cell: undefined, carrier: undefined, result: undefined, isCut: false, giveUp: () => undefined };
    const running: Running = { job, far, volumes, calls: new Map(), ...nothing };
    this.#running = running;
    if (volumes.length === 0) return this.#run(running, this.#cell!);
    let isHere = true;
    running.giveUp = this.#shared.volumes.gather(job, volumes, (cell) => {
      if (isHere) this.#runWith(running, cell);
      else this.#guard(() => this.#runWith(running, cell));
    });
    isHere = false;
    if (running.cell || this.#running !== running) return;
    c.proxy_rest(1); // it waits for its turn
    this.#shared.standstill.watch();
    this.#look(running);
  }

  /** Its directories are in a cell. */
  #runWith(running: Running, cell: CellLink | number): void {
    if (this.#running !== running || this.#isOver) {
      if (typeof cell !== 'number') this.#shared.volumes.leave(running.job, running.volumes);
    } else if (typeof cell === 'number') {
      this.#end(running, refusalOf(cell, running.far));
      this.#next();
    } else {
      this.#thread!.c.proxy_rest(0);
      this.#run(running, cell);
    }
  }

  #run(running: Running, cell: CellLink): void {
    const { job, far } = running;
    const { volumes } = this.#shared;
    const submission = cellJobOf(far, (volume) => volumes.remoteOf(volume));
    cell.add(job, this);
    running.cell = far.cell = cell;
    this.#provide();
    const ports = submission.streams.flatMap((stream) => stream?.port ?? []);
    cell.post({ type: 'cell:run', job, submission }, ports);
    for (const link of far.links) link?.started();
    running.carrier = far.carrier = this.#carry(far, cell, submission.streams);
    far.onCancel = () => this.#guard(() => this.#look(running));
    void running.carrier.received.then(() => this.#guard(() => this.#endIfDone(running)));
    this.#look(running);
  }

  #carry({ job, ends }: FarJob, cell: CellLink, streams: CellJob['streams']): Carrier {
    const { jobs } = this.#shared;
    const client = this.#shared.client();
    const carriedEnds = jobs.endsOf(client);
    const postOf =
      (stream: number): Post =>
      (part, transfer) =>
        cell.post({ ...part, job, stream: stream as StreamNumber }, transfer);
    const landing = (fd: Fd, window: Window, port: ReceiverPort): Landing => {
      const peer = jobs.peerOf(fd);
      const made = new Landing(carriedEnds, fd, window, port, () => client.nudge(peer));
      if (peer) jobs.landings.set(peer, made);
      return made;
    };
    const carrier = new Carrier(carriedEnds, ends, streams, (stream) => stream === 0, postOf, landing);
    ends.forEach((fd, i) => fd && jobs.carried.set(fd, () => carrier.look(i)));
    const [sender, writes] = [carrier.senderOf(0), jobs.peerOf(ends[0])];
    if (sender && writes) jobs.bypasses.set(writes, new Bypass(sender, cell, () => client.nudge(writes)));
    carrier.begin();
    return carrier;
  }

  /** Looks whether the job shall end. */
  #look(running: Running): void {
    if (this.#running !== running || this.#thread!.c.proxy_look() === 0) return;
    if (!running.cell) {
      this.#end(running, refusal(layout.POOL_CANCELLED, 0, ''));
      return this.#next();
    }
    if (running.result) this.#cut(running);
    else running.cell.post({ type: 'cell:cancel', job: running.job });
  }

  /** Its output is of use only as far as there is room for it. */
  #cut(running: Running): void {
    for (const stream of [1, 2]) {
      if (!running.carrier!.isOver(stream)) running.isCut = true;
      running.carrier!.cut(stream);
    }
  }

  onCell(message: FromCell): void {
    const running = this.#running;
    if (this.#isOver || !running) return;
    this.#guard(() => this.#take(message, running));
  }

  /** A job that runs in another cell than ours, or will, goes on without ours. */
  onCellEnd(text: string): void {
    const running = this.#running;
    if (this.#isOver) return;
    if (this.#cell?.isOver) this.#lost ??= text;
    this.#guard(() => {
      if (running?.cell?.isOver) this.#end(running, refusal(layout.POOL_LOST, 0, text));
      this.#next();
    });
  }

  #take(message: FromCell, running: Running): void {
    if (isCall(message)) return this.#onCall(message, running);
    switch (message.type) {
      case 'cell:rests':
        if (message.rests) this.#shared.jobs.resting.add(running.job);
        else this.#shared.jobs.resting.delete(running.job);
        return this.#thread!.c.proxy_rest(message.rests ? 1 : 0);
      case 'cell:ended':
        running.result = message.result;
        running.far.isTold = true;
        if (this.#thread!.c.proxy_look() !== 0) this.#cut(running);
        return this.#endIfDone(running);
      case 'cell:asleep':
        return this.#shared.standstill.onAnswer(message);
      case 'cell:left': {
        const slot = running.calls.get(message.call);
        return slot === undefined ? undefined : this.#shared.calls.leave(slot);
      }
      case 'cell:end':
        if (message.isCut) running.isCut = true;
        return running.carrier!.take(message.stream, message);
      case 'cell:bytes':
      case 'cell:credit':
      case 'cell:gone':
        return running.carrier!.take(message.stream, message);
      case 'cell:linked':
        return running.carrier!.take(message.stream, { type: 'cell:end', status: 0 });
    }
  }

  #onCall([call, job, name, data]: CallMessage, { calls, cell }: Running): void {
    const slot = this.#shared.calls.add(job, name, disclose(data), ({ status, bytes }) => {
      calls.delete(call);
      const enclosed = enclose(bytes);
      cell!.post([call, status, enclosed], buffersOf(enclosed));
    });
    calls.set(call, slot);
  }

  #endIfDone(running: Running): void {
    if (this.#running !== running || this.#isOver || !running.result || !running.carrier!.isReceived) return;
    this.#end(running, running.result);
    this.#next();
  }

  /** The job has ended, and all of its output is in the pipes. */
  #end(running: Running, result: CellResult): void {
    const { c } = this.#thread!;
    const { outcome, code, text, values } = result;
    this.#running = undefined;
    running.cell?.delete(running.job);
    running.giveUp();
    if (running.cell) this.#shared.volumes.leave(running.job, running.volumes);
    c.proxy_rest(0);
    c.worker_leave();
    // One that has ended by itself, too, was ended before its time if that has cost some of its output.
    const wished = outcome === layout.POOL_CANCELLED || running.isCut ? c.worker_left_by() : 0;
    if (wished) return endJob(this.#thread!, wished, 0, '');
    writeResults(this.#thread!, values, undefined);
    endJob(this.#thread!, outcome, code, text);
  }
}

/** Why a job does not begin that was to have its directories in one cell, by the status that this had. */
function refusalOf(status: number, { submission }: FarJob): CellResult {
  const paths = submission.preopens.map(({ path }) => JSON.stringify(path)).join(' and ');
  if (status === errorCodes.POOL_EBUSY) return refusal(layout.POOL_NOT_STARTED, -status, `${paths} ${CIRCLE}`);
  if (status === errorCodes.POOL_ENOMEM)
    return refusal(layout.POOL_NOT_STARTED, -status, `no thread has the memory for ${paths} together`);
  if (status === errorCodes.POOL_EIO) return refusal(layout.POOL_LOST, 0, LOST_DIRECTORY);
  const why = errorOfStatus(status).message;
  return refusal(layout.POOL_NOT_STARTED, -status, `${paths} cannot come together in one thread: ${why}`);
}

function refusal(outcome: number, code: number, text: string): CellResult {
  return { outcome, code, text, values: [] };
}

const CIRCLE =
  'are in use in two threads, by jobs that wait at pipes for this one, and it would wait for them for ever: ' +
  'submit it before them, or all as one pipeline';
const LOST_DIRECTORY = 'a directory is lost: the cell that it was in has been ended';
