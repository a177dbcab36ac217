// Runs the guest `crossing` under @bjorn3/browser_wasi_shim, and says what it found.

import { Fd, File, OpenFile, PreopenDirectory, WASI } from '../../node_modules/@bjorn3/browser_wasi_shim/dist/index.js';
import { listen, post } from '../ways/lib/scope.mjs';

/** Takes everything, as a pipe with room does. */
class Sink extends Fd {
  /** @type {Uint8Array[]} */
  chunks = [];

  /** @param {Uint8Array} data */
  fd_write(data) {
    this.chunks.push(data.slice());
    return { ret: 0, nwritten: data.length };
  }

  text() {
    return this.chunks.map((chunk) => new TextDecoder().decode(chunk)).join('');
  }
}

listen(({ module, call, n, fileBytes }) => {
  try {
    const [stdout, stderr] = [new Sink(), new Sink()];
    const stdin = new OpenFile(new File(new Uint8Array(n)));
    const directory = new PreopenDirectory('/', new Map([['pages', new File(new Uint8Array(fileBytes))]]));
    const fds = [stdin, stdout, stderr, directory];
    const wasi = new WASI(['crossing', call, String(n)], [], fds, { debug: false });
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
    const code = wasi.start(instance);
    if (code !== 0) throw new Error(`crossing exited with ${code}: ${stderr.text()}`);
    post({ ns: Number(stderr.text()) });
  } catch (error) {
    post({ error: String(error) });
  }
});
