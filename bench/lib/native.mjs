// The native subject: a C program that measures rounds by itself, and writes what came of them as JSON.

import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../build/bench/native/bench', import.meta.url));
const QUICK_ROUNDS = 2;

/**
 * @param {import('./run-suite.mjs').Params} params
 * @returns {Promise<import('./run-suite.mjs').SuiteReport & {version: string}>}
 */
export async function runNative({ rounds, quick }) {
  const n = quick ? QUICK_ROUNDS : rounds;
  const { stdout } = await promisify(execFile)(PROGRAM, [String(n), quick ? 'quick' : 'full'], { timeout: 300_000 });
  const { version, rows } = JSON.parse(stdout);
  return {
    engine: 'libmillrace',
    version,
    cores: availableParallelism(),
    rounds: n,
    rows: rows.map((/** @type {object} */ row) => ({ cannot: [], ...row })),
  };
}
