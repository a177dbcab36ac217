/** Tells what a value is, whichever realm made it: this one, a frame, a context of node:vm, or a stand-in such as jsdom's.
 * `instanceof` knows one realm only. First comes the getter of an internal slot, which nothing else passes; what is written
 * in JavaScript is known by its members. */

type Members = Readonly<Record<string, 'string' | 'number' | 'boolean' | 'function' | 'object'>>;

/** The getter of a slot that only one kind of object has. */
function slot(prototype: object | undefined, property: string): (value: unknown) => boolean {
  const accessor = prototype && Object.getOwnPropertyDescriptor(prototype, property);
  return (value) => {
    try {
      accessor!.get!.call(value);
      return true;
    } catch {
      return false;
    }
  };
}

/** The prototype of a class that not every platform has. */
function prototypeOf(name: string): object | undefined {
  return (Reflect.get(globalThis, name) as { prototype: object } | undefined)?.prototype;
}

/** Whether each of these members has its type. */
function has(value: unknown, members: Members): boolean {
  // Reading it would throw, which takes microseconds: many are asked for what a handler of a call has given.
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  try {
    return Object.entries(members).every(([name, type]) => typeof Reflect.get(value, name) === type);
  } catch {
    return false; // a getter that throws
  }
}

const hasBlobSlot = slot(prototypeOf('Blob'), 'size');
const hasStreamSlot = slot(prototypeOf('ReadableStream'), 'locked');
const hasSinkSlot = slot(prototypeOf('WritableStream'), 'locked');
const hasUrlSlot = slot(prototypeOf('URL'), 'href');

export const isArrayBuffer = slot(ArrayBuffer.prototype, 'byteLength') as (value: unknown) => value is ArrayBuffer;

export const isSharedArrayBuffer = slot(prototypeOf('SharedArrayBuffer'), 'byteLength') as (
  value: unknown,
) => value is SharedArrayBuffer;

/** No type guard: to the compiler, every object is a Module. */
export function isModule(value: unknown): boolean {
  try {
    WebAssembly.Module.customSections(value as WebAssembly.Module, '');
    return true;
  } catch {
    return false;
  }
}

export function isAbortSignal(value: unknown): value is AbortSignal {
  return has(value, { aborted: 'boolean', addEventListener: 'function', removeEventListener: 'function' });
}

export function isBlob(value: unknown): value is Blob {
  return hasBlobSlot(value) || tagOf(value) === 'Blob' || tagOf(value) === 'File' || has(value, blobMembers);
}

const blobMembers: Members = { size: 'number', type: 'string', slice: 'function', arrayBuffer: 'function' };

/** Whether a stream is the platform's own, which can be piped into another. */
export function isOwnStream(stream: ReadableStream<unknown>): boolean {
  return hasStreamSlot(stream);
}

export function isReadableStream(value: unknown): value is ReadableStream<unknown> {
  return hasStreamSlot(value) || has(value, { locked: 'boolean', getReader: 'function', cancel: 'function' });
}

/** Of this platform, or a stand-in; a stream of Node's is none. */
export function isWritableStream(value: unknown): value is WritableStream<unknown> {
  return hasSinkSlot(value) || has(value, { locked: 'boolean', getWriter: 'function', abort: 'function' });
}

export function isResponse(value: unknown): value is Response {
  return has(value, { status: 'number', bodyUsed: 'boolean', headers: 'object', arrayBuffer: 'function' });
}

export function isRequest(value: unknown): value is Request {
  return has(value, { url: 'string', method: 'string', headers: 'object', clone: 'function' });
}

export function isUrl(value: unknown): value is URL {
  return hasUrlSlot(value) || (tagOf(value) === 'URL' && has(value, { href: 'string', protocol: 'string' }));
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return has(value, { then: 'function' });
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof read(value, Symbol.asyncIterator) === 'function';
}

export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof read(value, Symbol.iterator) === 'function';
}

/** Whether an iterable gives pairs, as a Map, a FormData or Headers do. */
export function isPairs(value: unknown): boolean {
  const iterate = read(value, Symbol.iterator);
  return iterate !== undefined && iterate === read(value, 'entries');
}

/** An object as `{}` makes it, or without a prototype: neither an array nor of a class. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || tagOf(value) !== 'Object') return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  } catch {
    return false; // a proxy that does not tell
  }
}

/** "Object", "Array", "Blob", …: what an object calls itself. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return 'Object';
  }
}

/** A property, or `undefined` if it cannot be read. */
export function read(value: unknown, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}
