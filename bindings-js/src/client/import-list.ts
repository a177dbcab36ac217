/** What the workers were told of imports: each set of served imports, and each URL, once. */
import type { Crew } from './crew.js';
import type { CheckedImports, ImportHandlers, ServedImport } from './imports.js';

/** How the imports of one module are linked. */
export interface Linkage {
  /** What a job says; 0: there is nothing to say. */
  readonly id: number;
  /** By their places in the module's list. */
  readonly served: ReadonlyMap<number, ServedImport>;
  /** The module of `importsFrom`, as an absolute URL. */
  readonly from: string | undefined;
}

/** One of a module's imports, which not every type library has a type for. */
export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

const nothing: Linkage = { id: 0, served: new Map(), from: undefined };

export class ImportList {
  readonly #crew: Crew;
  readonly #urlOf: (text: string) => string;
  readonly #descriptors = new WeakMap<WebAssembly.Module, readonly ModuleImport[]>();
  readonly #ids = new Map<string, number>();

  constructor(crew: Crew, urlOf: (text: string) => string) {
    this.#crew = crew;
    this.#urlOf = urlOf;
  }

  /** Has the workers know how a module is linked. */
  link(module: WebAssembly.Module, { handlers, from }: CheckedImports): Linkage {
    if (handlers.size === 0 && from === undefined) return nothing;
    const served = servedImports(this.importsOf(module), handlers);
    const url = from === undefined ? undefined : this.#urlOf(from);
    if (served.size === 0 && url === undefined) return nothing;
    return { id: this.idOf([...served.keys()], url), served, from: url };
  }

  /** What a module imports, in its order. */
  importsOf(module: WebAssembly.Module): readonly ModuleImport[] {
    const known = this.#descriptors.get(module) ?? WebAssembly.Module.imports(module);
    this.#descriptors.set(module, known);
    return known;
  }

  /** What a job says to be linked like that; the workers are told. */
  idOf(served: number[], from: string | undefined): number {
    const key = `${served.join()} ${from ?? ''}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#ids.size + 1;
      this.#ids.set(key, id);
      this.#crew.addImports({ type: 'millrace:imports', id, served, from });
    }
    return id;
  }
}

/** The imports of a module that handlers serve, by their places in its list. */
function servedImports(imports: readonly ModuleImport[], handlers: ImportHandlers): Map<number, ServedImport> {
  const served = new Map<number, ServedImport>();
  for (const [number, { module, name, kind }] of imports.entries()) {
    const handler = kind === 'function' ? handlers.get(module)?.get(name) : undefined;
    if (handler) served.set(number, { module, name, handler });
  }
  return served;
}
