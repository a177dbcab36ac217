// What the package promises to TypeScript; compiled only.
import { CancelledError, type Job, Pool, type PoolStats, type RunResult, TrapError, type TrapKind } from 'millrace';

export async function use(signal: AbortSignal): Promise<number> {
  const pool: Pool = await Pool.create({ workers: 2, maxWorkers: 4 });
  const module: WebAssembly.Module = await pool.compile(new URL('https://example.org/guest.wasm'));
  const result: RunResult = await pool.run(module, {
    args: ['-n'],
    env: { A: 'b' },
    stdin: 'text',
    signal,
    timeoutMs: 10,
    priority: 'high',
  });
  const job: Job = await pool.spawn(module, { stdin: 'null' });
  const reader: ReadableStreamDefaultReader<Uint8Array> = job.stdout.getReader();
  await reader.read();
  job.cancel(new Error('enough'));
  const stats: PoolStats = pool.stats();
  // @ts-expect-error there is no such tier
  const wrong: 'magic' = pool.tier;
  void wrong;
  pool.resize(3);
  pool.unload(module);
  // @ts-expect-error there is no such priority
  void pool.run(module, { priority: 'urgent' });
  await pool.close();
  return result.code + stats.workers;
}

export function kindOf(error: unknown): TrapKind | undefined {
  if (error instanceof CancelledError) return undefined;
  return error instanceof TrapError ? error.kind : undefined;
}
