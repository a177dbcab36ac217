// Where a guest's output goes, and how it is read: text, bytes, lines and JSON; nowhere, the console, streams of the caller.
import { assert, bytes, equal, rejects, sleep, text, until, withPool } from './harness.mjs';

/** A stream that keeps what it gets, and what became of it. */
function keeping(write = () => undefined) {
  const kept = { chunks: [], end: 'none', reason: undefined };
  const stream = new WritableStream({
    write: (chunk) => {
      kept.chunks.push(...chunk);
      return write(chunk);
    },
    close: () => void (kept.end = 'closed'),
    abort: (reason) => void Object.assign(kept, { end: 'aborted', reason }),
  });
  return Object.assign(kept, { stream, text: () => text(Uint8Array.from(kept.chunks)) });
}

const linesOf = async (iterable) => {
  const lines = [];
  for await (const line of iterable) lines.push(line);
  return lines;
};

const cases = [
  ['', []],
  ['\n', ['']],
  ['one', ['one']],
  ['one\n', ['one']],
  ['one\ntwo', ['one', 'two']],
  ['one\r\ntwo\r\n', ['one', 'two']],
  ['\n\n\r\nthree\n', ['', '', '', 'three']],
  ['a\rb\n\r', ['a\rb', '\r']],
  [`${'x'.repeat(10_000)}\n${'y'.repeat(5000)}`, ['x'.repeat(10_000), 'y'.repeat(5000)]],
];

/** What is written goes through two streams of the platform's, and what comes through one. */
function piped(stdin, stdout) {
  const [before, after] = [new TransformStream(), new TransformStream()];
  void before.readable.pipeTo(stdin);
  void stdout.pipeTo(after.writable);
  return { writer: before.writable.getWriter(), reader: after.readable.getReader() };
}

/** Has the engine collect what nobody holds, if allocating much moves it to. */
async function collectGarbage() {
  let isCollected = false;
  const canary = new FinalizationRegistry(() => (isCollected = true));
  (() => canary.register({}, 0))();
  for (let i = 0; i < 60 && !isCollected; i++) {
    for (let n = 0; n < 8; n++) new ArrayBuffer(64 << 20);
    await sleep(20);
  }
  await sleep(50); // the others' finalizers
}

/** What the console gets while something runs; in Node, what process.stdout and process.stderr do. */
async function overheard(env, use) {
  const heard = { out: [], err: [] };
  const { log, error } = console;
  const undo = env.browser ? hearConsole(heard) : hearProcess(heard);
  try {
    await use();
  } finally {
    undo();
    Object.assign(console, { log, error });
  }
  return heard;
}

function hearConsole(heard) {
  console.log = (line) => heard.out.push(line);
  console.error = (line) => heard.err.push(line);
  return () => undefined;
}

function hearProcess(heard) {
  const { stdout, stderr } = globalThis.process;
  const take = (list) => (chunk, done) => {
    list.push(chunk);
    queueMicrotask(() => done?.());
    return true;
  };
  Object.assign(stdout, { write: take(heard.out) });
  Object.assign(stderr, { write: take(heard.err) });
  return () => {
    delete stdout.write;
    delete stderr.write;
  };
}

export const scenarios = [
  {
    name: 'outputs: text, bytes, JSON and lines, of a job and of a result',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const output = async (stdin) => (await pool.spawn(cat, { stdin, stderr: 'null' })).stdout;
        equal(await (await output('grün')).text(), 'grün');
        equal(await (await output('grün')).bytes(), bytes('grün'));
        equal(await (await output('{"a": [1, null]}')).json(), { a: [1, null] });
        equal(await (await output(new Uint8Array([65, 0xff]))).text(), 'A\ufffd');
        const result = await pool.run(cat, { stdin: '{"grün": 1}\n' });
        equal([result.text(), result.json(), result.bytes().length], ['{"grün": 1}\n', { grün: 1 }, 13]);
        await rejects((await output('no json')).json(), 'SyntaxError');
        for (const [written, expected] of cases) {
          equal(await linesOf((await output(written)).lines()), expected);
          equal([...(await pool.run(cat, { stdin: written })).lines()], expected);
        }
      }),
  },
  {
    name: 'outputs: characters and line ends that are cut anywhere come out whole',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const expected = ['€ 🌾', 'ü', '', 'end'];
        const written = bytes('€ 🌾\r\nü\n\r\nend');
        for (let cut = 1; cut < written.length; cut++) {
          const job = await pool.spawn(cat, { stderr: 'null' });
          const [writer, lines] = [job.stdin.getWriter(), linesOf(job.stdout.lines())];
          await writer.write(written.subarray(0, cut));
          if (cut % 3 === 0) await sleep(1);
          await writer.write(written.subarray(cut));
          await writer.close();
          equal(await lines, expected, `cut at ${cut}:`);
        }
      }),
  },
  {
    name: 'outputs: who has only a writer, a reader or a pipe between streams has the streams, whatever is collected',
    run: (env) =>
      withPool(env, { workers: 4 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const held = [];
        for (let i = 0; i < 4; i++) {
          const { stdin, stdout } = await pool.spawn(cat, { stderr: 'null' });
          held.push(i % 2 ? { writer: stdin.getWriter(), reader: stdout.getReader() } : piped(stdin, stdout));
        }
        for (const { writer } of held) await writer.write(bytes('to be '));
        await collectGarbage();
        for (const { writer } of held) {
          await writer.write(bytes('or not'));
          void writer.close();
        }
        for (const { reader } of held) {
          let seen = '';
          for (let next = await reader.read(); !next.done; next = await reader.read()) seen += text(next.value);
          equal(seen, 'to be or not');
        }
      }),
  },
  {
    name: 'outputs: who leaves the lines early is EPIPE to the guest, and one reader is enough',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('lines'), { args: ['seq'], stderr: 'null', pipeCapacity: 4096 });
        const seen = [];
        for await (const line of job.stdout.lines()) {
          seen.push(line);
          if (seen.length === 3) break;
        }
        equal([seen, (await job.status).code], [['1', '2', '3'], 1]);
        equal(await job.stdout.text(), '');
        const other = await pool.spawn(env.guest('hello'));
        const reading = other.stdout.text();
        await rejects(other.stdout.text(), 'TypeError'); // it is locked
        equal([await reading, await other.stderr.text()], ['Hello from WebAssembly text\n', '']);
      }),
  },
  {
    name: 'outputs: stdin of spawn is a stream, nothing, or what it is given, as of run',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const inputs = ['text', ['null'], ['pipe'], bytes('b'), new Blob(['blob']), new Blob(['s']).stream()];
        const expected = ['text', 'null', 'pipe', 'b', 'blob', 's', '', '', ''];
        for (const [i, stdin] of [...inputs, 'null', null, ''].entries()) {
          const job = await pool.spawn(cat, { stdin, stderr: 'null' });
          equal([await job.stdout.text(), (await job.status).code], [expected[i], 0]);
          const error = await rejects(job.stdin.getWriter().write(bytes('x')), 'PoolError');
          assert(['POOL_EPIPE', 'POOL_EBADF'].includes(error.code), error.code);
        }
        for (const stdin of ['pipe', 'piped', undefined]) {
          const job = await pool.spawn(cat, { stdin, stdout: stdin, stderr: 'null' });
          const writer = job.stdin.getWriter();
          await writer.write(bytes('through'));
          await writer.close();
          equal([await job.stdout.text(), (await job.status).code], ['through', 0]);
        }
      }),
  },
  {
    name: 'outputs: what nobody ever reads keeps nothing of the pool when its job has ended, and can be read then',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const jobs = [];
        for (let i = 0; i < 50; i++) jobs.push(await pool.spawn(cat, { stdin: `job ${i}` }));
        await Promise.all(jobs.map(({ status }) => status));
        await until(() => pool.stats().pipes.used + pool.stats().memory.used === 0);
        equal(await jobs[7].stdout.text(), 'job 7');
        equal((await pool.run(cat, { stdin: jobs[8].stdout })).stdoutText, 'job 8');
        const endless = await pool.spawn(env.guest('lines'), { args: ['seq'] });
        const given = await pool.spawn(cat, { stdin: endless.stdout }); // whose output nobody reads
        await until(() => pool.stats().memory.used > 3 << 16);
        given.cancel();
        await rejects(given.status, 'AbortError');
        equal((await endless.status).code, 1);
        await until(() => pool.stats().pipes.used + pool.stats().memory.used === 0);
      }),
  },
  {
    name: 'outputs: into nothing, and into streams, which are closed, or left open if that is asked',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const nowhere = await pool.run(cat, { stdin: 'abc', stdout: 'null', stderr: 'null' });
        equal([nowhere.code, nowhere.stdout.length], [0, 0]);
        const data = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
        for (const start of ['run', 'spawn']) {
          const closed = keeping();
          const job = await pool[start](cat, { stdin: data, stdout: closed.stream, pipeCapacity: 4096 });
          if (start === 'spawn') equal([(await job.status).code, await job.stdout.text()], [0, '']);
          equal([closed.end, closed.stream.locked], ['closed', false]);
          equal(Uint8Array.from(closed.chunks), data);
        }
        const open = keeping();
        for (const stdin of ['one ', 'two'])
          await pool.run(cat, { stdin, stdout: { stream: open.stream, preventClose: true } });
        equal([open.end, open.text(), open.stream.locked], ['none', 'one two', false]);
        await open.stream.close();
        const { readable, writable } = new TransformStream();
        const [through] = await Promise.all([
          new Response(readable).text(),
          pool.run(cat, { stdin: 'x', stdout: writable }),
        ]);
        equal(through, 'x');
      }),
  },
  {
    name: 'outputs: a stream of a job that fails is aborted with its error, unless that is prevented',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const trap = await pool.compile(env.guest('misbehaving/trap'));
        const aborted = keeping();
        const error = await rejects(pool.run(trap, { stdout: aborted.stream }), 'TrapError');
        await until(() => aborted.end === 'aborted');
        equal([aborted.text(), aborted.reason === error], ['before the trap\n', true]);
        const spared = keeping();
        await rejects(pool.run(trap, { stdout: { stream: spared.stream, preventAbort: true } }), 'TrapError');
        await until(() => !spared.stream.locked);
        equal([spared.text(), spared.end], ['before the trap\n', 'none']);
        const never = keeping();
        const compile = await rejects(pool.run(new Uint8Array(8), { stdout: never.stream }), 'CompileError');
        await until(() => never.end === 'aborted');
        equal(never.reason === compile, true);
        const cancelled = keeping();
        const job = await pool.spawn(env.guest('misbehaving/sleeper'), { stdout: cancelled.stream, stderr: 'null' });
        job.cancel('enough');
        const why = await rejects(job.status, 'AbortError');
        await until(() => cancelled.end === 'aborted');
        equal(cancelled.reason === why, true);
      }),
  },
  {
    name: 'outputs: a stream that fails cancels its job for that, also while the guest writes nothing',
    run: (env) =>
      withPool(env, { workers: 1, graceMs: 1 }, async (pool) => {
        const full = new Error('the disk is full');
        const failing = () => keeping(() => Promise.reject(full)).stream;
        const options = { args: ['seq'], stderr: 'null', pipeCapacity: 4096 };
        const error = await rejects(pool.run(env.guest('lines'), { ...options, stdout: failing() }), 'AbortError');
        equal(error.cause === full, true);
        const job = await pool.spawn(env.guest('lines'), { ...options, stdout: failing() });
        equal((await rejects(job.status, 'AbortError')).cause === full, true);
        let controller;
        const silent = new WritableStream({ start: (own) => void (controller = own) });
        const sleeper = await pool.spawn(env.guest('misbehaving/sleeper'), { stdout: silent, stderr: 'null' });
        controller.error(full);
        equal((await rejects(sleeper.status, 'AbortError')).cause === full, true);
        const last = new WritableStream({ close: () => Promise.reject(full) });
        const lost = await rejects(pool.run(env.guest('hello'), { stdout: last }), 'OutputLostError');
        equal([lost.cause === full, lost.code], [true, 'POOL_OUTPUT_LOST']);
        const spawned = await pool.spawn(env.guest('hello'), {
          stdout: new WritableStream({ close: () => Promise.reject(full) }),
          stderr: 'null',
        });
        equal((await rejects(spawned.status, 'OutputLostError')).cause === full, true);
      }),
  },
  {
    name: 'outputs: a stream that takes nothing more keeps neither the pool nor a deadline waiting',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const stuck = () => new WritableStream({ write: () => new Promise(() => {}) });
        const options = { stdout: stuck(), timeoutMs: 300 };
        await rejects(pool.run(env.guest('hello'), options), 'TimeoutError');
        const abort = new AbortController();
        const job = await pool.spawn(env.guest('hello'), { stdout: stuck(), stderr: 'null', signal: abort.signal });
        await until(() => pool.stats().jobs === 0);
        abort.abort('long enough');
        equal((await rejects(job.status, 'AbortError')).cause, 'long enough');
        equal(pool.stats().pipes.used, 0);
      }),
  },
  {
    name: 'outputs: what is inherited is the console’s, line by line, or the process’s',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const heard = await overheard(env, async () => {
          const result = await pool.run(cat, { stdin: 'one\ntwö\nthree', stdout: 'inherit', stderr: 'inherit' });
          equal([result.code, result.stdout.length], [0, 0]);
          const job = await pool.spawn(env.guest('lines'), { args: ['wrong'], stdin: 'null', stderr: 'inherit' });
          equal((await job.status).code, 2);
          await job.stdout.cancel();
          await rejects(pool.run(env.guest('misbehaving/trap'), { stdout: 'inherit' }), 'TrapError');
        });
        const usage = 'usage: lines seq [N] | head N | upper';
        if (env.browser) equal(heard, { out: ['one', 'twö', 'three', 'before the trap'], err: [usage] });
        else {
          const [out, err] = [heard.out, heard.err].map((chunks) => chunks.map((chunk) => text(chunk)).join(''));
          equal([out, err], ['one\ntwö\nthreebefore the trap\n', `${usage}\n`]);
        }
      }),
  },
];
