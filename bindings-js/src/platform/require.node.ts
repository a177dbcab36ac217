/** What the builds for require() have in the place of what only a module has, and of what a test's environment hides: Jest with
 * jsdom or happy-dom has globals of its own, and lacks some of Node's. npm/build.mjs puts these in the place of the globals. */
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

type Globals = typeof globalThis;

/** Those of Node itself, whatever this module's own are. */
const outside = runInThisContext('globalThis') as Globals;

function found<K extends keyof Globals>(name: K): Globals[K] {
  return (globalThis as Partial<Globals>)[name] ?? outside[name];
}

/** In the place of `import.meta.url`. */
export const moduleUrl = pathToFileURL(__filename).href;

export const TextDecoder = found('TextDecoder');
export const TextEncoder = found('TextEncoder');
export const ReadableStream = found('ReadableStream');
export const WritableStream = found('WritableStream');
export const WritableStreamDefaultWriter = found('WritableStreamDefaultWriter');
export const TransformStream = found('TransformStream');
export const Response = found('Response');
export const Request = found('Request');
export const fetch = found('fetch');
export const Blob = found('Blob');
export const MessageChannel = found('MessageChannel');
export const AbortController = found('AbortController');
export const DOMException = found('DOMException');
export const structuredClone = found('structuredClone');
export const performance = found('performance');
export const FinalizationRegistry = found('FinalizationRegistry');
export const WeakRef = found('WeakRef');
