/** Which imports a C program serves: the numbers of its handlers, by module and name. */
import type { ModuleImport } from '../client/import-list.js';

export class ServedImports {
  readonly #handlers = new Map<string, Map<string, number>>();

  /** `handler` 0: nobody serves it any more. */
  set(module: string, name: string, handler: number): void {
    const names = this.#handlers.get(module) ?? new Map<string, number>();
    this.#handlers.set(module, names);
    if (handler > 0) names.set(name, handler);
    else names.delete(name);
  }

  /** Who serves an import; 0: nobody. */
  get({ module, name, kind }: ModuleImport): number {
    return kind === 'function' ? (this.#handlers.get(module)?.get(name) ?? 0) : 0;
  }

  /** Those that are served of a module's imports, by their places. */
  placesIn(imports: readonly ModuleImport[]): number[] {
    return [...imports.keys()].filter((place) => this.get(imports[place]!) > 0);
  }
}
