// Runs whole programs on an implementation of WASI in JavaScript: @bjorn3/browser_wasi_shim, or @runno/wasi.

import {
  Directory,
  Fd,
  File,
  OpenFile,
  PreopenDirectory,
  WASI,
} from '../../node_modules/@bjorn3/browser_wasi_shim/dist/index.js';
import { WASI as RunnoWasi } from '../../node_modules/@runno/wasi/dist/main.js';
import { listen, post } from '../ways/lib/scope.mjs';
import { unstableOf, withAllRights } from './unstable.mjs';

const decoder = new TextDecoder();

/** Keeps everything. */
class Sink extends Fd {
  /** @type {Uint8Array[]} */
  chunks = [];
  size = 0;

  /** @param {Uint8Array} data */
  fd_write(data) {
    this.chunks.push(data.slice());
    this.size += data.length;
    return { ret: 0, nwritten: data.length };
  }

  text() {
    return this.chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  }
}

/** @param {Record<string, Uint8Array>} files by paths */
function tree(files) {
  /** @type {Map<string, any>} */
  const root = new Map();
  for (const [path, bytes] of Object.entries(files)) {
    const names = path.split('/');
    const last = /** @type {string} */ (names.pop());
    let folder = root;
    for (const name of names) {
      if (!folder.has(name)) folder.set(name, new Directory(new Map()));
      folder = folder.get(name).contents;
    }
    folder.set(last, new File(bytes));
  }
  return root;
}

/** @param {any} order */
function runShim({ module, args, stdin, files, isBinary }) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const fds = [new OpenFile(new File(stdin)), stdout, stderr, new PreopenDirectory('/', tree(files))];
  const wasi = new WASI(args, [], fds, { debug: false });
  const refused = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 52]));
  const preview1 = { ...refused, ...wasi.wasiImport };
  /** @type {any} */
  let instance;
  const memory = () => instance.exports.memory;
  const unstable = withAllRights(unstableOf(preview1, memory), memory);
  instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: preview1, wasi_unstable: unstable });
  const code = wasi.start(instance);
  return { code, stdout: isBinary ? String(stdout.size) : stdout.text(), error: stderr.text() };
}

/** @param {any} order */
function runRunno({ module, args, stdin, files }) {
  let [input, stdout, stderr] = [decoder.decode(stdin), '', ''];
  const at = new Date();
  const timestamps = { access: at, change: at, modification: at };
  const fs = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      `/${path}`,
      { path: `/${path}`, timestamps, mode: 'binary', content },
    ]),
  );
  const wasi = new RunnoWasi({
    args,
    env: {},
    fs: /** @type {any} */ (fs),
    stdin: () => {
      const all = input === '' ? null : input;
      input = '';
      return all;
    },
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
  });
  const imports = /** @type {any} */ (wasi.getImportObject());
  const refused = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 52]));
  for (const name of Object.keys(imports)) imports[name] = { ...refused, ...imports[name] };
  const { exitCode } = wasi.start({ module, instance: new WebAssembly.Instance(module, imports) });
  return { code: exitCode, stdout, error: stderr };
}

listen((order) => {
  try {
    post(order.runtime === 'Runno' ? runRunno(order) : runShim(order));
  } catch (error) {
    post({ code: -1, stdout: '', error: String(error) });
  }
});
