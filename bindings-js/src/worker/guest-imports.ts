/** What guests can import: functions of coordinator.wasm, wasm to wasm. */
import type { CoordinatorExports } from '../shared/thread.js';

type Functions = Record<string, WebAssembly.ImportValue>;
export type ImportTable = Readonly<Record<string, Functions>>;

/** By module, the prefixes of the exports of coordinator.wasm that guests get; later ones win. */
const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  wasi_snapshot_preview1: ['guest_'],
  wasi_unstable: ['guest_', 'unstable_'],
  millrace: ['host_'],
};

/** Runtimes that have sockets extend WASI by more functions of this kind, and give some of WASI's own other parameters. */
const SOCKET = /^sock_/;
const ENOSYS = 52;
const refuseSocket = (): number => ENOSYS;

/** All that there is to import. */
export function importTable(exports: CoordinatorExports): ImportTable {
  const table = emptyTable<Functions>();
  for (const [module, prefixes] of Object.entries(PREFIXES)) {
    const functions = (table[module] = emptyTable<WebAssembly.ImportValue>());
    for (const prefix of prefixes) {
      for (const [name, value] of Object.entries(exports)) {
        if (name.startsWith(prefix)) functions[name.slice(prefix.length)] = value as () => void;
      }
    }
  }
  return table;
}

/** What there is for each import of a module; `undefined`: nothing. If it wants sockets that WASI does not have, then no
 * socket of its is WASI's. */
export function builtIns(
  table: ImportTable,
  imports: readonly WebAssembly.ModuleImportDescriptor[],
): (WebAssembly.ImportValue | undefined)[] {
  const refuses = imports.some((descriptor) => isSocket(descriptor) && !table[descriptor.module]?.[descriptor.name]);
  return imports.map((descriptor) => {
    if (descriptor.kind !== 'function') return undefined;
    return refuses && isSocket(descriptor) ? refuseSocket : table[descriptor.module]?.[descriptor.name];
  });
}

/** Whether a module's functions reach the guest's memory. */
export function isOurs(module: string): boolean {
  return Object.hasOwn(PREFIXES, module);
}

function isSocket({ module, name }: WebAssembly.ModuleImportDescriptor): boolean {
  return module.startsWith('wasi_') && module in PREFIXES && SOCKET.test(name);
}

/** Names are guests' to choose: nothing is inherited. */
export function emptyTable<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
