/** What a module imports and exports, who provides it here, and whether it would run. */
import type { CoordinatorExports } from '../shared/thread.js';
import { builtIns, importTable, isOurs } from '../worker/guest-imports.js';
import type { ModuleFile } from './module-file.js';
import { typesOf } from './module-types.js';

/** Who provides an import: WASI; Millrace itself, as of host calls; `'refused'`: each call fails with ENOSYS; nobody. */
export type Provider = 'wasi' | 'millrace' | 'refused' | null;

export interface Import extends WebAssembly.ModuleImportDescriptor {
  readonly type: string | null;
  readonly provider: Provider;
}

export interface Export extends WebAssembly.ModuleExportDescriptor {
  readonly type: string | null;
}

export interface Findings {
  readonly kind: 'command' | 'library';
  /** Whether `millrace run` would start it. */
  readonly runs: boolean;
  /** Why not: a sentence each. */
  readonly problems: readonly string[];
  /** What may help. */
  readonly hints: readonly string[];
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
}

const COMMAND = '() -> ()';

/** By modules that toolchains import, what they were meant for. */
const toolchains: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /^(wbg|__wbindgen_.*|.*_bg\.js)$/,
    'wasm-bindgen made it for JavaScript: build it for wasm32-wasip1, without wasm-bindgen',
  ],
  [/^(gojs|go)$/, "it is for Go's own JavaScript: build it with GOOS=wasip1"],
  [
    /^(env|a|asyncify)$/,
    'if emscripten made it for its own JavaScript: build it with -sSTANDALONE_WASM; pool.run serves imports by its option imports',
  ],
  [/^wasi:/, 'it is for WASI preview 2: build it for preview 1 (wasm32-wasip1)'],
];

/** What the coordinator's module has for guests: exports by their names, and the types of these. */
function ours({ bytes, module }: ModuleFile): { table: ReturnType<typeof importTable>; types: Map<string, string> } {
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  const { exports } = typesOf(bytes);
  const types = new Map(names.map((name, i) => [name, exports[i] ?? '']));
  const standIns = Object.fromEntries(names.map((name) => [name, name])) as unknown as CoordinatorExports;
  return { table: importTable(standIns), types };
}

function providerOf({ module }: WebAssembly.ModuleImportDescriptor, value: unknown): Provider {
  if (value === undefined) return null;
  if (typeof value === 'function') return 'refused';
  return module === 'millrace' ? 'millrace' : 'wasi';
}

function findImports(file: ModuleFile, coordinator: ModuleFile): { imports: Import[]; mistaken: string[] } {
  const { table, types } = ours(coordinator);
  const descriptors = WebAssembly.Module.imports(file.module);
  const values = builtIns(table, descriptors) as unknown[];
  const known = typesOf(file.bytes).imports;
  const mistaken: string[] = [];
  const imports = descriptors.map((descriptor, i): Import => {
    const { module, name, kind } = descriptor;
    const [type, provider] = [known[i] ?? null, providerOf(descriptor, values[i])];
    const wanted = types.get(String(values[i]));
    if (provider !== 'refused' && type && wanted && type !== wanted)
      mistaken.push(`${module}.${name} is ${wanted}, and not ${type}`);
    return { module, name, kind, type, provider };
  });
  return { imports, mistaken };
}

/** An import or an export, as errors show it. */
export function nameOf({ module, name, kind, type }: Import): string {
  return kind === 'function' ? `${module}.${name} ${type ?? ''}`.trimEnd() : `${kind} ${module}.${name}`;
}

function problemsOf(imports: readonly Import[], exports: readonly Export[], mistaken: readonly string[]): string[] {
  const lacking = imports.filter(({ provider }) => provider === null);
  const problems = lacking.length > 0 ? [`nobody provides ${lacking.map(nameOf).join(', ')}`] : [];
  problems.push(...mistaken);
  const has = (name: string, kind: string): Export | undefined =>
    exports.find((each) => each.name === name && each.kind === kind);
  if (imports.some(({ module }) => isOurs(module)) && !has('memory', 'memory')) {
    problems.push('it uses WASI but exports no memory');
  }
  const start = has('_start', 'function');
  if (!start) problems.push('it exports no function _start, so it is no command');
  else if (start.type !== null && start.type !== COMMAND)
    problems.push(`its _start is ${start.type}, so nobody can call it`);
  return problems;
}

function hintsOf(imports: readonly Import[], exports: readonly Export[], isCommand: boolean): string[] {
  const modules = new Set(imports.filter(({ provider }) => provider === null).map(({ module }) => module));
  const hints = toolchains
    .filter(([pattern]) => [...modules].some((name) => pattern.test(name)))
    .map(([, hint]) => hint);
  const callable = exports.some(({ kind }) => kind === 'function');
  if (!isCommand && callable && modules.size === 0) hints.push('pool.call and pool.instantiate call its exports');
  return hints;
}

export function findingsOf(file: ModuleFile, coordinator: ModuleFile): Findings {
  const { imports, mistaken } = findImports(file, coordinator);
  const types = typesOf(file.bytes).exports;
  const exports = WebAssembly.Module.exports(file.module).map(({ name, kind }, i): Export => {
    return { name, kind, type: types[i] ?? null };
  });
  const isCommand = exports.some(({ name, kind }) => name === '_start' && kind === 'function');
  const problems = problemsOf(imports, exports, mistaken);
  return {
    kind: isCommand ? 'command' : 'library',
    runs: problems.length === 0,
    problems,
    hints: hintsOf(imports, exports, isCommand),
    imports,
    exports,
  };
}
