/** The package's own files, which a page's first pool begins to load beside its code, and not after it. */
import type { Platform, ScriptKind } from '../platform/platform.js';

const modules = new WeakMap<Platform, Promise<WebAssembly.Module | undefined>>();

/** The wasm beside the package's script, or in it: compiled once, for however many pools. `undefined`: it cannot be had in this
 * way, and may be tried again. */
export function ownWasm(platform: Platform): Promise<WebAssembly.Module | undefined> {
  const known = modules.get(platform);
  if (known) return known;
  const module = compileOwn(platform).catch(() => {
    modules.delete(platform);
    return undefined;
  });
  modules.set(platform, module);
  return module;
}

async function compileOwn(platform: Platform): Promise<WebAssembly.Module> {
  const place = platform.files.wasm();
  if (typeof place !== 'string') return WebAssembly.compile(await place);
  return WebAssembly.compileStreaming(await platform.load(platform.urlOf(place)));
}

/** Begins to load what a pool needs that runs these scripts, if there are any. What fails is found again by whoever needs it. */
export function loadAhead(platform: Platform, kinds: readonly ScriptKind[]): void {
  if (kinds.length > 0) void ownWasm(platform);
  for (const kind of kinds) void openOwn(platform, kind).catch(() => undefined);
}

async function openOwn(platform: Platform, kind: ScriptKind): Promise<void> {
  await platform.open({ url: platform.urlOf(platform.files[kind]()), isOwn: true });
}
