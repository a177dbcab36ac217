/** The records that an instance answers with, out of bytes that come in any pieces. */
import { layout } from '../shared/layout.gen.js';
import { readValue } from '../shared/value.js';

/** What came of something that an instance was asked. */
export interface Reply {
  /** The code of the error, if it was refused or has failed; 0: it was done. */
  readonly error: number;
  /** It has run all the same. */
  readonly hasRun: boolean;
  readonly values: readonly (number | bigint)[];
  /** The bytes of its memory, or a text; `undefined`: there was no memory for them. */
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
    for (let at = 0; at < bytes.length;) {
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
    this.#body = newBytes(this.#bodyWants);
  }

  #takeBody(bytes: Uint8Array, at: number): number {
    const n = Math.min(this.#bodyWants - this.#bodyHas, bytes.length - at);
    this.#body?.set(bytes.subarray(at, at + n), this.#bodyHas);
    this.#bodyHas += n;
    return n;
  }

  #finish(): void {
    const kind = this.#view.getUint32(layout.instance_record_kind, true);
    const error = kind !== layout.INSTANCE_DONE ? this.#view.getUint32(layout.instance_record_at, true) : 0;
    const n = this.#view.getUint32(layout.instance_record_n_values, true);
    const valueAt = (i: number): number => layout.sizeof_instance_record + i * layout.sizeof_pool_value;
    const values = Array.from({ length: n }, (_, i) => readValue(this.#view, valueAt(i)).value);
    const bytes = this.#body;
    this.#has = this.#bodyHas = this.#bodyWants = 0;
    this.#wants = layout.sizeof_instance_record;
    this.#body = undefined;
    this.#onReply({ error, hasRun: kind !== layout.INSTANCE_REFUSED, values, bytes });
  }
}

function newBytes(size: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(size);
  } catch {
    return undefined;
  }
}
