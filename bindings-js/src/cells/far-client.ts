/** The client of a pool whose jobs run in cells: the main thread's own, but for what goes to the cells and comes from them. */
import type { CellUses } from '../shared/cell-protocol.js';
import type { Client, Fd, JobHandle, Measures, PoolUses, Result, Submission, TakenCall } from '../client/client.js';
import { errorCodes } from '../shared/layout.gen.js';
import type { Rings } from '../shared/rings.js';
import type { Thread } from '../shared/thread.js';
import type { Reply } from '../client/reply.js';
import type { PoolBytes } from '../client/measures.js';
import type { FarCalls } from './far-calls.js';
import type { FarJobs } from './far-jobs.js';
import { NearBell } from './near-bell.js';

type Constructor = new (...given: ConstructorParameters<typeof Client>) => Client;

/** Makes the class. */
export function farClient(
  Base: Constructor,
  rings: Rings,
  jobs: FarJobs,
  calls: FarCalls,
  usesOfCells: () => CellUses,
): Constructor {
  return withUses(withJobs(withPipes(withCalls(withBell(Base, rings), calls), jobs), jobs, calls), jobs, usesOfCells);
}

/** Whoever rings is in this thread. */
function withBell(Base: Constructor, rings: Rings): Constructor {
  return class extends Base {
    constructor(thread: Thread, pool: number) {
      super(thread, pool, (...given) => new NearBell(rings, ...given));
    }
  };
}

/** Host calls come from cells, and their replies go there. */
function withCalls(Base: Constructor, calls: FarCalls): Constructor {
  return class extends Base {
    override onCall(listener: (slot: number) => void): void {
      calls.onCall = listener;
    }

    override takeCall(slot: number): TakenCall | undefined {
      return calls.take(slot);
    }

    override isCallerGone(call: number): boolean {
      return calls.isGone(call);
    }

    override reply(call: number, reply: Reply): boolean {
      calls.reply(call, reply);
      return true;
    }
  };
}

/** What is done with one end of a pipe is carried at once, if a guest has the other: beside the pipe, once it is empty. */
function withPipes(Base: Constructor, jobs: FarJobs): Constructor {
  return class extends Base {
    override pipe(capacity: number): readonly [Fd, Fd] | number {
      const pipe = super.pipe(capacity);
      if (typeof pipe === 'number') return pipe;
      const [reads, writes] = pipe;
      jobs.pipes.set(reads, { capacity, peer: writes });
      jobs.pipes.set(writes, { capacity, peer: reads });
      return pipe;
    }

    override write(fd: Fd, bytes: Uint8Array, offset: number): number {
      const passed = jobs.bypasses.get(fd)?.write(bytes, offset);
      if (passed !== undefined) {
        if (passed > 0) jobs.bytes.in -= passed;
        return passed;
      }
      const n = super.write(fd, bytes, offset);
      jobs.onMove(fd);
      return n;
    }

    /** What was in the pipe comes before what has landed. */
    override peek(fd: Fd): Uint8Array | number {
      const landing = jobs.landings.get(fd);
      if (!landing?.first) return super.peek(fd);
      const bytes = landing.isAlone ? errorCodes.POOL_EAGAIN : super.peek(fd);
      if (typeof bytes !== 'number') return bytes;
      landing.isAlone = true;
      return landing.first;
    }

    override consume(fd: Fd, size: number): void {
      const landing = jobs.landings.get(fd);
      if (!landing?.isAlone) return super.consume(fd, size);
      landing.consume(size);
      jobs.bytes.out -= size;
    }

    override read(fd: Fd): Uint8Array<ArrayBuffer> | number {
      const landing = jobs.landings.get(fd);
      if (!landing?.isAlone || !landing.first) return super.read(fd);
      const chunk = landing.read();
      jobs.bytes.out -= chunk.length;
      return chunk;
    }

    override close(fd: Fd): void {
      super.close(fd);
      jobs.onClose(fd);
    }

    override abort(fd: Fd): void {
      super.abort(fd);
      jobs.onClose(fd);
    }
  };
}

/** The main thread's pool has the queue of jobs, without their pipes: those are carried. */
function withJobs(Base: Constructor, jobs: FarJobs, calls: FarCalls): Constructor {
  return class extends Base {
    override submit(submission: Submission): JobHandle {
      const job = super.submit({ ...submission, call: undefined, stdio: [0, 0, 0] }); // an instance would have to have pipes
      if (job > 0) jobs.add(job, submission, this);
      return job;
    }

    override cancel(job: JobHandle): void {
      super.cancel(job);
      jobs.get(job)?.onCancel();
    }

    override takeResult(job: JobHandle): Result | undefined {
      const result = super.takeResult(job);
      if (!result) return undefined;
      jobs.end(job, this);
      calls.endJob(job);
      return result;
    }
  };
}

/** What is used and measured here and in the cells. */
function withUses(Base: Constructor, jobs: FarJobs, usesOfCells: () => CellUses): Constructor {
  return class extends Base {
    override uses(): PoolUses {
      const uses = super.uses();
      const { memory, calls } = usesOfCells();
      const used = uses.memory.used + memory;
      return { ...uses, memory: { ...uses.memory, used }, calls: { ...uses.calls, used: calls } };
    }

    override measures(): Measures {
      const measures = super.measures();
      const workers = measures.workers.map((worker) =>
        worker.state === 'running' && jobs.resting.has(worker.job) ? { ...worker, state: 'waiting' as const } : worker,
      );
      return { ...measures, workers };
    }

    override get bytes(): PoolBytes {
      const { in: all, out } = super.bytes;
      return { in: all - jobs.bytes.in, out: out - jobs.bytes.out };
    }
  };
}
