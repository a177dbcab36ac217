/** Carries the streams of one job between the client's pipes and the cell in which it runs. */
import type { CellStream, StreamMessage, StreamNumber } from '../shared/cell-protocol.js';
import type { Fd, JobHandle } from '../client/client.js';
import { type Ends, Receiver, Sender, windowOf } from '../client/pump.js';

export class Carrier {
  /** Resolves when all that the job has written is in the pipes, or nobody wants it. */
  readonly received: Promise<unknown>;
  readonly #sender: Sender | undefined;
  readonly #receivers: readonly (Receiver | undefined)[];
  #isReceived: boolean;

  constructor(
    ends: Ends,
    job: JobHandle,
    fds: readonly [Fd, Fd, Fd],
    streams: readonly (CellStream | undefined)[],
    post: (message: StreamMessage, transfer?: ArrayBuffer[]) => void,
  ) {
    const [stdin] = fds;
    this.#sender = stdin
      ? new Sender(ends, stdin, windowOf(streams[0]!.capacity), {
          bytes: (bytes) => post({ type: 'cell:bytes', job, stream: 0, bytes }, [bytes.buffer]),
          end: (status) => post({ type: 'cell:end', job, stream: 0, status }),
        })
      : undefined;
    this.#receivers = fds.map((fd, i) => {
      if (!fd || i === 0) return undefined;
      const stream = i as StreamNumber;
      return new Receiver(ends, fd, {
        credit: (bytes) => post({ type: 'cell:credit', job, stream, bytes }),
        gone: () => post({ type: 'cell:gone', job, stream }),
      });
    });
    const receiving = this.#receivers.flatMap((receiver) => receiver?.run() ?? []);
    this.#isReceived = receiving.length === 0;
    this.received = Promise.all(receiving).then(() => {
      this.#isReceived = true;
    });
    this.#sender?.send();
  }

  get isReceived(): boolean {
    return this.#isReceived;
  }

  /** What the cell says of a stream. */
  take(message: StreamMessage): void {
    const receiver = this.#receivers[message.stream];
    switch (message.type) {
      case 'cell:bytes':
        return receiver?.take(message.bytes);
      case 'cell:end':
        return receiver?.end(message.status);
      case 'cell:credit':
        return this.#sender?.grant(message.bytes);
      case 'cell:gone':
        return this.#sender?.stop();
    }
  }

  /** Something was done with the other end of a pipe: 0 stdin, 1 stdout, 2 stderr. */
  look(stream: number): void {
    if (stream === 0) this.#sender?.send();
    else this.#receivers[stream]?.look();
  }

  /** Receives only what the pipes hold now. */
  cut(): void {
    for (const receiver of this.#receivers) receiver?.cut();
  }

  /** The job has ended: closes all ends. */
  stop(): void {
    this.#sender?.stop();
    for (const receiver of this.#receivers) receiver?.stop();
  }
}
