// The snippets of the manual, and all entries; compiled only, by each way of finding modules.
import { Pool, type PoolOptions, run } from 'millrace';
import * as inline from 'millrace/inline';
import { openPlugin } from 'millrace/plugin';

export async function use(): Promise<Blob> {
  const urls = { wasm: new URL('https://example.org/a.wasm'), worker: 'worker.js', coordinator: undefined };
  const options: PoolOptions = { signal: undefined, urls, name: undefined };
  const pool: Pool = await Pool.create(options);
  const { stdout } = await run('a.wasm', { signal: undefined, env: { A: undefined } });
  await new Response(stdout).text();
  const job = await pool.spawn('a.wasm', { signal: undefined });
  for await (const text of job.stdout.pipeThrough(new TextDecoderStream())) console.log(text);
  const spawning = await inline.Pool.create({
    spawn: (kind, name) => new Worker(new URL(`./${kind}.js`, 'https://example.org/'), { type: 'module', name }),
  });
  const plugin = await inline.openPlugin(spawning, 'a.wasm');
  await plugin.close();
  await (await openPlugin(pool, 'a.wasm')).close();
  return new Blob([stdout]);
}

// @ts-expect-error what is started must be a worker
export const wrong: PoolOptions = { spawn: () => 5 };
