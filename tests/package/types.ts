// What the package promises to TypeScript; compiled only.
import {
  CancelledError,
  Directory,
  type DirectoryEntry,
  type Histogram,
  type Host,
  type HostContext,
  type HostHandler,
  type HostJob,
  type Job,
  type LogEntry,
  type LogHandler,
  type OutputStream,
  type Pipe,
  type PipelineResult,
  Pool,
  type PoolStats,
  type RunOptions,
  type RunResult,
  TrapError,
  type TrapKind,
  type WorkerRange,
  type WorkerState,
  type WorkerStats,
} from 'millrace';
import {
  openPlugin,
  type Plugin,
  type PluginContext,
  type PluginEndedError,
  type PluginMethods,
  type PluginOptions,
  type ProtocolError,
  RpcCode,
  RpcError,
} from 'millrace/plugin';

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
    maxCalls: 8,
    maxMemoryMiB: 1,
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
  // @ts-expect-error it is a number
  void pool.spawn(module, { maxCalls: '8' });
  // @ts-expect-error as C writes it
  void pool.spawn(module, { max_memory_mib: 8 });
  await pool.close();
  const { p99, buckets }: Histogram = stats.runningTime;
  const worker: WorkerStats | undefined = stats.perWorker[0];
  const state: WorkerState | undefined = worker?.state;
  if (state === 'lost') return p99 + (buckets[31] ?? 0) + stats.bytes.in;
  return result.code + stats.workers;
}

export async function serve(module: WebAssembly.Module): Promise<void> {
  const host: Host = {
    bytes: (data: Uint8Array<ArrayBuffer>) => data,
    text: async (_, context) => (await fetch(context.text(), { signal: context.signal })).text(),
    json: (_, { name, job }: HostContext) => ({ name, from: job.name, args: job.args }),
    nothing: () => undefined,
    absent: undefined,
  };
  const stop: HostHandler = (_, { job }: { job: HostJob }) => job.cancel('enough');
  const pool = await Pool.create({ host });
  await pool.run(module, { host: { ...host, stop } });
  await pool.spawn(module, { host: { ask: (_, context) => context.json() } });
  // @ts-expect-error it is no function
  void pool.run(module, { host: { ask: 'me' } });
  // @ts-expect-error data is bytes
  void pool.run(module, { host: { ask: (data: string) => data } });
}

export async function usePlugins(pool: Pool, signal: AbortSignal): Promise<unknown> {
  const methods: PluginMethods = {
    add: ([a, b]: [number, number]) => a + b,
    find: async ({ name }: { name: string }, { plugin, signal }: PluginContext) =>
      plugin.call('found', { name }, { signal }),
    wrong: (params) => Promise.reject(new RpcError(RpcCode.invalidParams, 'wrong', params)),
    absent: undefined,
  };
  const options: PluginOptions = {
    methods,
    args: ['-v'],
    onLog: (line: string) => console.log(line),
    onError: (error: ProtocolError | RpcError) => console.log(error.message),
    onRestart: ({ cause }: PluginEndedError) => console.log(cause),
    restart: { retries: Infinity },
    signal,
  };
  await using plugin: Plugin = await openPlugin(pool, 'guest.wasm', options);
  await plugin.notify('hello', { from: 'here' });
  const [first] = await plugin.batch([{ method: 'a' }, { method: 'b', notify: true }], { timeoutMs: 10 });
  if (first?.status === 'rejected') throw first.reason;
  // @ts-expect-error its outputs are spoken over
  void openPlugin(pool, 'guest.wasm', { stdout: 'null' });
  // @ts-expect-error params are an object or an array
  void plugin.call('a', 5);
  // @ts-expect-error a result can be anything
  const text: string = await plugin.call('a', []);
  await plugin.close({ timeoutMs: 0 });
  return text;
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

/** Bytes are good for whatever takes bytes. */
export async function useBytes(pool: Pool): Promise<void> {
  const { stdout } = await pool.run('a.wasm');
  const bytes: Uint8Array<ArrayBuffer> = stdout;
  new Blob([bytes, await new Directory().readFile('a')]);
  new Response(stdout);
  await fetch('/x', { method: 'POST', body: stdout });
  await crypto.subtle.digest('SHA-256', stdout);
  const job = await pool.spawn('a.wasm');
  job.stdout.pipeThrough(new TextDecoderStream());
  job.stderr.pipeThrough(new DecompressionStream('gzip'));
  await new Response('x').body!.pipeTo(job.stdin);
  await job.status.catch(
    (error: unknown) => error instanceof TrapError && error.output && new Blob([error.output.stdout]),
  );
}

/** What a source and stdin can be. */
export async function useSources(
  pool: Pool,
  request: Request,
  shared: SharedArrayBuffer,
  any: Uint8Array,
): Promise<void> {
  const later: Promise<Uint8Array> = Promise.resolve(any);
  const sources = [
    any,
    shared,
    new ArrayBuffer(1),
    new DataView(shared),
    new Blob([]),
    new File([], 'x'),
    request,
    later,
  ];
  for (const source of sources) await pool.compile(source);
  await pool.run(fetch('guest.wasm'), { stdin: new Blob([]).stream() });
  await pool.run(Promise.resolve('guest.wasm'), { stdin: ['text', any, shared] });
  await pool.run('guest.wasm', {
    stdin: (async function* () {
      yield 'text';
      yield any;
    })(),
  });
  // @ts-expect-error a number is no source
  await pool.compile(5);
  // @ts-expect-error nor are numbers chunks
  await pool.run('guest.wasm', { stdin: [1, 2, 3] });
}

/** Values in, and whatever comes out. */
export async function callExports(pool: Pool): Promise<number> {
  const sum = await pool.call('adder.wasm', 'add', 1, 2n, { timeoutMs: 5 });
  // @ts-expect-error no value
  void pool.call('adder.wasm', 'add', true);
  const upper: string = await pool.call('bytes.wasm', 'upper', 'text', { returns: 'string' });
  const reversed: Uint8Array<ArrayBuffer> = await pool.call('bytes.wasm', 'reverse', new Uint8Array(1), upper, 2, {
    returns: 'bytes',
    timeoutMs: 5,
  });
  // @ts-expect-error no such kind
  void pool.call('bytes.wasm', 'upper', 'text', { returns: 'text' });
  // @ts-expect-error no string without asking for one
  const unasked: string = await pool.call('bytes.wasm', 'upper', 'text', { timeoutMs: reversed.length });
  void unasked;
  return typeof sum === 'number' ? sum : Number(Array.isArray(sum) ? sum[0] : 0);
}

/** A guest that is kept. */
export async function useInstance(pool: Pool, signal: AbortSignal): Promise<Uint8Array> {
  const instance = await pool.instantiate('counter.wasm', { timeoutMs: 5, priority: 'low' });
  const sum = await instance.call('add', 1, { signal, timeoutMs: 5 });
  // @ts-expect-error no option of a call
  void instance.call('add', 1, { priority: 'low' });
  const trimmed: string = await instance.call('trim', 'text', { returns: 'string', signal });
  await instance.memory.write(Number(sum) + trimmed.length, new Uint8Array(3));
  const names: string[] = instance.exports.map(({ name, kind, parameters }) => `${name} ${kind} ${parameters ?? ''}`);
  await instance.close();
  return instance.memory.read(0, names.length);
}

/** An export for each item. */
export async function useMap(pool: Pool, items: AsyncIterable<number>, signal: AbortSignal): Promise<number> {
  let n = 0;
  for await (const result of pool.map('adder.wasm', 'half', items, { signal, concurrency: 2, ordered: false })) {
    n += Number(result);
  }
  for await (const result of pool.map('adder.wasm', 'add64', [[1n, 2n]] as const)) n += Number(result);
  for await (const text of pool.map('bytes.wasm', 'upper', ['a', 'b'], { returns: 'string' })) n += text.length;
  for await (const result of pool.map('bytes.wasm', 'count', [[new Uint8Array(1), 2]])) n += Number(result);
  // @ts-expect-error no value
  void pool.map('adder.wasm', 'half', [true]);
  return n;
}

/** What is undefined is absent, also with `exactOptionalPropertyTypes`. */
export async function useUndefined(env: Record<string, string | undefined>, signal?: AbortSignal): Promise<void> {
  const none = undefined as undefined;
  const urls = { wasm: none, coordinator: none, worker: none };
  const range: WorkerRange = { min: 1, max: 2 };
  const onlog: LogHandler = ({ level, message, pool: name, worker = 0, cause }: LogEntry) =>
    `${level} ${message} ${name} ${worker + 1} ${cause?.code}`;
  const elastic = await Pool.create({ workers: range, idleMs: 1000, name: 'elastic', onlog });
  elastic.resize({ max: 3 });
  await elastic.close({ graceful: { timeoutMs: 1000 }, signal });
  // @ts-expect-error graceful is no word
  await elastic.close({ graceful: 'soon' });
  // @ts-expect-error a range has a min and a max
  elastic.resize({ least: 3 });
  const pool = await Pool.create({ workers: none, maxWorkers: none, maxMemory: none, graceMs: none, urls });
  const options = { args: none, name: none, env, preopens: { '/x': none }, signal, timeoutMs: none, priority: none };
  const limits = { pipeCapacity: none, maxCalls: none, maxMemoryMiB: none };
  await pool.run('guest.wasm', { ...options, ...limits, stdin: none, maxOutput: none });
  await pool.spawn('guest.wasm', { ...options, ...limits, stdin: none, stdout: none, stderr: none });
  const directory = new Directory({}, { maxBytes: none, maxFiles: none });
  await pool.run('guest.wasm', { preopens: { '/x': { directory, readOnly: none } } });
  await directory.stat('x', { follow: none });
}

/** Bytes from guest to guest, and where outputs go. */
export async function usePipelines(pool: Pool, signal: AbortSignal, sink: WritableStream<Uint8Array>): Promise<string> {
  const a = await pool.spawn('a.wasm', { stdin: 'pipe', stderr: 'inherit', tty: { columns: 80 } });
  const b = await pool.spawn('b.wasm', { stdin: a.stdout, stdout: sink, stderr: 'null', tty: true });
  const output: OutputStream = b.stderr;
  for await (const line of output.lines()) line.toUpperCase();
  const { readable, writable }: Pipe = pool.pipe({ capacity: 4096 });
  await pool.run('a.wasm', { stdin: readable, stdout: { stream: writable, preventClose: true }, stderr: 'pipe' });
  const options: RunOptions = { stdin: [await a.stdout.text(), await a.stdout.bytes()] };
  const result: PipelineResult = await pool.pipeline(['a.wasm', options], [fetch('b.wasm')], { signal, timeoutMs: 5 });
  const codes: (number | undefined)[] = result.stages.map(({ code }) => code);
  await pool.pipeline(['a.wasm']);
  // @ts-expect-error a stage is an array
  await pool.pipeline('a.wasm', ['b.wasm']);
  // @ts-expect-error there is no such word
  await pool.spawn('a.wasm', { stdout: 'console' });
  // @ts-expect-error a stream that is read
  await pool.run('a.wasm', { stdout: readable });
  return result.text() + codes.join() + [...result.lines()].join();
}

export function kindOf(error: unknown): TrapKind | undefined {
  if (error instanceof CancelledError) return undefined;
  return error instanceof TrapError ? error.kind : undefined;
}
