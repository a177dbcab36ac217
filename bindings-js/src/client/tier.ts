/** The two ways in which a pool can have its guests run, and which of them there is. */
import { NotIsolatedError, PoolError, StartError } from '../shared/errors.js';
import { refusal } from '../shared/gate.js';
import { canSuspend } from '../shared/jspi.js';
import type { SharedParts } from '../shared/protocol.js';
import { instantiate, type Waits } from '../shared/thread.js';
import type { CellChild, CoordinatorChild, Platform, WorkerChild } from '../platform/platform.js';
import { Client } from './client.js';
import type { Crew } from './crew.js';

/** How guests run: see `PoolOptions.tier`. */
export type Tier = 'shared' | 'jspi';

/** How the threads of a tier are started. */
export interface Starter {
  /** Where the script of what runs guests is. */
  readonly script: string;
  spawnCoordinator(): CoordinatorChild;
  spawnWorker(number: number): WorkerChild;
  /** Joins a pool that the coordinator has created. */
  join(parts: SharedParts, crew: Crew, pool: number): Client;
}

/** What starts the threads of the `jspi` tier, and is loaded by those pools only that need it (`cells.ts`). */
export interface CellsModule {
  readonly Cells: new (
    parts: Pick<SharedParts, 'abi' | 'wasm'>,
    memoryMib: number,
    spawn: (number: number) => CellChild,
  ) => CellStarter;
}

/** See `cells/tier.ts`. */
export interface CellStarter {
  readonly waits: Waits;
  spawnCoordinator(): CoordinatorChild;
  spawnWorker(): WorkerChild;
  clientOf(Base: typeof Client): typeof Client;
  join(client: Client): void;
}

export type LoadCells = () => Promise<CellsModule>;

/** What both need. */
export interface Site {
  readonly platform: Platform;
  readonly urls: Platform['urls'];
  readonly parts: Pick<SharedParts, 'abi' | 'wasm'>;
  readonly memoryMib: number;
  readonly loadCells: LoadCells;
  /** What threads are called after. */
  readonly label: string;
}

/** What is wished for. */
export type TierWish = Tier | 'auto';

/** Throws POOL_EINVAL if it is no such wish. */
export function wishOf(given: unknown): TierWish {
  if (given === undefined) return 'auto';
  if (given === 'auto' || given === 'shared' || given === 'jspi') return given;
  throw refusal('tier', given, '"auto", "shared" or "jspi"');
}

/** The tier that is wished for. Throws if it cannot be had here. */
export function tierOf(platform: Platform, wish: TierWish): Tier {
  if (wish !== 'jspi' && platform.isIsolated()) return 'shared';
  if (wish === 'shared') throw new NotIsolatedError();
  if (canSuspend()) return 'jspi';
  if (wish === 'auto') throw new NotIsolatedError();
  throw new PoolError('POOL_ENOTSUP', `this engine has no JSPI, which the tier "jspi" stands on: ${ENGINES} have it`);
}

const ENGINES = 'Chrome 137, Firefox 153, Safari 27 and Node 25';

export async function starterOf(name: Tier, site: Site): Promise<Starter> {
  return name === 'shared' ? sharedStarter(site) : jspiStarter(site);
}

function sharedStarter({ platform, urls, label }: Site): Starter {
  return {
    script: urls.worker,
    spawnCoordinator: () => started(urls.coordinator, (url) => platform.spawnCoordinator(url, `${label}-coordinator`)),
    spawnWorker: (number) => platform.spawnWorker(urls.worker, `${label}-worker-${number}`),
    join: (parts, crew, pool) => {
      const client = new Client(instantiate(parts, relayOf(crew)), pool);
      crew.onClientRing = () => client.ring();
      return client;
    },
  };
}

async function jspiStarter({ platform, urls, parts, memoryMib, loadCells, label }: Site): Promise<Starter> {
  const { Cells } = await loadCells();
  const cells = new Cells(parts, memoryMib, (number) => platform.spawnCell(urls.cell, `${label}-cell-${number}`));
  const FarClient = cells.clientOf(Client);
  return {
    script: urls.cell,
    spawnCoordinator: () => cells.spawnCoordinator(),
    spawnWorker: () => cells.spawnWorker(),
    join: (parts, crew, pool) => {
      const client = new FarClient(instantiate(parts, relayOf(crew), cells.waits), pool);
      cells.join(client);
      return client;
    },
  };
}

function relayOf(crew: Crew): (waiter: number) => void {
  return (waiter) => crew.relay({ type: 'millrace:ring', waiter });
}

/** A script of another origin, or one that a policy forbids, throws in some engines. */
function started<T>(url: string, spawn: (url: string) => T): T {
  try {
    return spawn(url);
  } catch (cause) {
    throw new StartError(`the coordinator could not be started: ${url}: ${(cause as Error).message}`, { cause });
  }
}
