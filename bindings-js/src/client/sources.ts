/** Where a pool has its scripts and its wasm from: beside the package's module, from URLs of the embedder's, or as workers that
 * the embedder starts himself. */
import { isUrl, read } from '../shared/brand.js';
import { FetchError, JobError, StartError } from '../shared/errors.js';
import { fields, type Names, refusal } from '../shared/gate.js';
import { errorText, rootCause } from '../platform/error-text.js';
import { placeOf } from '../platform/place.js';
import {
  type Files,
  NoScriptError,
  type Platform,
  type Script,
  type ScriptKind,
  type ScriptPlace,
} from '../platform/platform.js';
import { Compiler } from './modules.js';
import { ownWasm } from './own-files.js';
import type { Patience } from './patience.js';

export type { ScriptKind };

/** Where a file is. Strings are relative to the page; in Node they can be paths. A `TrustedScriptURL` is passed on as it is. */
export type FileUrl = string | URL | TrustedUrl;

/** As `TrustedScriptURL`, which not every library of TypeScript has. */
export interface TrustedUrl {
  /** The URL. */
  toJSON(): string;
  /** The URL. */
  toString(): string;
}

/** Where the package's files are. */
export interface PoolUrls {
  /** Where `coordinator.wasm` is.
   * @default beside this module */
  readonly wasm?: FileUrl | undefined;
  /** Where the coordinator's script is.
   * @default `coordinator.js` beside this module, `coordinator.node.mjs` in Node */
  readonly coordinator?: FileUrl | undefined;
  /** Where the workers' script is.
   * @default `worker.js` beside this module, `worker.node.mjs` in Node */
  readonly worker?: FileUrl | undefined;
  /** Where the cells' script is, which the `jspi` tier has in the place of the two above.
   * @default `cell.js` beside this module, `cell.node.mjs` in Node */
  readonly cell?: FileUrl | undefined;
}

/** A worker, as far as a pool needs one: a `Worker` of browsers, or one of Node's `worker_threads`. */
export interface PoolWorker {
  /** Sends a message. */
  postMessage(message: never, transfer: never): void;
  /** Ends it. */
  terminate(): unknown;
}

/** Starts a worker with one of the package's scripts, as a module: `millrace/coordinator.js`, `millrace/worker.js` or
 * `millrace/cell.js`; in Node those that end in `.node.mjs`. Called for each thread, also later, when one must be replaced. `name`
 * is what the pool would call it. */
export type SpawnWorker = (kind: ScriptKind, name: string) => PoolWorker;

export const urlNames = { wasm: true, coordinator: true, worker: true, cell: true } as const satisfies Names<PoolUrls>;

/** What is checked of a pool's options `urls` and `spawn`. */
export interface Sources {
  readonly places: ReadonlyMap<keyof PoolUrls, ScriptPlace>;
  readonly spawn: SpawnWorker | undefined;
}

/** Throws POOL_EINVAL naming what is wrong. */
export function sourcesOf(platform: Platform, urls: unknown, spawn: unknown): Sources {
  const given = fields<PoolUrls>('urls', urls, urlNames, 'urls.');
  const keys = Object.keys(given) as (keyof PoolUrls)[];
  if (spawn !== undefined && typeof spawn !== 'function')
    throw refusal('spawn', spawn, 'a function that starts a worker');
  const places = new Map(keys.map((key) => [key, placeGiven(platform, key, given[key])]));
  return { places, spawn: spawn as SpawnWorker | undefined };
}

function placeGiven(platform: Platform, key: keyof PoolUrls, given: unknown): ScriptPlace {
  const isTrusted = Object.prototype.toString.call(given) === '[object TrustedScriptURL]';
  const text = isUrl(given) ? given.href : isTrusted ? String(given) : given;
  const taken = 'a URL, or a string that is one';
  if (typeof text !== 'string' || text === '') throw refusal(`urls.${key}`, given, taken);
  try {
    return { url: platform.urlOf(text), given: isTrusted ? (given as object) : undefined, isOwn: false };
  } catch {
    throw refusal(`urls.${key}`, text, taken);
  }
}

/** Gets a script ready. Rejects with a `StartError` that says what to do. */
export async function openScript(platform: Platform, sources: Sources, kind: ScriptKind): Promise<Script> {
  if (sources.spawn) return ownScript(platform, sources.spawn, kind);
  const place = sources.places.get(kind) ?? { url: located(platform, kind), isOwn: true };
  try {
    return await platform.open(place);
  } catch (cause) {
    const what = `could not be started: ${errorText(cause)}`;
    if (cause instanceof NoScriptError) throw startError(platform, kind, what, cause);
    throw new StartError(`${platform.fileNames[kind]} ${what}`, { cause: rootCause(cause) });
  }
}

/** The embedder starts it. */
function ownScript(platform: Platform, spawn: SpawnWorker, kind: ScriptKind): Script {
  const place = `spawn("${kind}")`;
  return {
    place,
    spawn: <Out, In>(name: string) => {
      const worker: unknown = spawn(kind, name);
      const child = platform.adopt<Out, In>(worker);
      if (!child) throw refusal(place, worker, 'a Worker');
      return child;
    },
  };
}

/** Of each URL that embedders give the wasm is compiled once, too. */
const compilers = new WeakMap<Platform, Compiler>();

/** Compiles the pool's own wasm, unless it is. Rejects with a `StartError`, unless it was cancelled. */
export async function loadWasm(platform: Platform, sources: Sources, patience: Patience): Promise<WebAssembly.Module> {
  const place = sources.places.get('wasm');
  const own = place ? undefined : await patience.until(ownWasm(platform));
  if (own) return own;
  const compiler = compilers.get(platform) ?? new Compiler(platform);
  compilers.set(platform, compiler);
  const source = place?.url ?? located(platform, 'wasm');
  try {
    return await compiler.compile(source, patience);
  } catch (cause) {
    if (cause instanceof JobError) throw cause; // it was cancelled
    const refused = cause instanceof FetchError ? await platform.refusedConnection() : undefined;
    if (refused)
      throw new StartError(`${platform.fileNames.wasm} could not be loaded: ${refused}`, { cause: rootOf(cause) });
    const from = typeof source === 'string' ? ` from ${placeOf(source)}` : '';
    if (!(await takesWasm())) throw new StartError(NO_WASM, { cause: rootOf(cause) });
    throw startError(platform, 'wasm', `could not be loaded${from}: ${errorText(cause)}`, cause);
  }
}

/** The smallest module that there is. */
const EMPTY = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** What errors say of that. */
export const NO_WASM =
  "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src (coordinator.wasm)";

/** A page's policy may forbid wasm altogether, and engines say that in many ways. */
function takesWasm(): Promise<boolean> {
  return WebAssembly.compile(EMPTY).then(
    () => true,
    () => false,
  );
}

function located<K extends keyof Files>(platform: Platform, kind: K): ReturnType<Files[K]> {
  try {
    const place = platform.files[kind]();
    return (typeof place === 'string' ? platform.urlOf(place) : place) as ReturnType<Files[K]>; // some bundlers give a path
  } catch (cause) {
    throw startError(
      platform,
      kind,
      'could not be found: the package was bundled in a way that loses where it is',
      cause,
    );
  }
}

/** `what` follows the file's name; what to do follows that. */
export function startError(platform: Platform, kind: keyof Files, what: string, cause: unknown): StartError {
  return new StartError(`${platform.fileNames[kind]} ${what}; ${remedy(kind, what)}`, { cause: rootOf(cause) });
}

function remedy(kind: keyof Files, what: string): string {
  if (what.includes('.vite/deps/')) return `set optimizeDeps: { exclude: ['millrace'] } in Vite's configuration`;
  return `import 'millrace/inline', which needs no files beside it, or set urls.${kind} to where the package's file is`;
}

/** The platform's error, if ours only tells of that. */
function rootOf(error: unknown): unknown {
  const cause = read(error, 'cause');
  return cause === undefined || cause instanceof StartError ? error : cause;
}
