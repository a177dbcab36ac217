/** A guest's memory while it waits for an import: what is wished of it, one thing after the other. */
import { copyOf, viewOf } from '../shared/bytes.js';
import { PoolError } from '../shared/errors.js';
import { invalid, refusal } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { CallSite } from './callsite.js';
import { measureFrame, type Question, readFrame, writeFrame } from './import-frames.js';
import type { ImportMemory } from './imports.js';

/** So much is moved in one piece, so that the job's share of the pool's memory suffices. */
const PIECE_BYTES = 256 * 1024;

const WORD = 2 ** 32;

interface Wish {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly resolve: (question: Question) => void;
  readonly reject: (error: PoolError) => void;
}

type Closed = 'POOL_EBADF' | 'POOL_ECANCELED';

const reasons: Readonly<Record<Closed, string>> = {
  POOL_EBADF: 'the import was answered, and the guest has gone on: its memory can be reached no more',
  POOL_ECANCELED: 'the guest has ended: its memory can be reached no more',
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class MemoryWishes {
  readonly memory: ImportMemory = {
    read: (address, length) => this.#signed(async () => this.#read(addressOf(address), sizeOf(length))),
    write: (address, bytes) => this.#signed(async () => this.#write(addressOf(address), bytes)),
    readString: (address, length) => this.#signed(async () => this.#readString(addressOf(address), sizeOf(length))),
    size: () => this.#signed(async () => (await this.#ask(measureFrame())).pages * layout.IMPORT_PAGE_BYTES),
  };
  readonly #onChange: () => void;
  readonly #onLateFailure: (error: unknown) => void;
  readonly #wishes: Wish[] = [];
  /** How much is begun, each of several pieces perhaps: as long as something is, the guest does not go on. */
  #begun = 0;
  #closed: Closed | undefined;
  #isGone = false;

  /** `onChange` is called when there is something to say, or nothing more; `onLateFailure` when something fails for which
   * the handler has not waited. */
  constructor(onChange: () => void, onLateFailure: (error: unknown) => void) {
    this.#onChange = onChange;
    this.#onLateFailure = onLateFailure;
  }

  /** What is to be said to the guest's side now. */
  next(): Uint8Array<ArrayBuffer> | undefined {
    return this.#wishes[0]?.frame;
  }

  get isBusy(): boolean {
    return this.#begun > 0;
  }

  /** The guest's side has answered what was said last. */
  grant(question: Question): void {
    this.#wishes.shift()?.resolve(question);
  }

  /** The handler has answered: nothing more can be begun. */
  close(): void {
    this.#closed ??= 'POOL_EBADF';
  }

  /** Nobody is there who could do it. */
  abandon(): void {
    this.#closed ??= 'POOL_ECANCELED';
    this.#isGone = true;
    for (const { reject } of this.#wishes.splice(0)) reject(refusalOf('POOL_ECANCELED'));
  }

  #signed<T>(run: () => Promise<T>): Promise<T> {
    const site = new CallSite();
    const done = this.#run(run).catch((error: unknown) => {
      throw site.sign(error);
    });
    done.catch(() => undefined); // what nobody waits for fails the import, see below, or the guest is gone
    return done;
  }

  async #run<T>(run: () => Promise<T>): Promise<T> {
    if (this.#closed) throw refusalOf(this.#closed);
    this.#begun++;
    try {
      return await run();
    } catch (error) {
      if (this.#closed && !this.#isGone) this.#onLateFailure(error);
      throw error;
    } finally {
      this.#begun--;
      this.#onChange();
    }
  }

  #ask(frame: Uint8Array<ArrayBuffer>): Promise<Question> {
    return new Promise((resolve, reject) => {
      if (this.#isGone) return reject(refusalOf('POOL_ECANCELED'));
      this.#wishes.push({ frame, resolve, reject });
      this.#onChange();
    });
  }

  /** What the first piece asks for is whether all of it is there. */
  async #piece(frame: Uint8Array<ArrayBuffer>, address: number, whole: number): Promise<Uint8Array<ArrayBuffer>> {
    const { kind, pages, bytes } = await this.#ask(frame);
    if (kind === layout.IMPORT_GRANTED) return bytes;
    const where = pages ? `, which has ${pages * layout.IMPORT_PAGE_BYTES}` : ', which cannot be reached now';
    throw invalid(`${whole} bytes at address ${address} are not in the guest's memory${where}`);
  }

  async #read(address: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const size = Math.min(length, PIECE_BYTES);
    const first = await this.#piece(readFrame(address, size, length), address, length);
    if (size === length) return first;
    const all = roomFor(length);
    all.set(first);
    for (let done = size; done < length; done += PIECE_BYTES) {
      const part = Math.min(length - done, PIECE_BYTES);
      all.set(await this.#piece(readFrame(address + done, part, part), address + done, part), done);
    }
    return all;
  }

  async #write(address: number, given: unknown): Promise<void> {
    const view = viewOf('bytes', given);
    if (!view) throw refusal('bytes', given, 'a Uint8Array');
    if (view.length >= WORD) throw invalid(`bytes must be fewer than 2^32, and are ${view.length}`);
    const bytes = view.length > PIECE_BYTES ? copyOf(view) : view; // the frame is a copy, too
    let done = 0;
    do {
      const part = bytes.subarray(done, done + PIECE_BYTES);
      const whole = done === 0 ? bytes.length : part.length;
      await this.#piece(writeFrame(address + done, part, whole), address + done, whole);
      done += part.length;
    } while (done < bytes.length);
  }

  async #readString(address: number, length: number): Promise<string> {
    const bytes = await this.#read(address, length);
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw invalid(`${length} bytes at address ${address} are not UTF-8`, { cause });
    }
  }
}

function refusalOf(why: Closed): PoolError {
  return new PoolError(why, reasons[why]);
}

function roomFor(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new PoolError('POOL_ENOMEM', `there is no memory for a copy of ${length} bytes`, { cause });
  }
}

/** An address or a length as the guest has it, perhaps as a negative i32. */
function word(name: string, given: unknown): number {
  const value = given as number;
  if (Number.isInteger(given) && value >= -(WORD / 2) && value < WORD) return value < 0 ? value + WORD : value;
  throw refusal(name, given, 'a whole number, from -2^31 to 2^32 - 1');
}

const addressOf = (address: unknown): number => word('address', address);
const sizeOf = (length: unknown): number => word('length', length);
