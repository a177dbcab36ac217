/** Compiling guests: once each, whatever shape they come in. */
import { CompileError, FetchError } from './errors.js';
import type { Platform } from './platform.js';

/** Where a module can come from. Strings are URLs, relative to the page; in Node also paths. */
export type ModuleSource = string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module;

export class Compiler {
  readonly #platform: Platform;
  readonly #byUrl = new Map<string, Promise<WebAssembly.Module>>();
  readonly #urls = new WeakMap<WebAssembly.Module, string>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  compile(source: ModuleSource): Promise<WebAssembly.Module> {
    if (source instanceof WebAssembly.Module) return Promise.resolve(source);
    if (typeof source === 'string' || source instanceof URL) return this.#compileUrl(source);
    if (source instanceof Response || source instanceof Promise) return compileResponse(source);
    return compileBytes(source);
  }

  /** Forgets that a URL has been compiled to this module. */
  forget(module: WebAssembly.Module): void {
    const url = this.#urls.get(module);
    if (url !== undefined) this.#byUrl.delete(url);
  }

  #compileUrl(source: string | URL): Promise<WebAssembly.Module> {
    const key = String(source);
    let module = this.#byUrl.get(key);
    if (!module) {
      module = compileResponse(this.#platform.load(source));
      module.then(
        (compiled) => this.#urls.set(compiled, key),
        () => this.#byUrl.delete(key), // a later try may find it
      );
      this.#byUrl.set(key, module);
    }
    return module;
  }
}

async function compileResponse(source: Response | Promise<Response>): Promise<WebAssembly.Module> {
  const response = await fetched(source);
  if (!/^application\/wasm\b/.test(response.headers.get('Content-Type') ?? '')) {
    return compileBytes(await response.arrayBuffer()); // streaming refuses any other type
  }
  return translate(WebAssembly.compileStreaming(response));
}

/** A response that has what was asked for. Rejects with a `FetchError`. */
export async function fetched(source: Response | Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await source;
  } catch (cause) {
    throw new FetchError(`the module could not be fetched: ${String(cause)}`, { cause });
  }
  if (response.ok) return response;
  throw new FetchError(`the module could not be fetched: ${response.status} for ${response.url}`);
}

/** The bytes are copied first: the caller may change them while they are compiled, and they may be shared memory. */
export function compileBytes(source: BufferSource): Promise<WebAssembly.Module> {
  const view = ArrayBuffer.isView(source) ? source : new Uint8Array(source);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return translate(WebAssembly.compile(bytes.slice()));
}

async function translate(compiling: Promise<WebAssembly.Module>): Promise<WebAssembly.Module> {
  try {
    return await compiling;
  } catch (cause) {
    throw new CompileError(`this is not a WebAssembly module that the engine takes: ${(cause as Error).message}`, {
      cause,
    });
  }
}
