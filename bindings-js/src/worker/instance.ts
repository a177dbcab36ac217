/** An instance: a guest that is kept, and called again and again by records out of a pipe. */
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { Thread } from '../shared/thread.js';
import { readValue, typeOfValue, writeValue } from '../shared/value.js';
import { Ending, isRefusal } from './ending.js';
import { type ExportedFunction, takesNumber } from './export-call.js';

/** Runs a guest's code, in the state that says so; otherwise how the job ends. */
export type Enter = <T>(code: () => T, survives?: (thrown: unknown) => T | undefined) => T | Ending;

/** That a call was wrong, and nothing has happened. */
class Refusal {
  constructor(
    readonly code: keyof typeof errorCodes,
    readonly text: string,
  ) {}
}

const encoder = new TextEncoder();

export class InstanceServer {
  readonly #thread: Thread;
  readonly #enter: Enter;
  /** By their numbers: their places in the list of the module's exports. */
  readonly #exports: readonly (readonly [name: string, value: WebAssembly.ExportValue])[];
  readonly #memory: WebAssembly.Memory | undefined;
  /** Where records are, in and out. */
  readonly #buffer: number;

  /** `names` are the module's exports. */
  constructor(thread: Thread, enter: Enter, names: Iterable<string>, exports: WebAssembly.Exports) {
    this.#thread = thread;
    this.#enter = enter;
    this.#exports = Array.from(names, (name) => [name, exports[name]!] as const);
    const memory = exports['memory'];
    this.#memory = memory instanceof WebAssembly.Memory ? memory : undefined;
    this.#buffer = thread.c.instance_begin() >>> 0;
  }

  /** Says that the guest is there, and how many values each export takes; then does what comes, until nobody has more to
   * ask. `undefined`: the job is to end. */
  serve(): Ending | undefined {
    const { c } = this.#thread;
    let status = this.#answerBytes(
      layout.INSTANCE_DONE,
      0,
      new Uint8Array(this.#exports.map(([, each]) => arityOf(each))),
    );
    while (status === 1) {
      status = c.instance_next(); // sleeps here
      const ending = status === 1 ? this.#serveOne() : undefined;
      if (ending instanceof Ending) return ending;
      status = ending ?? status;
    }
    return status === 0 ? new Ending(layout.POOL_EXITED) : undefined;
  }

  /** What is in the buffer: a status, or how the job ends. */
  #serveOne(): Ending | number {
    const { heap } = this.#thread;
    const at = heap.u32(this.#buffer + layout.instance_record_at);
    const size = heap.u32(this.#buffer + layout.instance_record_size);
    switch (heap.u32(this.#buffer + layout.instance_record_kind)) {
      case layout.INSTANCE_CALL:
        return this.#call(at);
      case layout.INSTANCE_READ:
        return this.#read(at, size);
      case layout.INSTANCE_WRITE:
        return this.#write(at, size);
      default:
        return errorCodes.POOL_EPROTO;
    }
  }

  #call(number: number): Ending | number {
    const [name, called] = this.#exports[number]!;
    const values = this.#values();
    const takes = (called as ExportedFunction).length;
    if (takes !== values.length) {
      return this.#refuse(new Refusal('POOL_EINVAL', takesNumber(name, takes, values.length)));
    }
    const survives = (thrown: unknown): Refusal | undefined =>
      isRefusal(thrown) ? new Refusal('POOL_EINVAL', `${name}: ${thrown.message}`) : undefined;
    const returned = this.#enter<unknown>(() => (called as ExportedFunction)(...values), survives);
    if (returned instanceof Ending) return returned;
    return returned instanceof Refusal ? this.#refuse(returned) : this.#answer(returned);
  }

  #values(): (number | bigint)[] {
    const { heap } = this.#thread;
    const n = heap.u32(this.#buffer + layout.instance_record_n_values);
    const first = this.#buffer + layout.sizeof_instance_record;
    const view = heap.view(first + n * layout.sizeof_pool_value);
    return Array.from({ length: n }, (_, i) => readValue(view, first + i * layout.sizeof_pool_value).value);
  }

  #read(address: number, size: number): number {
    if (!this.#has(address, size)) return this.#refuse(this.#beyond(address, size));
    const status = this.#head(layout.INSTANCE_DONE, 0, size, 0);
    return status === 1 ? this.#thread.c.instance_give(address, size) : status;
  }

  #write(address: number, size: number): number {
    const { c } = this.#thread;
    const has = this.#has(address, size);
    const status = has ? c.instance_take(address, size) : c.instance_skip(size);
    if (status !== 1) return status;
    return has ? this.#answer(undefined) : this.#refuse(this.#beyond(address, size));
  }

  #has(address: number, size: number): boolean {
    return this.#memory !== undefined && address + size <= this.#memory.buffer.byteLength;
  }

  #beyond(address: number, size: number): Refusal {
    const where = this.#memory ? `memory, which has ${this.#memory.buffer.byteLength}` : 'memory: it exports none';
    return new Refusal('POOL_EINVAL', `${size} bytes at address ${address} are not in the guest's ${where}`);
  }

  #refuse({ code, text }: Refusal): number {
    const bytes = encoder.encode(text).subarray(0, layout.INSTANCE_TEXT_BYTES);
    return this.#answerBytes(layout.INSTANCE_REFUSED, -errorCodes[code], bytes);
  }

  #answerBytes(kind: number, at: number, bytes: Uint8Array): number {
    let status = this.#head(kind, at, bytes.length, 0);
    for (let done = 0; status === 1 && done < bytes.length; done += layout.INSTANCE_TEXT_BYTES) {
      const part = bytes.subarray(done, done + layout.INSTANCE_TEXT_BYTES);
      this.#thread.heap.u8(this.#buffer + part.length).set(part, this.#buffer);
      status = this.#thread.c.instance_send(part.length);
    }
    return status;
  }

  /** What an export returned: nothing, a value, or an array of them. */
  #answer(returned: unknown): number {
    const results: unknown[] = returned === undefined ? [] : Array.isArray(returned) ? returned : [returned];
    if (results.length > layout.POOL_VALUES_MAX) {
      return this.#refuse(new Refusal('POOL_E2BIG', `it returned ${results.length} values, and 16 can be handed over`));
    }
    const first = this.#buffer + layout.sizeof_instance_record;
    const view = this.#thread.heap.view(first + results.length * layout.sizeof_pool_value);
    results.forEach((value, i) => writeValue(view, first + i * layout.sizeof_pool_value, typeOfValue(value), value));
    return this.#head(layout.INSTANCE_DONE, 0, 0, results.length);
  }

  /** Sends a record, with the values that are behind it in the buffer. */
  #head(kind: number, at: number, size: number, nValues: number): number {
    const { c, heap } = this.#thread;
    heap.setU32(this.#buffer + layout.instance_record_kind, kind);
    heap.setU32(this.#buffer + layout.instance_record_at, at);
    heap.setU32(this.#buffer + layout.instance_record_size, size);
    heap.setU32(this.#buffer + layout.instance_record_n_values, nValues);
    return c.instance_send(layout.sizeof_instance_record + nValues * layout.sizeof_pool_value);
  }
}

/** How many values an export takes; a function has up to 1,000, and nobody calls one with more than 16. */
function arityOf(each: WebAssembly.ExportValue): number {
  return typeof each === 'function' ? Math.min(each.length, 255) : 0;
}
