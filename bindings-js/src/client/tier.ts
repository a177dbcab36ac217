/** The two ways in which a pool can have its guests run, and which of them there is. */
import { NotIsolatedError, PoolError } from '../shared/errors.js';
import { refusal } from '../shared/gate.js';
import { canSuspend } from '../shared/jspi.js';
import type { SharedParts } from '../shared/protocol.js';
import { instantiate, type Waits } from '../shared/thread.js';
import type { CellChild, CoordinatorChild, Platform, Script, ScriptKind, WorkerChild } from '../platform/platform.js';
import { Client } from './client.js';
import type { Crew } from './crew.js';

/** How guests run: see `PoolOptions.tier`. */
export type Tier = 'shared' | 'jspi';

/** How the threads of a tier are started. */
export interface Starter {
  /** Where the scripts are of what runs guests, and of the coordinator. */
  readonly script: string;
  readonly coordinator: string;
  /** What the platform gave when a thread failed last. */
  readonly failure: () => unknown;
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

/** The scripts that a tier needs. */
export interface Scripts {
  readonly of: Readonly<Partial<Record<ScriptKind, Script>>>;
  /** What the platform gave when a thread failed last. */
  readonly failure: () => unknown;
}

/** What both need. */
export interface Site {
  readonly platform: Platform;
  readonly scripts: Scripts;
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
  if (wish === 'shared') throw new NotIsolatedError('shared');
  if (canSuspend()) return 'jspi';
  if (wish === 'auto') throw new NotIsolatedError();
  throw new PoolError('POOL_ENOTSUP', `this engine has no JSPI, which the tier "jspi" stands on: ${ENGINES} have it`);
}

const ENGINES = 'Chrome 137, Firefox 153, Safari 27 and Node 25';

/** What a thread is called. Coordinators have no number. */
function threadName(label: string, kind: ScriptKind, number: number): string {
  return kind === 'coordinator' ? `${label}-coordinator` : `${label}-${kind}-${number}`;
}

/** What the first threads of a script are called, of a pool that begins with so many workers. */
export function firstNames(label: string, kind: ScriptKind, workers: number): string[] {
  const n = kind === 'coordinator' ? 1 : workers;
  return Array.from({ length: n }, (_, i) => threadName(label, kind, i + 1));
}

export async function starterOf(name: Tier, site: Site): Promise<Starter> {
  return name === 'shared' ? sharedStarter(site) : jspiStarter(site);
}

/** Gets the scripts of a tier ready, beside each other. */
export async function openScripts(name: Tier, open: (kind: ScriptKind) => Promise<Script>): Promise<Scripts> {
  const kinds: readonly ScriptKind[] = name === 'shared' ? ['coordinator', 'worker'] : ['cell'];
  let failure: unknown;
  const note = (cause: unknown): void => {
    failure = cause;
  };
  const scripts = kinds.map(async (kind) => [kind, heard(await open(kind), note)] as const);
  return { of: Object.fromEntries(await Promise.all(scripts)), failure: () => failure };
}

/** The same, noting what fails. */
function heard(script: Script, note: (cause: unknown) => void): Script {
  return {
    place: script.place,
    spawn: <Out, In>(name: string) => {
      try {
        const child = script.spawn<Out, In>(name);
        child.onFailure((_text, cause) => note(cause));
        return child;
      } catch (error) {
        note(error);
        throw error;
      }
    },
  };
}

function sharedStarter({ scripts, label }: Site): Starter {
  const [coordinator, worker] = [scripts.of.coordinator!, scripts.of.worker!];
  return {
    failure: scripts.failure,
    script: worker.place,
    coordinator: coordinator.place,
    spawnCoordinator: () => coordinator.spawn(threadName(label, 'coordinator', 0)),
    spawnWorker: (number) => worker.spawn(threadName(label, 'worker', number)),
    join: (parts, crew, pool) => {
      const client = new Client(instantiate(parts, relayOf(crew)), pool);
      crew.onClientRing = () => client.ring();
      return client;
    },
  };
}

async function jspiStarter({ scripts, parts, memoryMib, loadCells, label }: Site): Promise<Starter> {
  const { Cells } = await loadCells();
  const cell = scripts.of.cell!;
  const cells = new Cells(parts, memoryMib, (number) => cell.spawn(threadName(label, 'cell', number)));
  const FarClient = cells.clientOf(Client);
  return {
    failure: scripts.failure,
    script: cell.place,
    coordinator: cell.place,
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
