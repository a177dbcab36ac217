/** The records that an instance answers with, out of bytes that come in any pieces. */
import { layout } from '../shared/layout.gen.js';
import { readValues } from '../shared/value.js';

/** What came of something that an instance was asked. */
export interface Reply {
  /** The code of the error, if it was refused or has failed; 0: it was done. */
  readonly error: number;
  /** It has run all the same. */
  readonly hasRun: boolean;
  readonly values: readonly (number | bigint)[];
  /** How many bytes of its memory, or of a text, came with it. */
  readonly size: number;
  /** They; `undefined`: there are none, or there was no memory for them. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

const HEAD_MAX = layout.sizeof_instance_record + layout.POOL_VALUES_MAX * layout.sizeof_pool_value;

export class ReplyReader {
  readonly #onReply: (reply: Reply) => void;
  /** The record with its values. */
  readonly #head = new Uint8Array(HEAD_MAX);
  readonly #view = new DataView(this.#head.buffer);
  #has = 0;
  #wants: number = layout.sizeof_instance_record;
  #body: Uint8Array<ArrayBuffer> | undefined;
  #bodyHas = 0;
  #bodyWants = 0;

  constructor(onReply: (reply: Reply) => void) {
    this.#onReply = onReply;
  }

  take(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length;) {
      const size = this.#has === 0 ? wholeSize(view, at) : 0;
      if (size > 0) {
        at += size;
        this.#onReply(replyAt(view, at - size, undefined));
        continue;
      }
      at += this.#has < this.#wants ? this.#takeHead(bytes, at) : this.#takeBody(bytes, at);
      if (this.#has === this.#wants && this.#bodyHas === this.#bodyWants) this.#finish();
    }
  }

  #takeHead(bytes: Uint8Array, at: number): number {
    const n = Math.min(this.#wants - this.#has, bytes.length - at);
    for (let i = 0; i < n; i++) this.#head[this.#has + i] = bytes[at + i]!;
    this.#has += n;
    if (this.#has === layout.sizeof_instance_record) this.#expect();
    return n;
  }

  /** The record is there: how much belongs to it. */
  #expect(): void {
    const of = (field: number): number => this.#view.getUint32(field, true);
    this.#wants = layout.sizeof_instance_record + of(layout.instance_record_n_values) * layout.sizeof_pool_value;
    this.#bodyWants = of(layout.instance_record_size);
    this.#body = this.#bodyWants > 0 ? newBytes(this.#bodyWants) : undefined;
  }

  #takeBody(bytes: Uint8Array, at: number): number {
    const n = Math.min(this.#bodyWants - this.#bodyHas, bytes.length - at);
    this.#body?.set(bytes.subarray(at, at + n), this.#bodyHas);
    this.#bodyHas += n;
    return n;
  }

  #finish(): void {
    const reply = replyAt(this.#view, 0, this.#body);
    this.#has = this.#bodyHas = this.#bodyWants = 0;
    this.#wants = layout.sizeof_instance_record;
    this.#body = undefined;
    this.#onReply(reply);
  }
}

/** The size of the answer at an offset, if it is there to its end, and no bytes belong to it; or 0. Most are so. */
function wholeSize(view: DataView, at: number): number {
  if (at + layout.sizeof_instance_record > view.byteLength) return 0;
  if (view.getUint32(at + layout.instance_record_size, true) > 0) return 0;
  const n = view.getUint32(at + layout.instance_record_n_values, true);
  const size = layout.sizeof_instance_record + n * layout.sizeof_pool_value;
  return at + size <= view.byteLength ? size : 0;
}

function replyAt(view: DataView, at: number, bytes: Reply['bytes']): Reply {
  const kind = view.getUint32(at + layout.instance_record_kind, true);
  const error = kind !== layout.INSTANCE_DONE ? view.getUint32(at + layout.instance_record_at, true) : 0;
  const n = view.getUint32(at + layout.instance_record_n_values, true);
  const values = readValues(view, at + layout.sizeof_instance_record, n);
  const size = view.getUint32(at + layout.instance_record_size, true);
  return { error, hasRun: kind !== layout.INSTANCE_REFUSED, values, size, bytes };
}

/** The bytes that came with an answer; `undefined`: there was no memory for them. */
export function bytesOf({ size, bytes }: Reply): Uint8Array<ArrayBuffer> | undefined {
  return size > 0 ? bytes : new Uint8Array(0);
}

function newBytes(size: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(size);
  } catch {
    return undefined;
  }
}
