/** What was thrown in a worker, as a line of text between others: a job's end has room for text only. */
import { read } from './brand.js';
import { PoolError, type PoolErrorCode } from './errors.js';
import { show } from './gate.js';
import { errorCodes } from './layout.gen.js';

/** What stands before it. */
const MARK = '\tcause ';

/** Of its name and its message. */
export const THROWN_CHARS = 1024;

/** An error by its members, or a value that is none. */
type Sent =
  | { readonly name: string; readonly message: string; readonly code: string | undefined }
  | { readonly value?: string | number | boolean | null };

const classes = { TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };

/** The line for something that was thrown. Without a bracket in it, a reader of stacks finds no function there. */
export function thrownLine(thrown: unknown): string {
  return MARK + JSON.stringify(sentOf(thrown)).replaceAll('[', '\\u005b');
}

function sentOf(thrown: unknown): Sent {
  if (thrown === undefined) return {};
  if (thrown === null || ['string', 'number', 'boolean'].includes(typeof thrown)) {
    return { value: typeof thrown === 'string' ? thrown.slice(0, THROWN_CHARS) : (thrown as number | boolean | null) };
  }
  if (typeof thrown === 'bigint' || typeof thrown === 'symbol') return { value: String(thrown).slice(0, THROWN_CHARS) };
  const text = (key: string): string | undefined => {
    const value = typeof thrown === 'object' ? read(thrown, key) : undefined;
    return typeof value === 'string' ? value.slice(0, THROWN_CHARS) : undefined;
  };
  return { name: text('name') || 'Error', message: text('message') ?? show(thrown), code: text('code') };
}

/** What was thrown, if the first line of a stack tells of it, and the other lines. */
export function takeThrown(lines: readonly string[]): [thrown: { readonly cause: unknown } | undefined, stack: string] {
  const [first = '', ...rest] = lines;
  if (!first.startsWith(MARK)) return [undefined, lines.join('\n')];
  const stack = rest.join('\n');
  try {
    return [{ cause: thrownOf(JSON.parse(first.slice(MARK.length)) as Sent, stack) }, stack];
  } catch {
    return [undefined, stack]; // the text was cut in the middle of it
  }
}

function thrownOf(sent: Sent, stack: string): unknown {
  if (!('message' in sent)) return sent.value;
  const { name, message, code } = sent;
  const Class = Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : Error;
  const isOurs = code !== undefined && Object.hasOwn(errorCodes, code);
  const error = isOurs ? new PoolError(code as PoolErrorCode, message) : new Class(message);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== '') error.stack = stack;
  return error;
}
