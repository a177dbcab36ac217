/** Where the package's files are in Node: beside this module, or where the package is installed, if a bundler has taken the
 * module away from them. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Files } from './platform.js';

export const files: Files = {
  coordinator: () => found(() => new URL('./coordinator.node.mjs', import.meta.url), 'coordinator.node.mjs'),
  worker: () => found(() => new URL('./worker.node.mjs', import.meta.url), 'worker.node.mjs'),
  cell: () => found(() => new URL('./cell.node.mjs', import.meta.url), 'cell.node.mjs'),
  wasm: () => found(() => new URL('./coordinator.wasm', import.meta.url), 'coordinator.wasm'),
};

function found(beside: () => URL, name: string): string {
  const url = attempt(() => new URL(beside().href)); // some bundlers give a path, which is not one here
  if (url && (url.protocol !== 'file:' || existsSync(url))) return url.href;
  return installed(name) ?? url?.href ?? notFound(name);
}

/** As `require.resolve` finds it, from where the bundle is or the program was started. */
function installed(name: string): string | undefined {
  const bundle = typeof __filename === 'string' ? __filename : import.meta.url;
  for (const from of [bundle, `${process.cwd()}/`]) {
    const path = from && attempt(() => createRequire(from).resolve(`millrace/${name}`));
    if (path) return pathToFileURL(path).href;
  }
  return undefined;
}

function attempt<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

function notFound(name: string): never {
  throw new Error(`${name} is neither beside this bundle, nor is the package installed where it runs`);
}
