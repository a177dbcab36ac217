// Compiles the examples of this folder with the compilers that are found, and runs each on the package.
// Usage, after `make js`: [RUSTC=…] [ZIG=…] [ASC=…] node examples/guests/host/try.mjs
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from '../../../npm/dist/index.node.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const { RUSTC = 'rustc', ZIG = 'zig', ASC = 'asc' } = process.env;

/** How each is compiled: the commands that their first lines tell. */
const compilers = {
  rust: (out) => [RUSTC, '--target', 'wasm32-wasip1', '-O', 'ask.rs', '-o', out],
  zig: (out) => [ZIG, 'build-exe', '-target', 'wasm32-wasi', '-O', 'ReleaseSmall', 'ask.zig', `-femit-bin=${out}`],
  assemblyscript: (out) => [
    ASC,
    'ask.ts',
    '--optimize',
    '--exportStart',
    '_start',
    '--use',
    'abort=',
    '--outFile',
    out,
  ],
};

const host = {
  upper: async (_, { text }) => text().toUpperCase(),
  fail: () => {
    throw new Error('no luck');
  },
};

async function tryOne(pool, wasm) {
  const ask = (...args) => pool.run(wasm, { args });
  const fine = await ask('upper', 'grüße');
  assert.deepEqual([fine.code, fine.stdoutText], [0, 'GRÜSSE\n']);
  const failed = await ask('fail', '');
  assert.deepEqual([failed.code, failed.stdoutText], [1, 'error -5: no luck\n']);
  const nobody = await ask('nobody', '');
  assert.deepEqual([nobody.code, nobody.stdoutText], [1, 'error -2: \n']);
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-host-'));
const pool = await Pool.create({ workers: 1, host });
try {
  for (const [language, command] of Object.entries(compilers)) {
    const wasm = join(folder, `${language}.wasm`);
    const [compiler, ...args] = command(wasm);
    const { error, status, stderr } = spawnSync(compiler, args, { cwd: here, encoding: 'utf8' });
    if (error?.code === 'ENOENT') {
      console.log(`${language}: not tried, there is no ${compiler}`);
      continue;
    }
    assert.equal(status, 0, stderr);
    await tryOne(pool, wasm);
    console.log(`${language}: ok`);
  }
} finally {
  await pool.close();
  rmSync(folder, { recursive: true });
}
