/** What a worker knows of a module. */
import type { Signature } from './signature.js';

/** A guest's module, looked at once. */
export interface Guest {
  readonly module: WebAssembly.Module;
  readonly head: Uint8Array | undefined;
  readonly imports: readonly WebAssembly.ModuleImportDescriptor[];
  /** The kinds of its exports, by name. */
  readonly exports: ReadonlyMap<string, WebAssembly.ImportExportKind>;
  /** The signatures that were asked for; `undefined`: not known. */
  readonly signatures: Map<string, Signature | undefined>;
}

/** Looks at what a module imports and exports. */
export function inspect(module: WebAssembly.Module, head: Uint8Array | undefined): Guest {
  const exports = new Map(WebAssembly.Module.exports(module).map((e) => [e.name, e.kind]));
  return { module, head, imports: WebAssembly.Module.imports(module), exports, signatures: new Map() };
}
