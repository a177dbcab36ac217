// One test under @bjorn3/browser_wasi_shim, set up as its README says.

import {
  ConsoleStdout,
  Directory,
  File,
  OpenFile,
  PreopenDirectory,
  WASI,
} from '../../node_modules/@bjorn3/browser_wasi_shim/dist/index.js';
import { listen, post } from '../../bench/ways/lib/scope.mjs';
import { decoded } from './judge.mjs';

function contentOf(tree) {
  const entries = Object.entries(tree).map(([name, value]) => {
    return [name, typeof value === 'string' ? new File(decoded(value)) : new Directory(contentOf(value))];
  });
  return new Map(entries);
}

/** What is printed, and where it goes. */
function recorder() {
  const decoder = new TextDecoder();
  const record = {
    text: '',
    fd: new ConsoleStdout((bytes) => (record.text += decoder.decode(bytes, { stream: true }))),
  };
  return record;
}

listen(({ module, test }) => {
  const [stdout, stderr] = [recorder(), recorder()];
  const env = Object.entries(test.env).map(([name, value]) => `${name}=${value}`);
  const directories = test.mounts.map(({ path, tree }) => new PreopenDirectory(path, contentOf(tree)));
  const fds = [new OpenFile(new File([])), stdout.fd, stderr.fd, ...directories];
  const wasi = new WASI(['guest', ...test.args], env, fds, { debug: false });
  const outcome = {};
  try {
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
    outcome.code = wasi.start(instance);
  } catch (error) {
    outcome.error = String(error);
  }
  post({ ...outcome, stdout: stdout.text, stderr: stderr.text });
});
