// Compiles the examples of this folder, and runs each on the package.
// Usage, after `make js`: [ZIG=…] [ASC=…] node examples/guests/host/try.mjs [all]
// A language without a compiler is left out, or with `all` a failure.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from '../../../npm/dist/index.node.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const { ZIG = 'zig', ASC = 'asc' } = process.env;

/** How each is compiled: the commands that their first lines tell. */
const compilers = {
  zig: {
    ask: (out) => [ZIG, 'build-exe', ...zigTarget('wasm32-wasi'), 'ask.zig', `-femit-bin=${out}`],
    text: (out) => [
      ...[ZIG, 'build-exe', ...zigTarget('wasm32-freestanding'), '-fno-entry', '-rdynamic'],
      ...['text.zig', `-femit-bin=${out}`],
    ],
  },
  assemblyscript: {
    ask: (out) => [ASC, 'ask.ts', '--optimize', '--exportStart', '_start', '--use', 'abort=', '--outFile', out],
    text: (out) => [ASC, 'text.ts', '--optimize', '--use', 'abort=', '--outFile', out],
  },
};

function zigTarget(target) {
  return ['-target', target, '-O', 'ReleaseSmall'];
}

const host = {
  upper: async (_, { text }) => text().toUpperCase(),
  fail: () => {
    throw new Error('no luck');
  },
};

/** It calls its host. */
async function tryAsk(pool, wasm) {
  const ask = (...args) => pool.run(wasm, { args });
  const fine = await ask('upper', 'grüße');
  assert.deepEqual([fine.code, fine.stdoutText], [0, 'GRÜSSE\n']);
  const failed = await ask('fail', '');
  assert.deepEqual([failed.code, failed.stdoutText], [1, 'error -5: no luck\n']);
  const nobody = await ask('nobody', '');
  assert.deepEqual([nobody.code, nobody.stdoutText], [1, 'error -2: \n']);
}

const MIB = 1 << 20;

/** Its exports take and give bytes. */
async function tryText(pool, wasm) {
  const instance = await pool.instantiate(wasm);
  assert.equal(await instance.call('upper', 'to be', { returns: 'string' }), 'TO BE');
  assert.deepEqual(await instance.call('reverse', new Uint8Array([1, 2, 3]), { returns: 'bytes' }), bytesOf(3, 2, 1));
  assert.equal(await instance.call('count', 'to be or not to be', 0x20), 5);
  assert.equal(await instance.call('upper', '', { returns: 'string' }), '');
  assert.deepEqual(await instance.call('reverse', bytesOf(), { returns: 'bytes' }), bytesOf());
  const large = new Uint8Array(MIB).map((_, i) => i);
  for (let i = 0; i < 100; i++) {
    const reversed = await instance.call('reverse', large, { returns: 'bytes' });
    assert.equal(reversed[0], 255);
  }
  await assert.rejects(instance.memory.read(32 * MIB, 1), /are not in the guest's memory/); // all is given back
  await instance.close();
}

function bytesOf(...bytes) {
  return new Uint8Array(bytes);
}

const tries = { ask: tryAsk, text: tryText };

/** False: there is no such compiler. */
async function tryLanguage(pool, folder, language) {
  for (const [program, command] of Object.entries(compilers[language])) {
    const wasm = join(folder, `${program}_${language}.wasm`);
    const [compiler, ...args] = command(wasm);
    const { error, status, stderr } = spawnSync(compiler, args, { cwd: here, encoding: 'utf8' });
    if (error?.code === 'ENOENT') return false;
    assert.equal(status, 0, stderr);
    await tries[program](pool, wasm);
  }
  return true;
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-host-'));
const pool = await Pool.create({ workers: 1, host });
try {
  for (const language of Object.keys(compilers)) {
    const done = await tryLanguage(pool, folder, language);
    console.log(`${language}: ${done ? 'ok' : 'not tried, there is no compiler'}`);
    if (!done && process.argv[2] === 'all') process.exitCode = 1;
  }
} finally {
  await pool.close();
  rmSync(folder, { recursive: true });
}
