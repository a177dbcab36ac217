/** Tells the main thread when all strands of a cell wait, so that another worker may have their places meanwhile, and what is used
 * then; but not of the waits that are over at once. */
import type { CellUses, FromCell } from '../shared/cell-protocol.js';

const AFTER_MS = 5;

/** While guests are woken so often in that time, it looks later: a timer that is soon due slows down each of their waits. */
const BUSY_WAITS = 8;
const BUSY_MS = 20;
const BUSY_TIMES = 3;

type RestTold = Omit<Extract<FromCell, { type: 'cell:rests' }>, 'type'>;

export class Rest {
  readonly #tell: (told: RestTold) => void;
  readonly #usesNow: () => CellUses;
  #runs = 0;
  #strands = 0;
  #suspended = 0;
  #told = false;
  #uses: CellUses = { memory: 0, calls: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How often it was to look while the timer ran, and how often it has put that off. */
  #looks = 0;
  #putOff = 0;

  constructor(usesNow: () => CellUses, tell: (told: RestTold) => void) {
    this.#usesNow = usesNow;
    this.#tell = tell;
  }

  /** There is a strand more, or one less. */
  onStrand(more: 1 | -1): void {
    this.#strands += more;
  }

  /** A job has come: nobody has been told of it that it waits. */
  onRun(): void {
    this.#runs++;
    if (this.#told) this.#say(false, undefined);
    this.look();
  }

  readonly onSuspend = (more: 1 | -1): void => {
    this.#suspended += more;
    if (more === 1) this.look();
    else if (this.#told) this.#say(false, undefined);
  };

  /** Looks whether all of them wait, in a while. */
  look(): void {
    this.#looks++;
    this.#timer ??= setTimeout(this.#onTime, AFTER_MS);
  }

  readonly #onTime = (): void => {
    const isBusy = this.#looks > BUSY_WAITS && ++this.#putOff < BUSY_TIMES;
    this.#looks = 0;
    this.#timer = isBusy ? setTimeout(this.#onTime, BUSY_MS) : undefined;
    if (!isBusy) this.#lookNow();
  };

  #lookNow(): void {
    this.#putOff = 0;
    const rests = this.#suspended >= this.#strands;
    const uses = this.#usesNow();
    const isNew = uses.memory !== this.#uses.memory || uses.calls !== this.#uses.calls;
    if (isNew || rests !== this.#told) this.#say(rests, uses);
    if (isNew) this.look(); // until it changes no more
  }

  #say(rests: boolean, uses: CellUses | undefined): void {
    this.#told = rests;
    this.#uses = uses ?? this.#uses;
    this.#tell({ rests, runs: this.#runs, uses });
  }
}
