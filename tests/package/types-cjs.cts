// The same as require() finds it; compiled only.
import { Pool } from 'millrace';
import inline = require('millrace/inline');
import { Worker } from 'node:worker_threads';
import { openPlugin } from 'millrace/plugin';

export async function use(): Promise<number> {
  const spawn = (kind: string): Worker => new Worker(require.resolve(`millrace/${kind}.node.mjs`));
  const pool = await Pool.create({ workers: 1, spawn, urls: { wasm: require.resolve('millrace/coordinator.wasm') } });
  const { code } = await pool.run('a.wasm', { env: process.env, signal: undefined });
  await (await openPlugin(pool, 'a.wasm')).close();
  await inline.run('a.wasm');
  return code;
}
