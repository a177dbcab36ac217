/** Carries the streams of one job between pipes here and their other side: on the main thread between the client's pipes and
 * the cell in which the job runs, in a cell between its guest's pipes and the main thread, or the cell of another guest. */
import type { CellStream, StreamPart } from '../shared/cell-protocol.js';
import type { Fd } from './client.js';
import { travels } from './parcels.js';
import {
  type Ends,
  Receiver,
  type ReceiverPort,
  type Receiving,
  Sender,
  type SenderPort,
  type Window,
  windowOf,
} from './pump.js';

/** Tells the other side something of one stream. */
export type Post = (part: StreamPart, transfer: ArrayBuffer[]) => void;

/** What carries it, and where to. */
interface Line {
  readonly pump: Sender | Receiving;
  readonly window: Window;
  post: Post;
}

/** Makes what receives a stream at an end. */
export type MakeReceiver = (fd: Fd, window: Window, port: ReceiverPort) => Receiving;

export class Carrier {
  /** Resolves when all that is received is in the pipes, or nobody wants it. */
  received: Promise<unknown> = Promise.resolve();
  #isReceived = false;
  readonly #lines: readonly (Line | undefined)[];

  /** `fds` are the ends here of stdin, stdout and stderr, 0 where there is none; `sends` tells from which of them it sends.
   * What it receives it writes into the pipes, unless `receiver` makes something else of it. */
  constructor(
    ends: Ends,
    fds: readonly Fd[],
    streams: readonly (CellStream | undefined)[],
    sends: (stream: number) => boolean,
    postOf: (stream: number) => Post,
    receiver: MakeReceiver = (fd, window, port) => new Receiver(ends, fd, window, port),
  ) {
    this.#lines = fds.map((fd, i) => {
      if (!fd) return undefined;
      const window = windowOf(streams[i]!.capacity);
      const say: Post = (part, transfer) => line.post(part, transfer);
      const pump = sends(i) ? new Sender(ends, fd, window.bytes, portOf(say)) : receiver(fd, window, portOf(say));
      const line: Line = { pump, window, post: postOf(i) };
      return line;
    });
  }

  begin(): void {
    const pumps = this.#lines.flatMap((line) => line?.pump ?? []);
    const receiving = pumps.flatMap((pump) => (pump instanceof Sender ? [] : [pump.over]));
    this.#isReceived = receiving.length === 0;
    this.received = Promise.all(receiving).then(() => {
      this.#isReceived = true;
    });
    for (const pump of pumps) {
      if (pump instanceof Sender) pump.send();
      else pump.begin();
    }
  }

  get isReceived(): boolean {
    return this.#isReceived;
  }

  /** Whether all that it sends is sent. */
  get isSent(): boolean {
    return this.#lines.every((line) => !(line?.pump instanceof Sender) || line.pump.isOver);
  }

  /** What sends a stream. */
  senderOf(stream: number): Sender | undefined {
    const pump = this.#lines[stream]?.pump;
    return pump instanceof Sender ? pump : undefined;
  }

  /** Whether a stream is over, or there is none. */
  isOver(stream: number): boolean {
    return this.#lines[stream]?.pump.isOver ?? true;
  }

  /** What the other side says of a stream. */
  take(stream: number, part: StreamPart): void {
    const pump = this.#lines[stream]?.pump;
    if (pump instanceof Sender) {
      if (part.type === 'cell:credit') pump.grant(part.bytes, part.buffers);
      else if (part.type === 'cell:gone') pump.stop();
    } else if (part.type === 'cell:bytes') {
      pump?.take(part.bytes);
    } else if (part.type === 'cell:end') {
      pump?.end(part.status);
    }
  }

  /** A stream has another side from now on; one that is received, once what comes from this one is at its end. */
  turn(stream: number, post: Post, onTurn: () => void): void {
    const line = this.#lines[stream]!;
    const turn = (): void => {
      line.post = post;
      onTurn();
    };
    if (!(line.pump instanceof Sender)) return line.pump.follow!(turn);
    turn();
    line.pump.renew(line.window.bytes);
  }

  /** Something was done with the other end of a pipe. */
  look(stream: number): void {
    const pump = this.#lines[stream]?.pump;
    if (pump instanceof Sender) pump.send();
    else pump?.look();
  }

  /** Carries of a stream only what can be carried at once. */
  cut(stream: number): void {
    this.#lines[stream]?.pump.cut?.();
  }

  /** Sends the rest of a stream, whatever room there is. */
  flush(stream: number): void {
    const pump = this.#lines[stream]?.pump;
    if (pump instanceof Sender && !pump.isOver) pump.flush();
  }

  /** Closes the end of a stream. */
  stop(stream: number): void {
    this.#lines[stream]?.pump.stop();
  }
}

/** Tells the other side of a stream through a port of its own that nobody is here any more. It closes the channel when it has
 * heard of that: in Firefox, what was sent just before a port is closed can get lost. */
export function sayGone(port: MessagePort, stream: number): void {
  port.postMessage((stream === 0 ? { type: 'cell:gone' } : { type: 'cell:end', status: 0 }) satisfies StreamPart);
}

function portOf(post: Post): SenderPort & ReceiverPort {
  return {
    bytes: (bytes) => post({ type: 'cell:bytes', bytes }, travels(bytes) ? [bytes.buffer] : []),
    end: (status, isWhole) =>
      post(isWhole ? { type: 'cell:end', status } : { type: 'cell:end', status, isCut: true }, []),
    credit: (bytes, buffers) => post({ type: 'cell:credit', bytes, buffers }, buffers),
    gone: () => post({ type: 'cell:gone' }, []),
  };
}
