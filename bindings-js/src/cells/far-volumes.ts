/** Directories where guests run in cells. Each lives in one cell, and the jobs that are given it run there. The main thread's
 * pool has an empty volume for each, which keeps its number and knows who uses it. */
import { errorCodes } from '../shared/layout.gen.js';
import type { FilesReply, FilesRequest, VolumeCalls } from '../shared/protocol.js';
import { errorOfStatus } from '../shared/errors.js';
import type { JobHandle } from '../client/client.js';
import type { CellLink } from './cell-link.js';
import { copyVolume } from './volume-copy.js';

/** A directory's volume. */
interface FarVolume {
  readonly number: number;
  home: CellLink;
  /** Its number there. */
  remote: number;
  readonly limits: readonly [maxBytes: number, maxFiles: number];
  /** Jobs that run with it. */
  readonly users: Set<JobHandle>;
  /** Jobs that were submitted with it, and have not ended. */
  holds: number;
  /** It goes with the last of those. */
  isDropped: boolean;
  /** What is under way in it, when it is to move. */
  last: Promise<unknown>;
}

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Who wants several volumes in one cell. */
interface Gathering {
  readonly job: JobHandle;
  readonly volumes: readonly FarVolume[];
  /** Others that move with his, for jobs that come later. */
  relatives: readonly FarVolume[];
  readonly then: (cell: CellLink | number) => void;
  /** His are being moved. */
  isMoving: boolean;
}

/** What asks of the main thread's own volumes. */
type AskLocal = (request: FilesRequest) => void;

export class FarVolumes {
  readonly #volumes = new Map<number, FarVolume>();
  readonly #asked = new Map<number, Asked>();
  readonly #askedOf = new Map<number, CellLink>();
  readonly #gatherings: Gathering[] = [];
  /** What each job has that was submitted and has not ended. */
  readonly #wishes = new Set<readonly FarVolume[]>();
  readonly #askLocal: AskLocal;
  readonly #reply: (reply: FilesReply) => void;
  readonly #choose: (volume: number) => Promise<CellLink>;
  readonly #onEmpty: (cell: CellLink) => void;
  /** Ours count downwards, those of the main thread upwards. */
  #lastId = 0;

  /** `choose` finds a cell for a new one; `onEmpty` is told of one in which none is left. */
  constructor(
    askLocal: AskLocal,
    reply: (reply: FilesReply) => void,
    choose: (volume: number) => Promise<CellLink>,
    onEmpty: (cell: CellLink) => void,
  ) {
    this.#askLocal = askLocal;
    this.#reply = reply;
    this.#choose = choose;
    this.#onEmpty = onEmpty;
  }

  /** What the main thread asks. */
  request({ id, call, args }: FilesRequest): void {
    const answer = (value: unknown): void => this.#reply({ type: 'millrace:files', id, status: 0, value });
    const fail = (error: unknown): void => {
      this.#reply({ type: 'millrace:files', id, status: statusOf(error), value: undefined });
    };
    void this.#do(call, args).then(answer, fail);
  }

  async #do(call: keyof VolumeCalls, args: readonly unknown[]): Promise<unknown> {
    const [number, ...rest] = args as [number, ...unknown[]];
    if (call === 'make') return this.#make([number, rest[0] as number], rest.slice(1));
    const volume = this.#volumes.get(number);
    if (!volume || volume.isDropped) throw errorOfStatus(errorCodes.POOL_EBADF);
    if (call === 'drop') return this.#drop(volume);
    await volume.last; // perhaps it moves
    return this.#ask(volume.home, call, [volume.remote, ...rest]);
  }

  async #make(limits: FarVolume['limits'], content: readonly unknown[]): Promise<number> {
    const number = (await this.#own('make', limits)) as number;
    const { home, remote } = await this.#settle(number, [...limits, ...content]);
    const place = { number, home, remote, limits };
    this.#volumes.set(number, { ...place, users: new Set(), holds: 0, isDropped: false, last: Promise.resolve() });
    return number;
  }

  /** Finds a place for one, and makes it there. */
  async #settle(number: number, making: readonly unknown[]): Promise<{ home: CellLink; remote: number }> {
    let home: CellLink | undefined;
    try {
      home = await this.#choose(number);
      return { home, remote: (await this.#ask(home, 'make', making)) as number };
    } catch (error) {
      if (home) this.#remove(number, home);
      await this.#own('drop', [number]);
      throw error;
    }
  }

  #remove(number: number, cell: CellLink): void {
    cell.volumes.delete(number);
    if (cell.volumes.size === 0) this.#onEmpty(cell);
  }

  async #drop(volume: FarVolume): Promise<void> {
    volume.isDropped = true;
    volume.holds++;
    await volume.last;
    await this.#own('drop', [volume.number]);
    await this.#letGo(volume);
  }

  async #letGo(volume: FarVolume): Promise<void> {
    if (--volume.holds > 0 || !volume.isDropped) return;
    const { number } = volume;
    if (this.#volumes.get(number) === volume) this.#volumes.delete(number); // another may have its number by now
    await volume.last; // perhaps it moves, and is elsewhere then
    const { home, remote } = volume;
    this.#remove(number, home);
    await this.#ask(home, 'drop', [remote]).catch((error: unknown) => {
      if (!home.isOver) throw error; // else it is gone with its cell
    });
  }

  /** A job was submitted with these: they are there until it has ended, when what is returned is to be called. */
  hold(numbers: readonly number[]): () => void {
    const held = [...new Set(numbers)].flatMap((number) => this.#volumes.get(number) ?? []);
    for (const volume of held) volume.holds++;
    this.#wishes.add(held);
    return () => {
      this.#wishes.delete(held);
      held.forEach((volume) => void this.#letGo(volume).catch(() => undefined)); // its cell may have ended
    };
  }

  /** A cell has ended, and what lived in it. */
  lose(cell: CellLink): void {
    for (const [id, { reject }] of [...this.#asked]) {
      if (this.#askedOf.get(id) !== cell) continue;
      this.#asked.delete(id);
      this.#askedOf.delete(id);
      reject(errorOfStatus(errorCodes.POOL_EIO));
    }
    this.#next(); // who waits for what lived there waits in vain
  }

  #ask(cell: CellLink, call: keyof VolumeCalls, args: readonly unknown[]): Promise<unknown> {
    if (cell.isOver) return Promise.reject(errorOfStatus(errorCodes.POOL_EIO));
    const id = --this.#lastId;
    const buffers = args.filter((each) => each instanceof ArrayBuffer);
    this.#askedOf.set(id, cell);
    cell.post({ type: 'millrace:files', id, call, args }, buffers);
    return this.#answerTo(id);
  }

  #own(call: keyof VolumeCalls, args: readonly unknown[]): Promise<unknown> {
    const id = --this.#lastId;
    this.#askLocal({ type: 'millrace:files', id, call, args });
    return this.#answerTo(id);
  }

  #answerTo(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  /** An answer, of a cell or of our own coordinator. */
  readonly onReply = ({ id, status, value }: FilesReply): void => {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    this.#askedOf.delete(id);
    if (status < 0) asked?.reject(errorOfStatus(status));
    else asked?.resolve(value);
  };

  /** The number of a volume in the cell where it lives. */
  remoteOf(number: number): number {
    return this.#volumes.get(number)?.remote ?? 0;
  }

  /** Finds the cell in which a job can have these volumes, now or once they have moved there; a status: it cannot. They are
   * used from then on, until `leave`. Until then who waits can give up, by what this returns. */
  gather(job: JobHandle, numbers: readonly number[], then: (cell: CellLink | number) => void): () => void {
    const volumes = [...new Set(numbers)].map((number) => this.#volumes.get(number));
    const gathering = { job, volumes: volumes as FarVolume[], then, isMoving: false, relatives: [] };
    if (volumes.some((volume) => !volume) || isLost(gathering)) then(errorCodes.POOL_EIO);
    else this.#gatherings.push(gathering);
    this.#next();
    return () => {
      if (gathering.isMoving || !this.#gatherings.includes(gathering)) return;
      this.#gatherings.splice(this.#gatherings.indexOf(gathering), 1);
      this.#next();
    };
  }

  /** A job has ended. */
  leave(job: JobHandle, numbers: readonly number[]): void {
    for (const number of numbers) this.#volumes.get(number)?.users.delete(job);
    this.#next();
  }

  /** Lets those go on who can. */
  #next(): void {
    for (let gathering = this.#firstReady(); gathering; gathering = this.#firstReady()) this.#begin(gathering);
  }

  /** The first for whom no two cells are in use, and who waits behind nobody that shares a volume with him; or for whom one is
   * lost. */
  #firstReady(): Gathering | undefined {
    const before = new Set<FarVolume>();
    for (const gathering of this.#gatherings) {
      if (!gathering.isMoving && (isLost(gathering) || !mustWait(gathering, before, () => true))) return gathering;
      for (const volume of [...gathering.volumes, ...gathering.relatives]) before.add(volume);
    }
    return undefined;
  }

  /** The jobs that wait for their volumes. */
  get waiting(): readonly JobHandle[] {
    return this.#gatherings.filter(({ isMoving }) => !isMoving).map(({ job }) => job);
  }

  /** Those of them that would wait if no jobs were left but some. */
  waitingFor(isLeft: (job: JobHandle) => boolean): JobHandle[] {
    const before = new Set<FarVolume>();
    const stay = this.#gatherings.filter((gathering) => {
      const { job, volumes, isMoving } = gathering;
      const stays = !isMoving && isLeft(job) && mustWait(gathering, before, isLeft);
      if (stays) for (const volume of volumes) before.add(volume);
      return stays;
    });
    return stay.map(({ job }) => job);
  }

  /** Has a job wait no longer: POOL_EBUSY. */
  refuse(job: JobHandle): void {
    const index = this.#gatherings.findIndex((gathering) => gathering.job === job && !gathering.isMoving);
    const [gathering] = index < 0 ? [] : this.#gatherings.splice(index, 1);
    gathering?.then(errorCodes.POOL_EBUSY);
    this.#next();
  }

  /** What is elsewhere moves to where those are that are in use. */
  #begin(gathering: Gathering): void {
    if (isLost(gathering)) return this.#end(gathering, errorCodes.POOL_EIO);
    const { volumes } = gathering;
    const { home } = volumes.find(({ users }) => users.size > 0) ?? volumes[0]!;
    const isElsewhere = (volume: FarVolume): boolean => volume.home !== home;
    gathering.relatives = this.#relativesOf(volumes).filter(isElsewhere);
    for (const volume of volumes) volume.users.add(gathering.job);
    const elsewhere = volumes.filter(isElsewhere);
    if (elsewhere.length + gathering.relatives.length === 0) return this.#end(gathering, home);
    gathering.isMoving = true;
    void this.#moveAll(elsewhere, gathering.relatives, home).then(
      () => this.#end(gathering, home.isOver ? errorCodes.POOL_EIO : home),
      (error: unknown) => this.#end(gathering, statusOf(error)),
    );
  }

  /** What jobs want beside these, and beside that, and nobody uses. It comes along: were a job of these to wait for one that
   * wants more, as the first stage of a pipeline does for the second, both could wait for ever. */
  #relativesOf(volumes: readonly FarVolume[]): FarVolume[] {
    const all = new Set(volumes);
    for (const volume of all) {
      for (const wish of this.#wishes)
        if (wish.length > 1 && wish.includes(volume)) wish.forEach((each) => all.add(each));
    }
    const moving = this.#gatherings
      .filter(({ isMoving }) => isMoving)
      .flatMap((each) => [...each.volumes, ...each.relatives]);
    const isFree = (volume: FarVolume): boolean =>
      volume.users.size === 0 && !volume.home.isOver && !volumes.includes(volume) && !moving.includes(volume);
    return [...all].filter(isFree);
  }

  #end(gathering: Gathering, got: CellLink | number): void {
    this.#gatherings.splice(this.#gatherings.indexOf(gathering), 1);
    gathering.then(got);
    if (typeof got === 'number')
      this.leave(
        gathering.job,
        gathering.volumes.map(({ number }) => number),
      );
    else if (gathering.isMoving) this.#next();
  }

  async #moveAll(volumes: readonly FarVolume[], relatives: readonly FarVolume[], home: CellLink): Promise<void> {
    for (const volume of volumes) await this.#move(volume, home);
    for (const volume of relatives) await this.#move(volume, home).catch(() => undefined); // its own job will be told
  }

  #move(volume: FarVolume, home: CellLink): Promise<void> {
    const moving = volume.last.then(async () => {
      const { home: from, remote: source } = volume;
      const target = (await this.#ask(home, 'make', volume.limits)) as number;
      const drop = (): Promise<unknown> => this.#ask(home, 'drop', [target]).catch(() => undefined);
      await copyVolume(
        (call, ...args) => this.#ask(from, call, [source, ...args]),
        (call, ...args) => this.#ask(home, call, [target, ...args]),
      ).catch((error: unknown) =>
        drop().then(() => {
          throw error;
        }),
      );
      volume.home = home;
      volume.remote = target;
      home.volumes.add(volume.number);
      this.#remove(volume.number, from);
      void this.#ask(from, 'drop', [source]).catch(() => undefined); // it has moved, even if that cell has ended by now
    });
    volume.last = moving.catch(() => undefined);
    return moving;
  }
}

function statusOf(error: unknown): number {
  return errorCodes[(error as { code?: keyof typeof errorCodes }).code ?? 'POOL_EIO'] ?? errorCodes.POOL_EIO;
}

/** Whether the cell of something that it wants has ended. */
function isLost({ volumes }: Gathering): boolean {
  return volumes.some(({ home }) => home.isOver);
}

/** Whether such jobs use what it wants in two cells, or it waits behind somebody that wants one of the same. */
function mustWait(
  { volumes }: Gathering,
  before: ReadonlySet<FarVolume>,
  counts: (job: JobHandle) => boolean,
): boolean {
  const used = new Set(volumes.filter(({ users }) => [...users].some(counts)).map(({ home }) => home));
  return used.size > 1 || volumes.some((volume) => before.has(volume));
}
