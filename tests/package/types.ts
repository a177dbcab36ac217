// What the package promises to TypeScript; compiled only.
import {
  CancelledError,
  Directory,
  type DirectoryEntry,
  type Job,
  Pool,
  type PoolStats,
  type RunResult,
  TrapError,
  type TrapKind,
} from 'millrace';

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

export async function useFiles(pool: Pool, handle: FileSystemDirectoryHandle): Promise<Uint8Array> {
  const tree = { text: 'text', bytes: new Uint8Array(1), sub: { blob: new Blob([]), later: Promise.resolve('later') } };
  const directory: Directory = new Directory(tree, { maxBytes: 1 << 20, maxFiles: 10 });
  const other: Directory = await Directory.fromHandle(handle, { maxFiles: 5 });
  await pool.run('guest.wasm', { preopens: { '/data': directory, '/other': { directory: other, readOnly: true } } });
  // @ts-expect-error a number is neither file nor directory
  new Directory({ wrong: 5 });
  // @ts-expect-error a tree is no directory
  void pool.run('guest.wasm', { preopens: { '/data': tree } });
  await directory.mkdir('made');
  await directory.writeFile('made/file', new Blob([]));
  await directory.rename('made/file', 'moved');
  await directory.symlink('link', await directory.readlink('other'));
  const [entry]: DirectoryEntry[] = await directory.list('made');
  const kind: 'file' | 'directory' | 'symlink' | undefined = entry?.kind;
  const { size } = await directory.stat('link', { follow: false });
  if (kind === 'file' && size > 0) await directory.remove('made');
  await (await Directory.fromPath('/tmp')).toPath(new URL('file:///tmp'));
  await other.toHandle(handle);
  await other.close();
  return directory.readFile('text');
}

export function kindOf(error: unknown): TrapKind | undefined {
  if (error instanceof CancelledError) return undefined;
  return error instanceof TrapError ? error.kind : undefined;
}
