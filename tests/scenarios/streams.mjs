// Streams keep their word: a source that fails fails its job, one that nobody reads is let go, and what a job had is freed.
import { assert, bytes, equal, rejects, sleep, until, withPool, withTimeEnough } from './harness.mjs';

/** A stream that gives `first` and then fails with `error`. */
function failing(first, error) {
  return new ReadableStream({
    start: (controller) => controller.enqueue(bytes(first)),
    pull: async (controller) => {
      await sleep(1);
      controller.error(error);
    },
  });
}

/** A stream that gives `first` and then nothing, without ever ending; `cancelled` resolves with the reason. */
function silent(first = '') {
  const source = { stream: undefined, cancelled: undefined };
  source.cancelled = new Promise((resolve) => {
    source.stream = new ReadableStream({
      start: (controller) => first && controller.enqueue(bytes(first)),
      pull: () => new Promise(() => {}),
      cancel: resolve,
    });
  });
  return source;
}

const sourcesThatFail = (error) => ({
  'a stream': failing('ab', error),
  'a stream that has failed': new ReadableStream({ start: (controller) => controller.error(error) }),
  'an async iterable': (async function* () {
    yield bytes('ab');
    throw error;
  })(),
  'an iterable': (function* () {
    yield bytes('ab');
    throw error;
  })(),
  'a blob': Object.defineProperty(new Blob(['ab']), 'stream', { value: () => failing('ab', error) }),
});

/** Begins a write for which there is no room, and aborts the stream meanwhile, through its writer or without one. */
async function writeAndAbort(stream, data, { locked, reason }) {
  const writer = stream.getWriter();
  writer.closed.catch(() => undefined);
  const written = writer.write(data).catch(() => undefined);
  await sleep(20);
  if (!locked) writer.releaseLock();
  await (locked ? writer : stream).abort(reason);
  await written;
}

/** Counts the listeners that abort signals are given and not relieved of. A signal that has fired has done with its own. */
async function countingListeners(use) {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const held = new Set();
  Object.assign(EventTarget.prototype, {
    addEventListener(type, listener, options) {
      if (this instanceof AbortSignal) held.add({ signal: this, listener });
      return addEventListener.call(this, type, listener, options);
    },
    removeEventListener(type, listener, options) {
      for (const each of held) if (each.signal === this && each.listener === listener) held.delete(each);
      return removeEventListener.call(this, type, listener, options);
    },
  });
  try {
    await use(() => [...held].filter(({ signal }) => !signal.aborted).length);
  } finally {
    Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
  }
}

/** Everything that comes out of a stream, as text. */
const read = (stream) => new Response(stream).text();

/** Does what can be done with the stdin of jobs that were given one, or none. */
async function misuseStdin(env, pool) {
  const uses = [
    (stdin) => stdin.getWriter().write(bytes('x')),
    (stdin) => stdin.getWriter().write('no bytes'),
    (stdin) => stdin.abort(new Error('enough')),
    (stdin) => new Blob(['x']).stream().pipeTo(stdin),
  ];
  for (const use of uses) {
    const job = await pool.spawn(env.guest('cat'), { stdin: 'given' });
    const error = await use(job.stdin).catch((thrown) => thrown);
    if (error) equal([error.code, /not piped/.test(error.message)], ['POOL_EBADF', true]);
    equal(await job.stdout.text(), 'given');
    equal((await job.status).code, 0);
    const idle = await pool.spawn(env.guest('hello'), { stdin: 'null' });
    await use(idle.stdin).catch(() => undefined);
    equal((await idle.status).code, 0);
  }
}

export const scenarios = [
  {
    name: 'whatever is done with a stdin that is not piped, the job is none the worse',
    run: (env) => withPool(env, { workers: 1 }, (pool) => misuseStdin(env, pool)),
  },

  {
    name: 'a stdin that fails fails the job, always, with its error as the cause',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const module = await pool.compile(env.guest('cat'));
        for (let i = 0; i < 50; i++) {
          const disk = new Error(`disk ${i} died`);
          const error = await rejects(pool.run(module, { stdin: failing('one two\n', disk) }), 'InputError');
          assert(error.cause === disk, 'another cause');
          equal([error.code, error.output.stdoutText], ['POOL_INPUT_FAILED', 'one two\n']);
        }
      }),
  },
  {
    name: 'the guest finds EIO there and no end of file, whatever it makes of it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const guest = env.guest('misbehaving/readerror');
        equal((await pool.run(guest, { stdin: 'to the end' })).stdoutText, '0');
        for (const [what, stdin] of Object.entries(sourcesThatFail(new Error('no more')))) {
          const error = await rejects(pool.run(guest, { stdin }), 'InputError');
          equal([what, error.cause.message, error.output.stdoutText], [what, 'no more', 'M']);
        }
      }),
  },
  {
    name: 'chunks that are no bytes fail the job, and the source is told',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const chunk of ['text', 42, null, {}]) {
          let told;
          const stdin = new ReadableStream({
            start: (controller) => controller.enqueue(chunk),
            cancel: (reason) => void (told = reason),
          });
          const error = await rejects(pool.run(env.guest('cat'), { stdin }), 'InputError');
          equal([error.cause.code, told === error.cause, stdin.locked], ['POOL_EINVAL', true, false]);
        }
      }),
  },
  {
    name: 'a stdin that fails ends a guest that never reads it, also one that has not begun, and while the pipe is full',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const sleeper = await pool.compile(env.guest('misbehaving/sleeper'));
        const error = new Error('gone');
        const large = failing('x'.repeat(100_000), error);
        const running = rejects(pool.run(sleeper, { stdin: failing('a', error) }), 'InputError');
        const queued = rejects(pool.run(sleeper, { stdin: failing('a', error) }), 'InputError');
        const full = pool.run(sleeper, { stdin: large, pipeCapacity: 4096, timeoutMs: 300 });
        await Promise.all([running, queued, rejects(full, 'TimeoutError')]); // nobody has come to the error
        equal(large.locked, false);
      }),
  },
  {
    name: 'aborting the stdin of a spawned job, or writing what are no bytes, fails it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const reason = new Error('enough');
        const ways = [
          (job) => job.stdin.abort(reason),
          (job) => failing('', reason).pipeTo(job.stdin),
          (job) => job.stdin.getWriter().abort(reason),
          (job) => job.stdin.getWriter().write(42),
        ];
        for (const [i, end] of ways.entries()) {
          const job = await pool.spawn(env.guest('misbehaving/readerror'));
          const outcome = rejects(job.status, 'InputError');
          await end(job).catch(() => undefined);
          const error = await outcome;
          assert(i === 3 ? error.cause.code === 'POOL_EINVAL' : error.cause === reason, 'another cause');
          equal(await read(job.stdout), 'M');
          await job.stderr.cancel();
        }
      }),
  },
  {
    name: 'aborting a stdin fails its job also while a write waits, and leaves no listener behind',
    run: (env) =>
      withPool(env, { workers: 1 }, (pool) =>
        countingListeners(async (count) => {
          const reason = new Error('enough');
          const large = new Uint8Array(100_000);
          for (const locked of [true, false]) {
            const job = await pool.spawn(env.guest('misbehaving/sleeper'), { pipeCapacity: 4096 });
            equal(count(), 0, 'listeners at the signals of a stream that has nothing to do:');
            const outcome = rejects(job.status, 'InputError');
            await writeAndAbort(job.stdin, large, { locked, reason });
            assert((await outcome).cause === reason, 'another cause');
            equal(count(), 0, 'listeners that are left at signals:');
            await Promise.all([job.stdout.cancel(), job.stderr.cancel()]);
          }
        }),
      ),
  },
  {
    name: 'a source that fails once the guest has exited is no error, and one that a signal broke is an abort',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const late = new ReadableStream({ cancel: () => Promise.reject(new Error('late')) });
        equal((await pool.run(env.guest('hello'), { stdin: late })).code, 0);
        const abort = new AbortController();
        const broken = new ReadableStream({
          start: (controller) => abort.signal.addEventListener('abort', () => controller.error(new Error('broken'))),
        });
        const run = pool.run(env.guest('cat'), { stdin: broken, signal: abort.signal });
        await sleep(0);
        abort.abort('enough');
        equal((await rejects(run, 'AbortError')).cause, 'enough');

        // The writer hears of the signal before the job does, and gives up while a write waits.
        const early = new AbortController();
        let giveUp = () => undefined;
        early.signal.addEventListener('abort', () => giveUp());
        const options = { pipeCapacity: 4096, signal: early.signal, stdout: 'null', stderr: 'null' };
        const job = await pool.spawn(env.guest('misbehaving/sleeper'), options);
        const writer = job.stdin.getWriter();
        writer.write(new Uint8Array(100_000)).catch(() => undefined);
        await sleep(20);
        giveUp = () => writer.abort(new Error('broken')).catch(() => undefined);
        early.abort('enough');
        equal((await rejects(job.status, 'AbortError')).cause, 'enough');
      }),
  },
  {
    name: 'a source is cancelled and unlocked when its guest has exited, was aborted, or has run out of time',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const [exits, aborted, late] = [silent('Ann\nred\n'), silent('some'), silent()];
        equal((await pool.run(env.guest('greet'), { stdin: exits.stream })).code, 0);
        equal(exits.stream.locked, false);
        equal((await exits.cancelled).code, 'POOL_EPIPE');
        const abort = new AbortController();
        const run = pool.run(env.guest('cat'), { stdin: aborted.stream, signal: abort.signal });
        await until(() => aborted.stream.locked);
        abort.abort();
        await rejects(run, 'AbortError');
        equal([(await aborted.cancelled) instanceof Error, aborted.stream.locked], [true, false]);
        await rejects(pool.run(env.guest('cat'), { stdin: late.stream, timeoutMs: 50 }), 'TimeoutError');
        equal([(await late.cancelled) instanceof Error, late.stream.locked], [true, false]);
      }),
  },
  {
    name: 'a source is let go when no job comes of it, and a locked one is refused',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const [module, options] of [
          [new Uint8Array(8), {}],
          [env.guest('cat'), { signal: AbortSignal.abort() }],
          [new Promise(() => {}), { timeoutMs: 20 }],
        ]) {
          const source = silent('x');
          let error;
          await pool.run(module, { ...options, stdin: source.stream }).catch((thrown) => (error = thrown));
          equal([(await source.cancelled) === error, source.stream.locked], [true, false]);
        }
        const locked = silent('x').stream;
        locked.getReader();
        equal((await rejects(pool.run(env.guest('cat'), { stdin: locked }), 'PoolError')).code, 'POOL_EINVAL');
      }),
  },
  {
    name: 'a source is let go when its guest has closed its stdin and runs on',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const source = silent('never read');
        const abort = new AbortController();
        const run = pool.run(env.guest('misbehaving/closestdin'), { stdin: source.stream, signal: abort.signal });
        equal((await source.cancelled).code, 'POOL_EPIPE');
        equal(source.stream.locked, false);
        abort.abort();
        await rejects(run, 'AbortError');

        // One that waits for room, because the guest has not begun, hears of it there.
        const first = await pool.spawn(env.guest('misbehaving/sleeper'), { stdout: 'null', stderr: 'null' });
        const second = new AbortController();
        const ended = new Promise((resolve) => {
          const stdin = (function* () {
            try {
              for (;;) yield new Uint8Array(50_000);
            } finally {
              resolve();
            }
          })();
          const options = { stdin, signal: second.signal };
          pool.run(env.guest('misbehaving/closestdin'), options).catch(() => undefined);
        });
        await until(() => pool.stats().memory.used >= 1 << 18); // its pipe is there, and is full a moment later
        await sleep(20);
        first.cancel();
        await Promise.all([ended, rejects(first.status, 'AbortError')]);
        equal(pool.stats().jobs, 1);
        second.abort();
        await until(() => pool.stats().jobs === 0);
      }),
  },
  {
    name: 'a guest whose reader has closed its stdin and runs on gets EPIPE, however the two were connected',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const [bulk, closing] = await Promise.all(
          ['bulk', 'misbehaving/closestdin'].map((name) => pool.compile(env.guest(name))),
        );
        const args = ['write', '10000000', '65536'];
        const isWaiting = () => pool.stats().perWorker.some(({ state }) => state === 'waiting');
        for (const isLate of [false, true]) {
          const writer = await pool.spawn(bulk, { args, stdin: 'null', stderr: 'null' });
          if (isLate) await until(isWaiting); // its pipe is full
          const reader = await pool.spawn(closing, { stdin: writer.stdout, stdout: 'null', stderr: 'null' });
          equal((await writer.status).code, 1);
          reader.cancel();
          await rejects(reader.status, 'AbortError');
        }
        const abort = new AbortController();
        const run = pool.pipeline([bulk, { args }], [closing], { signal: abort.signal });
        await until(() => pool.stats().jobs === 1); // they have begun together
        abort.abort();
        equal((await rejects(run, 'AbortError')).stages[0].code, 1);
      }),
  },
  {
    name: 'iterables are stdin too, and their generators are ended with the guest',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const pieces = [bytes('a'), new Uint8Array(0), bytes('bc').buffer];
        equal((await pool.run(env.guest('cat'), { stdin: pieces })).stdoutText, 'abc');
        let ended = false;
        const endless = (async function* () {
          try {
            for (;;) yield bytes('y\n');
          } finally {
            ended = true;
          }
        })();
        equal((await pool.run(env.guest('greet'), { stdin: endless })).code, 0);
        await sleep(0);
        assert(ended, 'the generator still waits');
      }),
  },
  {
    name: 'a stream that is piped into a job is let go with it; closing its stdin afterwards is fine, writing is EPIPE',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const source = silent();
        const job = await pool.spawn(env.guest('hello'));
        const piping = source.stream.pipeTo(job.stdin);
        const error = await rejects(piping, 'PoolError');
        equal([error.code, (await source.cancelled) === error, source.stream.locked], ['POOL_EPIPE', true, false]);
        const other = await pool.spawn(env.guest('hello'));
        const writer = other.stdin.getWriter();
        await other.status;
        await writer.close();
        for (const each of [job, other]) equal(await read(each.stdout), 'Hello from WebAssembly text\n');
        await Promise.all([job.stderr.cancel(), other.stderr.cancel()]);
      }),
  },
  {
    name: 'a stream that is piped into a job only when it has ended is let go; closing its stdin is fine, writing is EPIPE',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('hello'));
        const ended = async (options) => {
          const job = await pool.spawn(module, { stdout: 'null', stderr: 'null', ...options });
          equal((await job.status).code, 0);
          return job;
        };
        const letsGo = async (stdin, code) => {
          const source = silent();
          const error = await rejects(source.stream.pipeTo(stdin), 'PoolError');
          equal([error.code, (await source.cancelled) === error, source.stream.locked], [code, true, false]);
        };
        await letsGo((await ended()).stdin, 'POOL_EPIPE');
        await letsGo((await ended({ stdin: 'null' })).stdin, 'POOL_EBADF');

        const held = await pool.spawn(module, { stdout: 'null', stderr: 'null' });
        const first = held.stdin.getWriter();
        await held.status;
        equal((await rejects(first.closed, 'PoolError')).code, 'POOL_EPIPE');
        first.releaseLock();
        await letsGo(held.stdin, 'POOL_EPIPE');

        const { stdin } = await ended();
        await stdin.close();
        const writer = stdin.getWriter();
        equal((await rejects(writer.write(bytes('late')), 'PoolError')).code, 'POOL_EPIPE');
        await writer.close();
        writer.releaseLock();
        await rejects(writer.close(), 'TypeError');
        equal(stdin.locked, false);
      }),
  },
  {
    name: 'jobs that have ended keep no pipe, whatever the page still holds of them',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('hello'));
        const held = [];
        for (let i = 0; i < 4200; i++) {
          const job = await pool.spawn(module, { stdout: i % 2 ? 'piped' : 'null' }); // stderr stays empty and unread
          if (i % 2) equal((await read(job.stdout)).length, 28);
          equal((await job.status).code, 0);
          held.push(job);
        }
        equal((await pool.run(module)).code, 0);
        equal(await read(held[0].stderr), '');
      }),
  },
  {
    name: 'a source that always has something at once, or nothing, leaves the event loop its turn',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const module = await pool.compile(env.guest('cat'));
        for (const chunk of [new Uint8Array(0), '']) {
          const sources = [
            (function* () {
              for (;;) yield chunk;
            })(),
            (async function* () {
              for (;;) yield chunk;
            })(),
          ];
          for (const stdin of sources) await rejects(pool.run(module, { stdin, timeoutMs: 100 }), 'TimeoutError');
        }
        const stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(0)) });
        await rejects(pool.run(module, { stdin: stream, signal: AbortSignal.timeout(100) }), 'TimeoutError');
        const released = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(0)) });
        equal((await pool.run(env.guest('hello'), { stdin: released })).code, 0); // which reads nothing, and ends
      }),
  },
  {
    name: 'a chunk whose buffer is taken away while it is written is a failure, and no end of file',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const take = (chunk) => structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
        const module = await pool.compile(env.guest('cat'));
        async function* source() {
          const chunk = new Uint8Array(5 << 20);
          setTimeout(() => take(chunk));
          yield chunk;
        }
        const options = { stdin: source(), pipeCapacity: 4096 };
        equal((await rejects(pool.run(module, options), 'InputError')).cause.code, 'POOL_EINVAL');
        const job = await pool.spawn(module, { pipeCapacity: 4096 });
        const writer = job.stdin.getWriter();
        writer.closed.catch(() => undefined);
        const chunk = new Uint8Array(5 << 20);
        const written = writer.write(chunk);
        take(chunk);
        const read = job.stdout.pipeTo(new WritableStream());
        equal((await rejects(written, 'PoolError')).code, 'POOL_EINVAL');
        await rejects(job.status, 'InputError');
        await Promise.all([read, job.stderr.cancel()]);
      }),
  },
  {
    name: 'outputs are text too, of a result and of an error',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const result = await pool.run(env.guest('cat'), { stdin: 'héllo' });
        equal([result.code, result.stdoutText, result.stderrText], [0, 'héllo', '']);
        await withTimeEnough(async (timeoutMs) => {
          const late = pool.run(env.guest('greet'), { stdin: silent().stream, timeoutMs });
          const { output } = await rejects(late, 'TimeoutError');
          equal(output?.stderrText ?? '', '');
          return output?.stdoutText.includes('name?');
        });
      }),
  },
  {
    name: 'the stack of an error names who called, also when it came by a message',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory({ a: 'a' });
        await pool.run(env.guest('hello'), { preopens: { '/': directory } });
        async function theCaller(call) {
          await call();
        }
        const calls = [
          () => pool.run(env.guest('misbehaving/trap')),
          async () => (await pool.spawn(env.guest('misbehaving/trap'), { stdout: 'null', stderr: 'null' })).status,
          () => pool.run(new Uint8Array(8)),
          () => pool.compile(env.guest('no such guest')),
          () => directory.readFile('b'),
          () => directory.list('b/c'),
          () => env.millrace.Pool.create({ urls: { wasm: env.guest('no such file') } }),
        ];
        for (const call of calls) {
          const error = await theCaller(call).then(
            () => undefined,
            (thrown) => thrown,
          );
          assert(error.stack.includes('theCaller'), `${error.name}: ${error.stack}`);
          assert(!error.stack.split('\n')[0].includes('CallSite'), error.stack);
        }
      }),
  },
  {
    name: 'of many calls at once, each has the stack of one that was made near it, and says so',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const trap = await pool.compile(env.guest('misbehaving/trap'));
        const inTheLoop = () => pool.run(trap).catch((error) => error.stack);
        const stacks = await Promise.all(Array.from({ length: 100 }, inTheLoop));
        for (const stack of stacks) assert(stack.includes('inTheLoop'), stack);
        assert(!stacks[0].includes('near'), stacks[0]); // as long as they are few
        const { stackTraceLimit } = Error;
        if (stackTraceLimit === undefined) return; // Firefox has no such thing
        Error.stackTraceLimit = stackTraceLimit + 1; // whoever says how long stacks are wants each
        try {
          const all = await Promise.all(Array.from({ length: 100 }, inTheLoop));
          for (const stack of all) assert(stack.includes('inTheLoop') && !stack.includes('near'), stack);
        } finally {
          Error.stackTraceLimit = stackTraceLimit;
        }
      }),
  },
  {
    name: 'a stack has some callers, or as many as the page has said, which nothing changes',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const outermost = (depth) => (depth > 0 ? [outermost(depth - 1)][0] : pool.run(env.guest('misbehaving/trap')));
        const callers = async () => (await rejects(outermost(12), 'TrapError')).stack.split('outermost').length - 1;
        const usual = Error.stackTraceLimit;
        const some = await callers();
        assert(some >= 2, `${some} callers`);
        equal(Error.stackTraceLimit, usual);
        Error.stackTraceLimit = 40;
        try {
          const all = await callers();
          assert(all >= 12, `${all} callers`);
          equal(Error.stackTraceLimit, 40);
        } finally {
          Error.stackTraceLimit = usual;
        }
      }),
  },
];
