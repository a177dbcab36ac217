/** Pipes between two guests: their cells get the ends of a channel, so that no byte goes over the main thread. What its pipe held
 * before is carried first.
 *
 * Two guests of a pipe are not brought together in one cell: they would compute by turns, and who has to be ended while it
 * computes would take the other with it. */
import type { StreamNumber } from '../shared/cell-protocol.js';
import { errorCodes } from '../shared/layout.gen.js';
import { type Carrier, sayGone } from '../client/carrier.js';
import type { Client, Fd, JobHandle } from '../client/client.js';
import type { CellLink } from './cell-link.js';

/** What links need of a job. */
export interface LinkedJob {
  readonly job: JobHandle;
  /** The ends of its pipes, 0 where there is none, until they are carried. */
  readonly ends: [Fd, Fd, Fd];
  /** Of the streams whose other ends other guests have. */
  readonly links: (FarLink | undefined)[];
  /** Once it runs. */
  carrier: Carrier | undefined;
  cell: CellLink | undefined;
  /** Its cell has said how it has ended. */
  isTold: boolean;
}

/** A stream of a job. */
interface Place {
  readonly far: LinkedJob;
  readonly stream: number;
}

/** One end of such a pipe. */
export class FarLink {
  readonly #far: LinkedJob;
  readonly #stream: StreamNumber;
  /** Until its cell has it. */
  #port: MessagePort | undefined;
  /** Set at once. */
  peer: FarLink | undefined;
  #hasLeft = false;
  /** The other end was lost: how the stream ends then. */
  #lostBy: number | undefined;

  constructor({ far, stream }: Place, port: MessagePort) {
    this.#far = far;
    this.#stream = stream as StreamNumber;
    this.#port = port;
    far.links[stream] = this;
  }

  /** Whose it is. */
  get job(): JobHandle {
    return this.#far.job;
  }

  /** What its cell is sent with the job. */
  take(): MessagePort | undefined {
    const port = this.#port;
    this.#port = undefined;
    return port;
  }

  /** Its job runs already: its cell is sent it now. */
  begin(): void {
    const port = this.take()!;
    const message = { type: 'cell:link', job: this.#far.job, stream: this.#stream, port } as const;
    this.#far.cell!.post(message, [port]);
  }

  /** Its job runs from now on. */
  started(): void {
    if (this.#lostBy !== undefined) this.#lose(this.#lostBy);
  }

  /** Its job has ended. If its cell cannot tell the other end, that is done here. */
  leave(): void {
    const peer = this.peer!;
    this.#hasLeft = true;
    peer.#far.cell?.partings.delete(peer.#onCellEnd);
    const port = this.take();
    if (port) sayGone(port, this.#stream);
    else if (!this.#far.isTold) peer.#lose(0);
    else if (this.#far.cell!.isOver) this.#onCellEnd();
    else if (!peer.#hasLeft) this.#far.cell!.partings.add(this.#onCellEnd);
  }

  /** Its cell has told the other end, but what a thread sends just before it ends can get lost. */
  readonly #onCellEnd = (): void => {
    this.#far.cell!.partings.delete(this.#onCellEnd);
    this.peer!.#lose(errorCodes.POOL_EIO);
  };

  #lose(status: number): void {
    if (this.#hasLeft) return;
    this.#lostBy = status;
    this.#far.cell?.post({ type: 'cell:lost', job: this.#far.job, stream: this.#stream, status });
  }
}

/** Links the stream that one job writes with that which another reads. */
export function connect(writer: Place, reader: Place, client: Pick<Client, 'release'>): void {
  const { port1, port2 } = new MessageChannel();
  const links = [new FarLink(writer, port1), new FarLink(reader, port2)] as const;
  [links[0].peer, links[1].peer] = [links[1], links[0]];
  if (reader.far.carrier) links[1].begin();
  if (writer.far.carrier) return links[0].begin();
  const fd = writer.far.ends[writer.stream]!; // nothing more comes this way
  writer.far.ends[writer.stream] = 0;
  client.release(fd);
}
