/** A pipe that belongs to no job, until its ends are given to some. */
import { errorOfStatus } from '../shared/errors.js';
import { fields, type Names } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';
import { wholeNumber } from '../shared/whole-number.js';
import type { Client } from './client.js';
import { OutputStream } from './output.js';
import { dropped, Inlet, InletStream, Outlet } from './streams.js';

/** Options of `pool.pipe`. */
export interface PipeOptions {
  /** Bytes that it holds before its writer waits; rounded up to a power of two, 1 MiB at most. In the tier `'jspi'` as many
   * again may be under way to a job or from it; by default up to 1 MiB, if the stream flows.
   * @default 256 KiB */
  capacity?: number | undefined;
}

/** Both ends of a pipe. Each is a stream of this thread, until it is given to a job: `readable` as `stdin`, `writable` as
 * `stdout` or `stderr`. A job closes its ends when it ends. */
export interface Pipe {
  /** What was written. At its end when the other end is closed; fails with `'POOL_EIO'` if that was aborted. */
  readonly readable: OutputStream;
  /** Writing waits while the pipe is full, and fails with `'POOL_EPIPE'` once nobody can read it. */
  readonly writable: WritableStream<Uint8Array>;
}

const names: Names<PipeOptions> = { capacity: true };

export function openPipe(client: Client, options: unknown): Pipe {
  const given = fields<PipeOptions>('options', options, names);
  const pipe = client.pipe(wholeNumber('capacity', given.capacity, layout.POOL_PIPE_MAX_BYTES));
  if (typeof pipe === 'number') throw errorOfStatus(pipe);
  const [outlet, inlet] = [new Outlet(client, pipe[0]), new Inlet(client, pipe[1])];
  const readable = new OutputStream(outlet);
  const writable = new InletStream(inlet, () => undefined); // an abort is told to the reader
  dropped.register(readable.begun, () => outlet.close());
  dropped.register(writable.ending, () => inlet.close());
  return { readable, writable };
}
