/** Lines out of the bytes that a guest writes. */
import { concat } from '../shared/bytes.js';
import { ProtocolError } from './errors.js';

type Chunk = Uint8Array<ArrayBuffer>;

const NEWLINE = 10;

/** How much of a line that is too long is told. */
const HEAD_BYTES = 1000;

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder();

export class LineReader {
  readonly #maxBytes: number;
  /** The beginning of a line whose end has not come. */
  #parts: Chunk[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that are complete with this piece, without their ends; for one that is not UTF-8, an error. Throws a
   * ProtocolError if one is longer than it may be: what comes behind it cannot be told from it. */
  *push(chunk: Chunk): Generator<string | ProtocolError, void, undefined> {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) return this.#keep(chunk);
    const whole = concat([...this.#parts, chunk.subarray(0, end)]);
    this.#parts = [];
    this.#size = 0;
    if (whole.length > this.#maxBytes) this.#checkEach(whole);
    yield* linesOf(whole);
    this.#keep(chunk.subarray(end + 1));
  }

  /** The one that nothing ended, if there is one. */
  *end(): Generator<string | ProtocolError, void, undefined> {
    if (this.#size > 0) yield* linesOf(concat(this.#parts));
  }

  #keep(rest: Chunk): void {
    if (rest.length === 0) return;
    this.#parts.push(rest);
    this.#size += rest.length;
    if (this.#size > this.#maxBytes) throw this.#tooLong(concat(this.#parts));
  }

  #checkEach(lines: Chunk): void {
    for (const line of split(lines)) if (line.length > this.#maxBytes) throw this.#tooLong(line);
  }

  #tooLong(line: Chunk): ProtocolError {
    const most = this.#maxBytes;
    return new ProtocolError(
      `the guest wrote a line of more than ${most} bytes; raise maxMessageBytes if that is right`,
      lenient.decode(line.subarray(0, HEAD_BYTES)),
    );
  }
}

function linesOf(bytes: Chunk): (string | ProtocolError)[] {
  try {
    return strict.decode(bytes).split('\n');
  } catch {
    return Array.from(split(bytes), lineOf);
  }
}

function lineOf(bytes: Chunk): string | ProtocolError {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    return new ProtocolError('the guest wrote a line that is not UTF-8', lenient.decode(bytes), { cause });
  }
}

function* split(bytes: Chunk): Generator<Chunk, void, undefined> {
  let begin = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
    yield bytes.subarray(begin, end);
    begin = end + 1;
  }
  yield bytes.subarray(begin);
}
