/** A module out of a file: its bytes, compiled, or a sentence that says why it cannot be. */
import { readFile } from 'node:fs/promises';
import { looksLike } from '../client/sniff.js';
import { codeOf, exitCodes, Failure, messageOf } from './failure.js';

export interface ModuleFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly module: WebAssembly.Module;
}

const COMPONENT = 0x0d;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
};

export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const code = codeOf(error);
    const reason = reasons[String(code)] ?? messageOf(error);
    throw new Failure(`${path}: ${reason}`, code === 'ENOENT' ? exitCodes.notFound : exitCodes.cannotRun);
  }
}

export async function compiled<T>(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  try {
    return await compile(bytes);
  } catch (error) {
    const { name, cause } = error as Error;
    if (name !== 'CompileError') throw error;
    throw new Failure(`${path}: ${whyNot(bytes, messageOf(cause ?? error))}`, exitCodes.cannotRun);
  }
}

export async function readModule(path: string): Promise<ModuleFile> {
  const bytes = await readBytes(path);
  return { bytes, module: await compiled(path, bytes, (source) => WebAssembly.compile(source)) };
}

function whyNot(bytes: Uint8Array, message: string): string {
  const got = looksLike(bytes);
  if (got !== '') return `this is not a WebAssembly module: got ${got}`;
  if (bytes[4] === COMPONENT && bytes[6] === 1) {
    return 'this is a component (WASI preview 2), and not a module: build it for WASI preview 1 (wasm32-wasip1)';
  }
  return `this is not a WebAssembly module that the engine takes: ${message}`;
}
