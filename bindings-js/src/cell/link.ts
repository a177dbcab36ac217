/** The end of a pipe between two guests that is in this cell: what it carries goes to the other guest's cell directly. */
import type { StreamPart } from '../shared/cell-protocol.js';
import { type Carrier, type Post, sayGone } from '../client/carrier.js';

/** Of a cell that was ended, what it sent before may still be on its way. */
const LOST_MS = 20;

export class Link {
  readonly #port: MessagePort;
  readonly #carrier: Carrier;
  readonly #stream: number;
  #isBegun = false;
  /** Set once the other end was lost: how the stream ends then. */
  #lostBy: number | undefined;

  /** `onTurn` is called when it is what carries the stream. */
  constructor(port: MessagePort, carrier: Carrier, stream: number, onTurn: () => void, onPart: () => void) {
    this.#port = port;
    this.#carrier = carrier;
    this.#stream = stream;
    const post: Post = (part, transfer) => port.postMessage(part, transfer);
    carrier.turn(stream, post, () => {
      this.#begin(onPart);
      onTurn();
    });
  }

  #begin(onPart: () => void): void {
    this.#isBegun = true;
    this.#port.onmessage = ({ data }: MessageEvent<StreamPart>) => {
      this.#carrier.take(this.#stream, data);
      if (data.type === 'cell:gone' || data.type === 'cell:end') this.#port.close();
      onPart();
    };
    if (this.#lostBy !== undefined) this.lose(this.#lostBy);
  }

  /** The job here has ended. */
  leave(): void {
    if (this.#stream > 0) return this.#carrier.flush(this.#stream);
    this.#carrier.stop(0);
    sayGone(this.#port, 0);
  }

  /** The other end was lost. If it has said before that it is over, that is nothing. */
  lose(status: number): void {
    this.#lostBy = status;
    if (this.#stream > 0) this.#carrier.stop(this.#stream);
    else if (this.#isBegun) setTimeout(() => this.#carrier.take(0, { type: 'cell:end', status }), LOST_MS);
  }
}
