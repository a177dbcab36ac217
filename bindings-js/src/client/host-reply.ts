/** What a handler gives or throws, as what goes to the guest: a status and bytes. */
import { copyOf, fewBytesOf, viewOf } from '../shared/bytes.js';
import { PoolError } from '../shared/errors.js';
import { hasLoneSurrogate, invalid, quote } from '../shared/gate.js';
import { jsonOf, messageOf } from '../shared/json.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import { bareReply, NO_BYTES, type Reply } from './reply.js';

/** Of an error's text; the rest is cut off. */
const TEXT_MAX_CHARS = 4096;

const TAKEN = 'bytes, a string, undefined or what has JSON';

const encoder = new TextEncoder();

/** The reply that carries `value`, or the error that says why it cannot. `name` is the call's. */
export function replyOf(name: string, value: unknown): Reply {
  try {
    const bytes = bytesOf(name, value);
    const most = layout.POOL_BYTES_MAX;
    if (bytes.length <= most) return { status: 0, bytes };
    throw new PoolError('POOL_E2BIG', `${whatOf(name)} has ${bytes.length} bytes; the most is ${most}`);
  } catch (error) {
    return replyOfError(error);
  }
}

/** The reply of a handler that threw. */
export function replyOfError(error: unknown): Reply {
  return { status: statusOf(error), bytes: encoder.encode(messageOf(error).slice(0, TEXT_MAX_CHARS)) };
}

/** A reply that is sent later, whatever becomes of the handler's bytes. */
export function keptReply({ status, bytes }: Reply): Reply {
  try {
    return { status, bytes: copyOf(bytes) };
  } catch {
    return bareReply(status || errorCodes.POOL_ENOMEM);
  }
}

function whatOf(name: string): string {
  return `the reply of ${quote(name)}`;
}

function bytesOf(name: string, value: unknown): Uint8Array {
  if (value === undefined) return NO_BYTES;
  if (typeof value !== 'string') return fewBytesOf(value) ?? viewOrJsonOf(whatOf(name), value);
  if (hasLoneSurrogate(value)) throw invalid(`${whatOf(name)} is text that was cut in the middle of a character`);
  return encoder.encode(value);
}

function viewOrJsonOf(what: string, value: unknown): Uint8Array {
  return viewOf(what, value) ?? encoder.encode(jsonOf(what, value, TAKEN));
}

function statusOf(error: unknown): number {
  const status = error instanceof PoolError ? errorCodes[error.code as keyof typeof errorCodes] : undefined;
  return status === undefined || status === errorCodes.POOL_EAGAIN ? errorCodes.POOL_EIO : status;
}
