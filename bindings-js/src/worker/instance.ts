/** An instance: a guest that is kept, and called again and again by records out of a pipe. */
import { errorCodes, layout } from '../shared/layout.gen.js';
import { nameDecoder } from '../shared/name-decoder.js';
import type { Thread } from '../shared/thread.js';
import { readValue, writeValues } from '../shared/value.js';
import { Ending, type Enter, type EnterNow, isRefusal } from './ending.js';
import { type ExportedFunction, notTaken, takesNumber, type Value } from './export-call.js';
import { GuestBytes, type Piece } from './guest-bytes.js';
import { Refusal } from './refusal.js';
import { drive, type Steps } from './steps.js';

/** Hands over what an export returned, that was given these. */
type Answer = (of: Called, returned: unknown, pieces: readonly Piece[]) => Steps<Ending | number>;

/** What a record calls. */
interface Called {
  readonly name: string;
  readonly called: ExportedFunction;
  readonly values: readonly Value[];
  /** Of what it returns, for who wants them exactly; `undefined`: as JavaScript sees them. */
  readonly types: readonly number[] | undefined;
}

/** What an instance needs of whoever runs the guest. */
export interface Runner {
  readonly enter: Enter;
  /** `undefined`: the thread may not block, or who runs the guest takes part in each call. */
  readonly enterNow: EnterNow | undefined;
  /** The types of what an export returns; `undefined`: they cannot be told. */
  readonly typesOf: (name: string) => readonly number[] | undefined;
}

const encoder = new TextEncoder();

export class InstanceServer {
  readonly #thread: Thread;
  readonly #enter: Enter;
  readonly #enterNow: Runner['enterNow'];
  readonly #typesOf: Runner['typesOf'];
  /** By their numbers: their indices in the list of the module's exports. */
  readonly #exports: readonly (readonly [name: string, value: WebAssembly.ExportValue])[];
  readonly #bytes: GuestBytes;
  /** Where records are, in and out. */
  readonly #buffer: number;

  /** `names` are the module's exports. */
  constructor(
    thread: Thread,
    { enter, enterNow, typesOf }: Runner,
    names: Iterable<string>,
    exports: WebAssembly.Exports,
  ) {
    this.#thread = thread;
    this.#enter = enter;
    this.#enterNow = enterNow;
    this.#typesOf = typesOf;
    this.#exports = Array.from(names, (name) => [name, exports[name]!] as const);
    this.#bytes = new GuestBytes(enter, exports);
    this.#buffer = thread.c.instance_begin() >>> 0;
  }

  /** Says that the guest is there, and how many values each export takes; then does what comes, until nobody has more to
   * ask. `undefined`: the job is to end. */
  *serve(): Steps<Ending | undefined> {
    const { c } = this.#thread;
    let status = yield* this.#answerBytes(
      layout.INSTANCE_DONE,
      0,
      new Uint8Array(this.#exports.map(([, each]) => arityOf(each))),
    );
    while (status === 1) {
      const enter = this.#enterNow;
      const next = enter ? this.#callNow(enter) : ((yield [c.instance_next, []]) as number); // sleeps here
      const done = next === 1 ? yield* this.#serveOne() : next;
      if (done instanceof Ending) return done;
      status = done;
    }
    return status === 0 ? new Ending(layout.POOL_EXITED) : undefined;
  }

  /** Does all plain calls that come, at once: steps would take longer than most of them. 1: something else has come, and is in
   * the buffer; otherwise a status, or how the job ends. */
  #callNow(enter: EnterNow): Ending | number {
    const { c, heap } = this.#thread;
    for (;;) {
      const status = c.instance_next(); // sleeps here
      if (status !== 1 || heap.u32(this.#buffer + layout.instance_record_kind) !== layout.INSTANCE_CALL) return status;
      const [name, called] = this.#exports[heap.u32(this.#buffer + layout.instance_record_at)]!;
      const values = this.#values(({ value }) => value);
      if ((called as ExportedFunction).length !== values.length) return status;
      const returned = enter(called as ExportedFunction, values, surviving(name, values));
      if (returned instanceof Ending) return returned;
      const sent = this.#answerNow(returned);
      if (sent !== 1) return sent;
    }
  }

  #answerNow(returned: unknown): number {
    const size = returned instanceof Refusal ? returned : this.#putReturned(returned);
    if (typeof size === 'number') return this.#thread.c.instance_send(size);
    return drive(size === returned ? this.#refuse(size) : this.#fail(size)) as number;
  }

  /** What is in the buffer: a status, or how the job ends. */
  #serveOne(): Steps<Ending | number> {
    const { heap } = this.#thread;
    const at = heap.u32(this.#buffer + layout.instance_record_at);
    const size = heap.u32(this.#buffer + layout.instance_record_size);
    switch (heap.u32(this.#buffer + layout.instance_record_kind)) {
      case layout.INSTANCE_CALL:
        return this.#call(at);
      case layout.INSTANCE_PASS:
        return this.#pass(at, size, ({ types }, returned) => this.#answer(returned, types));
      case layout.INSTANCE_FETCH:
        return this.#pass(at, size, (of, ...returned) => this.#answerResult(of.name, ...returned));
      case layout.INSTANCE_READ:
        return this.#read(at, size);
      case layout.INSTANCE_WRITE:
        return this.#write(at, size);
      default:
        return protocolError();
    }
  }

  *#call(number: number): Steps<Ending | number> {
    const [name, called] = this.#exports[number]!;
    const values = this.#values(({ value }) => value);
    const takes = (called as ExportedFunction).length;
    if (takes !== values.length) {
      return yield* this.#refuse(new Refusal('POOL_EINVAL', takesNumber(name, takes, values.length)));
    }
    const returned = yield* this.#run(name, called, values);
    if (returned instanceof Ending) return returned;
    return yield* returned instanceof Refusal ? this.#refuse(returned) : this.#answer(returned);
  }

  #run(name: string, called: WebAssembly.ExportValue, values: readonly (number | bigint)[]): Steps<unknown> {
    return this.#enter<unknown>(
      function* () {
        return yield [called, values];
      },
      surviving(name, values),
    );
  }

  /** The same with bytes among the values, `size` of them in all, or in what it returns. */
  *#pass(number: number, size: number, answer: Answer): Steps<Ending | number> {
    const { c, heap } = this.#thread;
    const fetches = heap.u32(this.#buffer + layout.instance_record_kind) === layout.INSTANCE_FETCH;
    const values = this.#values((value) => value);
    const found =
      number === layout.INSTANCE_NAMED ? yield* this.#findNamed(values) : this.#findNumbered(number, values);
    if (typeof found === 'number') return found;
    const pieces = found instanceof Refusal ? found : yield* this.#takeFor(found, fetches);
    if (pieces instanceof Ending) return pieces;
    if (found instanceof Refusal || pieces instanceof Refusal) {
      const nameSize = number === layout.INSTANCE_NAMED ? sizeOf(values[0]!) : 0;
      const status = (yield [c.instance_skip, [size - nameSize]]) as number;
      return status === 1 ? yield* this.#refuse(pieces as Refusal) : status;
    }
    for (const piece of pieces) {
      const status = (yield [c.instance_take, [piece.address, piece.size]]) as number;
      if (status !== 1) return status;
    }
    return yield* this.#callWith(found, pieces, answer);
  }

  *#callWith(found: Called, pieces: readonly Piece[], answer: Answer): Steps<Ending | number> {
    const returned = yield* this.#run(found.name, found.called, withPieces(found.values, pieces));
    if (returned instanceof Ending) return returned;
    const status = yield* returned instanceof Refusal ? this.#refuse(returned) : answer(found, returned, pieces);
    return (yield* this.#bytes.free(pieces)) ?? status;
  }

  #findNumbered(number: number, values: readonly Value[]): Called {
    const [name, called] = this.#exports[number]!;
    return { name, called: called as ExportedFunction, values, types: undefined };
  }

  /** The export whose name are the first of the bytes; a status: they do not come. */
  *#findNamed([first, ...values]: readonly Value[]): Steps<Called | Refusal | number> {
    if (!first || !isBytes(first)) return errorCodes.POOL_EPROTO;
    const size = sizeOf(first);
    const status = (yield [this.#thread.c.instance_text, [size]]) as number;
    if (status !== 1) return status;
    const at = this.#buffer + layout.instance_buffer_behind;
    const name = nameDecoder.decode(this.#thread.heap.u8(at + size).slice(at, at + size));
    const called = this.#exports.find(([each]) => each === name)?.[1];
    if (typeof called !== 'function') return new Refusal('POOL_ENOENT', `the module exports no function ${name}`);
    return { name, called: called as ExportedFunction, values, types: this.#typesOf(name) };
  }

  /** Memory of the guest's for the bytes among the values, if it can be called with them. */
  *#takeFor({ name, called, values }: Called, fetches: boolean): Steps<Piece[] | Refusal | Ending> {
    const sizes = values.filter(isBytes).map(sizeOf);
    const refusal = sizes.length > 0 || fetches ? this.#bytes.refusal() : undefined;
    if (refusal) return refusal;
    const given = values.length + sizes.length;
    if (called.length === given) return sizes.length > 0 ? yield* this.#bytes.take(sizes) : [];
    const why = sizes.length > 0 ? ', two for each string and for bytes' : '';
    return new Refusal('POOL_EINVAL', takesNumber(name, called.length, given) + why);
  }

  /** What was returned tells where the bytes are. */
  *#answerResult(name: string, returned: unknown, pieces: readonly Piece[]): Steps<Ending | number> {
    const result = this.#bytes.resultOf(name, returned);
    if (result instanceof Refusal) return yield* this.#fail(result);
    if (result.size > 0 && !this.#bytes.has(result)) return yield* this.#fail(this.#bytes.beyond(result));
    const status = yield* this.#giveResult(result);
    return (yield* this.#bytes.freeResult(result, pieces)) ?? status;
  }

  *#giveResult({ address, size }: Piece): Steps<number> {
    if (size > layout.POOL_BYTES_MAX) {
      const text = `${size} bytes were returned, and ${layout.POOL_BYTES_MAX} can be handed over`;
      return yield* this.#fail(new Refusal('POOL_E2BIG', text));
    }
    return yield* this.#give(address, size);
  }

  #values<T>(of: (value: Value) => T): T[] {
    const { heap } = this.#thread;
    const n = heap.u32(this.#buffer + layout.instance_record_n_values);
    const first = this.#buffer + layout.sizeof_instance_record;
    const view = heap.view(first + n * layout.sizeof_pool_value);
    const values: T[] = [];
    for (let i = 0; i < n; i++) values.push(of(readValue(view, first + i * layout.sizeof_pool_value)));
    return values;
  }

  *#read(address: number, size: number): Steps<number> {
    const piece = { address, size };
    return yield* this.#bytes.has(piece) ? this.#give(address, size) : this.#refuse(this.#bytes.beyond(piece));
  }

  /** Answers with bytes of the guest's memory. */
  *#give(address: number, size: number): Steps<number> {
    const status = yield* this.#head(layout.INSTANCE_DONE, 0, size);
    if (status !== 1 || size === 0) return status;
    return (yield [this.#thread.c.instance_give, [address, size]]) as number;
  }

  *#write(address: number, size: number): Steps<number> {
    const { c } = this.#thread;
    const piece = { address, size };
    const has = this.#bytes.has(piece);
    const status = (yield has ? [c.instance_take, [address, size]] : [c.instance_skip, [size]]) as number;
    if (status !== 1) return status;
    return yield* has ? this.#answer(undefined) : this.#refuse(this.#bytes.beyond(piece));
  }

  /** Nothing has run. */
  #refuse(refusal: Refusal): Steps<number> {
    return this.#tell(layout.INSTANCE_REFUSED, refusal);
  }

  /** It has run. */
  #fail(refusal: Refusal): Steps<number> {
    return this.#tell(layout.INSTANCE_FAILED, refusal);
  }

  #tell(kind: number, { code, text }: Refusal): Steps<number> {
    const bytes = encoder.encode(text).subarray(0, layout.INSTANCE_TEXT_BYTES);
    return this.#answerBytes(kind, -errorCodes[code], bytes);
  }

  *#answerBytes(kind: number, at: number, bytes: Uint8Array): Steps<number> {
    let status = yield* this.#head(kind, at, bytes.length);
    for (let done = 0; status === 1 && done < bytes.length; done += layout.INSTANCE_TEXT_BYTES) {
      const part = bytes.subarray(done, done + layout.INSTANCE_TEXT_BYTES);
      this.#thread.heap.u8(this.#buffer + part.length).set(part, this.#buffer);
      status = (yield [this.#thread.c.instance_send, [part.length]]) as number;
    }
    return status;
  }

  /** What an export returned: nothing, a value, or an array of them. */
  #answer(returned: unknown, types?: readonly number[]): Steps<number> {
    const size = this.#putReturned(returned, types);
    return typeof size === 'number' ? this.#send(size) : this.#fail(size);
  }

  /** Puts the record of what was returned into the buffer: its size. */
  #putReturned(returned: unknown, types?: readonly number[]): number | Refusal {
    const results: unknown[] = returned === undefined ? [] : Array.isArray(returned) ? returned : [returned];
    if (results.length > layout.POOL_VALUES_MAX) {
      return new Refusal('POOL_E2BIG', `it returned ${results.length} values, and 16 can be handed over`);
    }
    const first = this.#buffer + layout.sizeof_instance_record;
    const view = this.#thread.heap.view(first + results.length * layout.sizeof_pool_value);
    writeValues(view, first, results, types);
    return this.#putHead(layout.INSTANCE_DONE, 0, 0, results.length);
  }

  /** Sends a record that no values are behind. */
  #head(kind: number, at: number, size: number): Steps<number> {
    return this.#send(this.#putHead(kind, at, size, 0));
  }

  *#send(size: number): Steps<number> {
    return (yield [this.#thread.c.instance_send, [size]]) as number;
  }

  /** Puts a record into the buffer: how large it is with the values that are behind it. */
  #putHead(kind: number, at: number, size: number, nValues: number): number {
    const { heap } = this.#thread;
    heap.setU32(this.#buffer + layout.instance_record_kind, kind);
    heap.setU32(this.#buffer + layout.instance_record_at, at);
    heap.setU32(this.#buffer + layout.instance_record_size, size);
    heap.setU32(this.#buffer + layout.instance_record_n_values, nValues);
    return layout.sizeof_instance_record + nValues * layout.sizeof_pool_value;
  }
}

/** That an engine does not take the values is an answer. */
function surviving(name: string, values: readonly unknown[]): (thrown: unknown) => Refusal | undefined {
  return (thrown) => (isRefusal(thrown) ? new Refusal('POOL_EINVAL', notTaken(name, values, thrown)) : undefined);
}

/** A record of another kind. */
function* protocolError(): Steps<number> {
  return errorCodes.POOL_EPROTO;
}

/** How many values an export takes; a function has up to 1,000, and nobody calls one with more than 16. */
function arityOf(each: WebAssembly.ExportValue): number {
  return typeof each === 'function' ? Math.min(each.length, 255) : 0;
}

function isBytes({ type }: Value): boolean {
  return type === layout.INSTANCE_BYTES;
}

/** Of a value that stands for bytes. */
function sizeOf({ value }: Value): number {
  return Number(value) >>> 0;
}

/** What an export is called with: bytes are an address and a size. */
function withPieces(values: readonly Value[], pieces: readonly Piece[]): (number | bigint)[] {
  const rest = pieces.values();
  return values.flatMap((value) => {
    const piece = isBytes(value) ? rest.next().value : undefined;
    return piece ? [piece.address, piece.size] : [value.value];
  });
}
