/** An export called for each item of an iterable, on instances that are kept for as long as it goes on. */
import { abortError, EndedError, NotStartedError, PoolError } from '../shared/errors.js';
import { refusal } from '../shared/gate.js';
import { onAbort } from './abort.js';
import type { Instance } from './instance.js';
import { type Items, letGo } from './items.js';
import { type CheckedMap, unlimited } from './options.js';
import type { Patience } from './patience.js';
import { dropped } from './streams.js';
import { type AnyResult, type InstanceCall, valuesOf } from './values.js';

/** What came of an item. */
type Outcome = { readonly value: AnyResult } | { readonly error: unknown };

/** How many calls are sent to an instance at once: many if sending them takes longer than running them, and few if a slow
 * one would keep others from an instance that is free. Many are sent by halves, since each piece wakes a worker. */
const FEW = 2;
const MANY = 128;
const QUICK_MS = 2;
const SLOW_MS = 20;

/** Opens an instance that ends when the signal aborts. */
export type Open = (signal: AbortSignal) => Promise<Instance>;

export type Results = AsyncGenerator<AnyResult, void, void>;

/** The results, as they are asked for. Whatever ends it, its instances end with it. A generator takes several turns for
 * each result; one that is there when it is asked for goes past it. `patience` is how long all of it may take. */
export function mapOver(items: Items, options: CheckedMap, open: Open, patience: Patience): Results {
  let mapping: Mapping | undefined;
  let nAsked = 0;
  let hasBegun = false;
  const begin = (): Mapping => {
    hasBegun = true;
    return (mapping = new Mapping(items, options, open, patience));
  };
  const end = (): void => {
    mapping = undefined;
  };
  const leave = (): void => {
    if (!hasBegun) letGo(items); // and it will not begin
    hasBegun = true;
    mapping?.leave();
    end();
  };
  const answered = (): void => {
    nAsked--;
  };
  const results = generate(begin, end);
  const slow = {
    next: results.next.bind(results),
    return: results.return.bind(results),
    throw: results.throw.bind(results),
  };
  const next: Results['next'] = () => {
    const ready = nAsked === 0 ? mapping?.ready() : undefined;
    if (ready) return Promise.resolve({ value: ready.value, done: false });
    nAsked++;
    const result = slow.next();
    result.then(answered, answered);
    return result;
  };
  return Object.assign(results, {
    next,
    return: (value: void | PromiseLike<void>) => (leave(), slow.return(value)),
    throw: (error: unknown) => (leave(), slow.throw(error)),
  });
}

async function* generate(begin: () => Mapping, end: () => void): Results {
  const mapping = begin();
  try {
    for (;;) {
      const outcome = await mapping.next();
      if (!outcome) return;
      if ('error' in outcome) throw outcome.error;
      yield outcome.value;
    }
  } finally {
    end();
    await mapping.close();
  }
}

function ignore(): void {
  // whoever waits for the end does not ask how it was
}

/** An instance, and how much it has to do. */
class Lane {
  busy = 0;
  readonly #gone: Promise<void>;
  #instance: Instance | undefined;
  /** When it was asked, while it had nothing else to do, or has answered last. */
  #since = 0;

  /** `onOpen` is told when it is there, which may be never: it may need a worker that others keep. `onEnd` is told if it
   * fails. */
  constructor(opening: Promise<Instance>, onOpen: () => void, onEnd: (error: unknown) => void) {
    const opened = opening.then((instance) => {
      this.#instance = instance;
      instance.status.catch(onEnd);
      onOpen();
      return instance.status;
    });
    opening.catch(onEnd);
    this.#gone = opened.then(ignore, ignore); // a function made here would hold the instance for as long as it lives
  }

  get isOpen(): boolean {
    return this.#instance !== undefined;
  }

  /** pre: it is open. Calls `settle` once, with what comes of it, and how many milliseconds the instance had nothing else to do meanwhile. */
  call(call: InstanceCall, settle: (outcome: Outcome, ms: number) => void): void {
    if (this.busy++ === 0) this.#since = performance.now();
    const end = (outcome: Outcome): void => {
      const begin = this.#since;
      this.busy--;
      this.#since = performance.now();
      settle(outcome, this.#since - begin);
    };
    const fail = (error: unknown): void => end({ error });
    this.#instance!.run(call, unlimited, (value) => end({ value }), fail);
  }

  /** Waits until it is gone. */
  gone(): Promise<void> {
    return this.#gone;
  }
}

function isResult(item: unknown): item is IteratorResult<unknown> {
  return (typeof item === 'object' && item !== null) || typeof item === 'function';
}

/** The error of an item that is wrong says which one it is. That of an item which came to an instance that had ended is why. */
function ofItem(number: number, given: unknown): unknown {
  const error = given instanceof EndedError ? (given.cause ?? given) : given;
  if (error instanceof NotStartedError)
    return new NotStartedError(error.code, `items[${number}]: ${error.message}`, { cause: error });
  const isWrong = error instanceof PoolError && ['POOL_EINVAL', 'POOL_E2BIG'].includes(error.code);
  return isWrong ? new PoolError(error.code, `items[${number}]: ${error.message}`, { cause: error }) : error;
}

class Mapping {
  /** Those of which somebody waits for a result: nothing else may hold them then, as while an instance is made. */
  static readonly #awaited = new Set<Mapping>();
  readonly #items: Items;
  readonly #options: CheckedMap;
  readonly #open: Open;
  readonly #lanes: Lane[] = [];
  /** Items that no instance has yet. */
  readonly #waiting: { readonly number: number; readonly call: InstanceCall }[] = [];
  readonly #controller = new AbortController();
  readonly #forget: readonly (() => void)[];
  /** Of items that are not taken yet: in their order, with gaps, or in the order in which they came. */
  readonly #outcomes: (Outcome | undefined)[] = [];
  /** How many items were begun, and how many results were taken. */
  #begun = 0;
  #taken = 0;
  #window = FEW;
  #isReading = false;
  #isAtEnd = false;
  #isLeft = false;
  /** Why it has ended, or one of its instances has. */
  #failure: { readonly error: unknown; readonly atOnce: boolean } | undefined;
  #wake: () => void = () => undefined;

  constructor(items: Items, options: CheckedMap, open: Open, patience: Patience) {
    this.#items = items;
    this.#options = options;
    this.#open = open;
    const { signal } = options;
    const onAborted = (): void => this.#fail(abortError(signal!.reason, options.what), true);
    this.#forget = [onAbort(signal, onAborted), Mapping.#watch(this, patience)];
    if (signal?.aborted) this.#fail(abortError(signal.reason, options.what), true);
  }

  /** The next result; `undefined`: there is none any more. */
  async next(): Promise<Outcome | undefined> {
    for (;;) {
      if (this.#isLeft) return undefined;
      if (this.#failure?.atOnce) return this.#failure;
      this.#fill();
      const outcome = this.#take();
      if (outcome) return outcome;
      if (this.#taken === this.#begun && this.#failure) return this.#failure;
      if (this.#taken === this.#begun && this.#isAtEnd) return undefined;
      Mapping.#awaited.add(this);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      Mapping.#awaited.delete(this);
    }
  }

  /** Ends its instances, and lets go of the iterable. */
  async close(): Promise<void> {
    for (const each of this.#forget) each();
    if (!this.#isAtEnd) letGo(this.#items);
    this.#isAtEnd = true;
    this.#controller.abort();
    await Promise.all(this.#lanes.map((lane) => lane.gone()));
  }

  /** Nobody wants a result any more, also who waits for one. */
  leave(): void {
    this.#isLeft = true;
    this.#wake();
  }

  /** A result that can be had without waiting, if the next one is one. */
  ready(): { readonly value: AnyResult } | undefined {
    const first = this.#outcomes[0];
    if (!first || 'error' in first || this.#failure?.atOnce) return undefined;
    this.#take();
    this.#fill();
    return first;
  }

  #take(): Outcome | undefined {
    const outcome = this.#outcomes[0];
    if (!outcome) return undefined;
    this.#outcomes.shift();
    this.#taken++;
    return outcome;
  }

  /** Reads as many items as may be under way, with those whose results are not taken yet. */
  #fill(): void {
    const most = this.#options.concurrency * this.#window;
    if (this.#window === MANY && this.#begun - this.#taken > most / 2) return;
    while (!this.#isReading && !this.#isAtEnd && this.#begun - this.#taken < most) this.#read();
  }

  #read(): void {
    try {
      if (!this.#items.isAsync) return this.#onItem(this.#items.iterator.next());
      const next = Promise.resolve(this.#items.iterator.next());
      this.#isReading = true;
      next.then(
        (item) => this.#onRead(() => this.#onItem(item)),
        (error: unknown) => this.#onRead(() => this.#stop(error)),
      );
    } catch (error) {
      this.#stop(error);
    }
  }

  #onRead(then: () => void): void {
    this.#isReading = false;
    if (this.#isAtEnd) return;
    try {
      then();
    } catch (error) {
      this.#stop(error);
    }
    this.#fill();
    this.#wake();
  }

  #onItem(item: unknown): void {
    if (!isResult(item)) throw refusal('what next() of the iterable gives', item, 'an object, { value, done }');
    if (item.done) this.#isAtEnd = true;
    else this.#begin(item.value);
  }

  /** The iterable has failed: its error stands in the place of the next item's result. */
  #stop(error: unknown): void {
    this.#isAtEnd = true;
    this.#settle(this.#begun++, { error });
  }

  #begin(item: unknown): void {
    const number = this.#begun++;
    try {
      if (this.#failure) throw this.#failure.error;
      const { exported: name, returns } = this.#options;
      this.#waiting.push({ number, call: { name, values: valuesOf(Array.isArray(item) ? item : [item]), returns } });
    } catch (error) {
      return this.#settle(number, { error: error === this.#failure?.error ? error : ofItem(number, error) });
    }
    this.#handOn();
  }

  /** Gives items to instances that are there: one that is not may come never, if others keep the workers. */
  #handOn(): void {
    for (let lane = this.#lane(); lane; lane = this.#lane()) this.#give(lane, this.#waiting.shift()!);
  }

  #give(lane: Lane, { number, call }: { readonly number: number; readonly call: InstanceCall }): void {
    lane.call(call, (outcome, ms) => {
      if (ms < QUICK_MS) this.#window = MANY;
      else if (ms > SLOW_MS) this.#window = FEW;
      this.#settle(number, 'error' in outcome ? { error: ofItem(number, outcome.error) } : outcome);
      if (this.#waiting.length > 0 && lane.busy <= this.#window / 2) this.#handOn();
    });
  }

  #settle(number: number, outcome: Outcome): void {
    this.#outcomes[this.#options.ordered ? number - this.#taken : this.#outcomes.length] = outcome;
    this.#wake();
  }

  /** Who gets the next item: the instance that has the least to do. If all are busy, one more is made. While it is, slow
   * ones do not get a second item, which it might have begun earlier. */
  #lane(): Lane | undefined {
    if (this.#waiting.length === 0) return undefined;
    let least: Lane | undefined;
    let areOpen = true;
    for (const lane of this.#lanes) {
      if (!lane.isOpen) areOpen = false;
      else if (!least || lane.busy < least.busy) least = lane;
    }
    if (least?.busy === 0) return least;
    if (this.#lanes.length < this.#options.concurrency) {
      areOpen = false;
      this.#add();
    }
    return least && least.busy < this.#window && (areOpen || this.#window === MANY) ? least : undefined;
  }

  #add(): void {
    const held = new WeakRef(this);
    const onOpen = (): void => {
      const alive = held.deref();
      if (alive) alive.#handOn();
    };
    this.#lanes.push(new Lane(this.#open(this.#controller.signal), onOpen, Mapping.#failureOf(this)));
  }

  /** Tells of a failure of an instance, or of the pool, and holds nothing: a loop that nobody goes on with is garbage, and its
   * instances too. */
  static #failureOf(mapping: Mapping): (error: unknown) => void {
    const held = new WeakRef(mapping);
    return (error) => {
      const alive = held.deref();
      if (alive) alive.#fail(error, false);
    };
  }

  /** Tells when its time is over, or the pool, until what this returns is called: also one that has no instance yet, which
   * would tell, because it waits for an item. */
  static #watch(mapping: Mapping, patience: Patience): () => void {
    let forget!: () => void;
    const over = new Promise<void>((resolve) => (forget = resolve));
    patience.until(over).catch(Mapping.#failureOf(mapping));
    dropped.register(mapping, forget);
    return forget;
  }

  #fail(error: unknown, atOnce: boolean): void {
    this.#failure ??= { error, atOnce };
    for (const { number } of this.#waiting.splice(0)) this.#settle(number, { error });
    this.#wake();
  }
}
