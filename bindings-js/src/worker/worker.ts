/** The compute worker's script: takes jobs from shared memory and runs them, one after the other, until it is ended. */
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { FromWorker, ToWorker } from '../shared/protocol.js';
import {
  check,
  type CoordinatorExports,
  instantiate,
  joinWithStack,
  type Thread,
  threadWaits,
  type Waits,
} from '../shared/thread.js';
import type { Scope } from '../platform/scope.js';
import { Ending } from './ending.js';
import { GuestRunner } from './guest.js';
import { type Guest, inspect } from './guest-module.js';
import { ImportModules } from './import-modules.js';
import type { Provided } from './linker.js';
import { Links } from './links.js';
import { Litter } from './litter.js';
import { drive, type Driver, type Steps } from './steps.js';
import { plainWish, readWish, type Wish } from './wish.js';

type WorkerScope = Scope<FromWorker, ToWorker>;
type Join = Extract<ToWorker, { type: 'millrace:join' }>;

/** A worker that has had nothing to do for so long has the time to tidy up. */
const IDLE_MS = 100;

/** The modules that this worker was sent, and those that a job waits for. */
class Modules {
  readonly #guests = new Map<number, Guest>();
  readonly #waiting = new Map<number, (guest: Guest) => void>();

  add(id: number, guest: Guest): void {
    this.#guests.set(id, guest);
    this.#waiting.get(id)?.(guest);
    this.#waiting.delete(id);
  }

  delete(id: number): void {
    this.#guests.delete(id);
  }

  get(id: number): Guest | undefined {
    return this.#guests.get(id);
  }

  /** A module that was posted, but whose message this thread has not had the time to read. */
  arrival(id: number): Promise<Guest> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}

/** How a worker waits, and runs what may wait. */
export interface Running {
  readonly waits: Waits;
  readonly drive: Driver;
}

/** In a thread of its own. */
const ownThread: Running = { waits: threadWaits, drive };

/** Makes a worker's script listen. */
export function serveWorker(scope: WorkerScope, running = ownThread): void {
  const modules = new Modules();
  const links = new Links();
  scope.onMessage((message) => {
    switch (message.type) {
      case 'millrace:module':
        return modules.add(message.id, inspect(message.module, message.head));
      case 'millrace:unload':
        return modules.delete(message.id);
      case 'millrace:imports':
        return links.add(message);
      case 'millrace:join':
        return start(scope, message, running, modules, links);
    }
  });
}

function start(scope: WorkerScope, message: Join, running: Running, modules: Modules, links: Links): void {
  try {
    const thread = join(scope, message, running.waits);
    const runner = new GuestRunner(thread);
    scope.post({ type: 'millrace:joined' });
    void work(scope, thread, runner, running.drive, modules, links);
  } catch (error) {
    scope.post({ type: 'millrace:gone', text: String(error), retired: false });
  }
}

function join(scope: WorkerScope, { parts, pool, number, stack }: Join, waits: Waits): Thread {
  const thread = instantiate(parts, (waiter) => scope.post({ type: 'millrace:ring', waiter }), waits);
  joinWithStack(thread, stack, layout.WORKER_STACK_BYTES);
  check(thread.c.worker_join(pool, number));
  return thread;
}

async function work(
  scope: WorkerScope,
  thread: Thread,
  runner: GuestRunner,
  drive: Driver,
  modules: Modules,
  links: Links,
): Promise<void> {
  const { c } = thread;
  const retire = (text: string): void => scope.post({ type: 'millrace:gone', text, retired: true });
  const litter = new Litter();
  const importModules = new ImportModules(thread);
  const runInSteps = async (guest: Guest, wish: Wish): Promise<boolean> => {
    const link = links.get(wish.imports) ?? (await links.arrival(wish.imports));
    const provided = link.from === undefined ? undefined : await provide(thread, importModules, link.from);
    if (!(provided instanceof Ending)) return drive(runner.run(guest, { ...wish, served: link.served, provided }));
    runner.refuse(provided);
    return false;
  };
  for (;;) {
    if (litter.isLeft) c.worker_tell_idle(IDLE_MS);
    const id = await (thread.byScript ? drive(next(c)) : c.worker_next()); // sleeps here
    if (id === errorCodes.POOL_EAGAIN) {
      litter.collect();
      continue;
    }
    if (id === errorCodes.POOL_ETIMEDOUT) return retire('the pool has a worker too many');
    if (id < 0) return;
    const guest = modules.get(id) ?? (await modules.arrival(id));
    const wish = readWish(thread);
    const isNow = wish === plainWish && !thread.byScript;
    const isWornOut = (isNow ? runner.runNow(guest) : undefined) ?? (await runInSteps(guest, wish));
    if (isWornOut) return retire('its stack overflowed');
    litter.add();
  }
}

function* next({ worker_next }: CoordinatorExports): Steps<number> {
  return (yield [worker_next, []]) as number;
}

/** Gets what a module of `importsFrom` has for the job's guest. That is the embedder's code, and may take for ever: so this
 * thread is in the guest's state meanwhile, and can be ended. */
async function provide({ c }: Thread, modules: ImportModules, url: string): Promise<Provided | Ending> {
  if (c.worker_enter() !== 0) return cancelled(c);
  const provided = await modules.provide(url);
  c.worker_leave();
  return c.worker_left_by() === 0 ? provided : cancelled(c);
}

function cancelled(c: CoordinatorExports): Ending {
  return new Ending(c.worker_left_by() || layout.POOL_CANCELLED);
}
