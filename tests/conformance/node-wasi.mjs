// The tests on node:wasi, each in a process of its own with copies of its folders on the disk, which is what it works on.

import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TIMEOUT_MS } from './judge.mjs';

const PROGRAM = fileURLToPath(new URL('./node-wasi-guest.mjs', import.meta.url));

/** @returns {import('./judge.mjs').Runtime} */
export function openNodeWasi() {
  return { run, close: async () => {} };
}

async function run({ wasm, args, env, mounts }) {
  const scratch = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const preopens = {};
    for (const [i, { path, folder }] of mounts.entries()) {
      preopens[path] = join(scratch, String(i));
      await cp(folder, preopens[path], { recursive: true, filter: (name) => !name.endsWith('.cleanup') });
    }
    return await runProgram(JSON.stringify({ wasm, args, env, preopens }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function runProgram(spec) {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' };
    const done = (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      const outcome = Number.isInteger(code) ? { code } : { error: `no end within ${TIMEOUT_MS} ms` };
      resolve({ ...outcome, stdout, stderr });
    };
    execFile(process.execPath, ['--no-warnings', PROGRAM, spec], options, done).stdin?.end();
  });
}
