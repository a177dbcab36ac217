/** Compiling guests: once each, whatever shape they come in. */
import { bytesOfBlob } from '../shared/blob.js';
import { isBlob, isModule, isRequest, isResponse, isThenable, isUrl, read } from '../shared/brand.js';
import { type Bytes, copyOf, viewOf } from '../shared/bytes.js';
import { CompileError, FetchError } from '../shared/errors.js';
import { hasLoneSurrogate, invalid, quote, refusal, show } from '../shared/gate.js';
import type { Platform } from '../platform/platform.js';
import { onAbort } from './abort.js';
import type { Patience } from './patience.js';
import { type Head, headIn, headInStream, keepHead } from './module-head.js';
import { HEAD_BYTES, isModuleHead, looksLike } from './sniff.js';

/** Where a module can come from. Strings are URLs, relative to the page; in Node also paths. */
export type ModuleSource = ReadySource | PromiseLike<ReadySource>;

/** To the compiler, a number would be a Module too. */
type ReadySource = string | URL | Request | Response | Blob | Bytes | (WebAssembly.Module & object);

/** Options of `pool.compile`. */
export interface CompileOptions {
  /** Ends the wait when aborted: the call rejects with a `CancelledError` whose `cause` is the signal's reason. The fetch
   * of a URL is aborted unless somebody else waits for it.
   * @default none */
  signal?: AbortSignal | undefined;
}

const REASON_CHARS = 200;

const TAKEN =
  'a URL, a string, a Request, a Response, a Blob, bytes, a WebAssembly.Module, or a promise of one of these';

/** What a URL is compiled to, and who waits for that. */
interface Shared {
  readonly module: Promise<WebAssembly.Module>;
  readonly abort: AbortController;
  waiting: number;
  settled: boolean;
}

export class Compiler {
  readonly #platform: Platform;
  readonly #byUrl = new Map<string, Shared>();
  readonly #urls = new WeakMap<WebAssembly.Module, string>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Rejects with POOL_EINVAL what is no source, and with a CompileError what is no module. Waits as long as `patience`
   * does. */
  async compile(source: ModuleSource, patience: Patience): Promise<WebAssembly.Module> {
    patience.check();
    if (!isThenable(source)) return this.#compile(source, 'source', patience);
    const promised = settled(source);
    try {
      return await this.#compile(await patience.until(promised), 'the promised source', patience);
    } catch (error) {
      promised.then(letGo, () => undefined); // it may come when nobody wants it any more
      throw error;
    }
  }

  /** Forgets that a URL has been compiled to this module. */
  forget(module: WebAssembly.Module): void {
    const url = this.#urls.get(module);
    if (url !== undefined) this.#byUrl.delete(url);
  }

  async #compile(source: unknown, name: string, patience: Patience): Promise<WebAssembly.Module> {
    if (isModule(source)) return source as WebAssembly.Module;
    if (typeof source === 'string') return this.#compileUrl(source, name, patience);
    if (isUrl(source)) return this.#compileUrl(source.href, name, patience);
    const abort = new AbortController();
    const forget = isRequest(source) ? onAbort(source.signal, () => abort.abort(source.signal.reason)) : undefined;
    try {
      return await patience.until(this.#compileGiven(source, name, abort.signal));
    } catch (error) {
      abort.abort(error);
      throw error;
    } finally {
      forget?.();
    }
  }

  async #compileGiven(source: unknown, name: string, signal: AbortSignal): Promise<WebAssembly.Module> {
    if (isBlob(source)) return compileBytes(await bytesOfBlob(name, source));
    if (isRequest(source)) {
      const { signal: own } = source; // ours takes its place
      return compileResponse(this.#load(source, own.aborted ? own : signal), name);
    }
    if (isResponse(source)) return compileResponse(source, name);
    const view = viewOf(name, source);
    if (view) return compileBytes(view);
    throw refusal(name, source, TAKEN);
  }

  /** The fetch goes on for as long as somebody waits for it. */
  async #compileUrl(url: string, name: string, patience: Patience): Promise<WebAssembly.Module> {
    if (url === '' || hasLoneSurrogate(url)) throw refusal(name, url, 'a URL or a path');
    const shared = this.#byUrl.get(url) ?? this.#begin(url, name);
    if (shared.settled) return shared.module;
    shared.waiting++;
    try {
      return await patience.until(shared.module);
    } catch (error) {
      throw error instanceof CompileError ? error.again() : error;
    } finally {
      if (--shared.waiting === 0 && !shared.settled) {
        if (this.#byUrl.get(url) === shared) this.#byUrl.delete(url);
        shared.abort.abort();
      }
    }
  }

  #begin(url: string, name: string): Shared {
    const abort = new AbortController();
    const module = compileResponse(this.#load(url, abort.signal), name);
    const shared: Shared = { module, abort, waiting: 0, settled: false };
    module.then(
      (compiled) => {
        shared.settled = true;
        this.#urls.set(compiled, url);
      },
      () => {
        shared.settled = true;
        if (this.#byUrl.get(url) === shared) this.#byUrl.delete(url); // a later try may find it
      },
    );
    this.#byUrl.set(url, shared);
    return shared;
  }

  /** What cannot even be asked for rejects, too. */
  async #load(source: string | Request, signal: AbortSignal): Promise<Response> {
    return this.#platform.load(source, signal);
  }
}

/** Ends a response that nobody has begun to read. */
function letGo(source: unknown): void {
  if (isResponse(source) && !source.bodyUsed && !source.body?.locked) void source.body?.cancel().catch(() => undefined);
}

/** What a promise of a source comes to. */
async function settled(source: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await source;
  } catch (cause) {
    throw unfetched(cause);
  }
}

async function compileResponse(source: Response | Promise<Response>, name: string): Promise<WebAssembly.Module> {
  const response = await fetched(source);
  if (response.bodyUsed) throw invalid(`${name} must be a Response with its body, and is one whose body was read`);
  if (response.body?.locked) throw invalid(`${name} must be a Response with its body, and is one whose body is locked`);
  if (/^\s*application\/wasm\s*$/i.test(response.headers.get('Content-Type') ?? '')) {
    const module = await compileStreaming(response);
    if (module) return module;
  }
  return compileBytes(await bytesOfResponse(response), response.url); // streaming takes no other type
}

/** `undefined`: it has not been touched, because it is another's Response, and must be read first. */
async function compileStreaming(response: Response): Promise<WebAssembly.Module | undefined> {
  const head = readHead(response);
  try {
    const module = await WebAssembly.compileStreaming(response);
    keepHead(module, await head);
    return module;
  } catch (cause) {
    if (!response.bodyUsed) return undefined;
    throw read(cause, 'name') === 'CompileError' ? uncompiled(cause, response.url) : unfetched(cause);
  }
}

/** Reads the types of its imports and exports beside the compiler, out of a clone and no further than that: engines keep what
 * they have compiled for later pages only if they are given the response itself, and not a stream of its bytes. */
async function readHead(response: Response): Promise<Head | undefined> {
  try {
    const { body } = response.clone();
    return body ? await headInStream(body) : undefined;
  } catch {
    return undefined; // another's Response
  }
}

async function bytesOfResponse(response: Response): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw unfetched(cause);
  }
}

/** A response that has what was asked for. Rejects with a `FetchError`. */
export async function fetched(source: Response | Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await source;
  } catch (cause) {
    throw unfetched(cause);
  }
  if (response.ok) return response;
  letGo(response); // nobody reads what a server says of its error, and it may be long
  if (response.type !== 'opaque' && response.type !== 'opaqueredirect' && response.type !== 'error') {
    throw new FetchError(`the module could not be fetched: ${response.status} for ${quote(response.url)}`);
  }
  throw new FetchError(`the module could not be fetched: its Response is of type "${response.type}", without content`);
}

/** The bytes are copied first: the caller may change them while they are compiled, and they may be shared memory. Of
 * what is no module, however much it is, only the beginning is. */
export async function compileBytes(source: Bytes, url = ''): Promise<WebAssembly.Module> {
  const view = viewOf('source', source);
  if (!view) throw refusal('source', source, TAKEN);
  const head = copyOf(view.subarray(0, HEAD_BYTES));
  const bytes = isModuleHead(head) ? copyOf(view) : head;
  try {
    const module = await WebAssembly.compile(bytes);
    keepHead(module, headIn(bytes));
    return module;
  } catch (cause) {
    throw uncompiled(cause, url, looksLike(bytes));
  }
}

function unfetched(cause: unknown): FetchError {
  return new FetchError(`the module could not be fetched: ${reasonOf(cause)}`, { cause });
}

function uncompiled(cause: unknown, url: string, got = ''): CompileError {
  const from = url === '' ? '' : ` from ${quote(url)}`;
  if (got !== '') return new CompileError(`this is not a WebAssembly module: got ${got}${from}`, { cause });
  return new CompileError(`this is not a WebAssembly module that the engine takes${from}: ${reasonOf(cause)}`, {
    cause,
  });
}

/** Platforms quote a URL in full, however long it is. */
function reasonOf(cause: unknown): string {
  const message = read(cause, 'message');
  return typeof message === 'string' ? message.slice(0, REASON_CHARS) : show(cause);
}
