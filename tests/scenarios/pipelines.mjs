// Bytes that go from guest to guest: outputs that are given to other jobs, pipes, and pipelines.
import { assert, bytes, equal, isEmpty, rejects, sleep, spawnSpinning, text, until, withPool } from './harness.mjs';

/** What `bulk write` writes. */
const bulk = (size) => Uint8Array.from({ length: size }, (_, i) => i % 251);

const counting = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => `${first + i}\n`).join('');

async function refused(promise, pattern) {
  const error = await rejects(promise, 'PoolError');
  equal(error.code, 'POOL_EINVAL', `${error.message}:`);
  assert(pattern.test(error.message), error.message);
}

const lines = (...args) => ({ args, pipeCapacity: 4096 });

export const scenarios = [
  {
    name: 'pipelines: seq | head ends, and seq with it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const seq = await pool.spawn(env.guest('lines'), { ...lines('seq'), stderr: 'null' });
        const head = await pool.run(env.guest('lines'), { ...lines('head', '3'), stdin: seq.stdout });
        equal([head.code, head.stdoutText], [0, '1\n2\n3\n']);
        equal((await seq.status).code, 1); // it was told that nobody reads
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: an output is given away while its job runs, when it has ended, and when there is none',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const running = await pool.spawn(cat);
        const reading = pool.run(cat, { stdin: running.stdout });
        const writer = running.stdin.getWriter();
        await writer.write(bytes('while it '));
        await sleep(5);
        await writer.write(bytes('runs'));
        await writer.close();
        equal((await reading).stdoutText, 'while it runs');
        const ended = await pool.spawn(cat, { stdin: 'what it left' });
        await ended.status;
        equal((await pool.run(cat, { stdin: ended.stdout })).stdoutText, 'what it left');
        equal((await pool.run(cat, { stdin: ended.stderr })).stdoutText, '');
        const without = await pool.spawn(cat, { stdin: 'x', stdout: 'null' });
        equal((await pool.run(cat, { stdin: without.stdout })).stdoutText, '');
        const [first, second] = [await pool.spawn(cat, { stdin: 'a', stdout: 'null' }), await pool.spawn(cat)];
        await first.status;
        equal((await (await pool.spawn(cat, { stdin: first.stdout, stdout: second.stdin })).status).code, 0);
        equal(await second.stdout.text(), '');
        await Promise.all([running.status, second.status, running.stderr.cancel(), second.stderr.cancel()]);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: an output has one reader, and whoever else wants it is told so',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const job = await pool.spawn(cat, { stdin: 'abc', stderr: 'null' });
        const one = pool.run(cat, { stdin: job.stdout });
        await refused(
          pool.run(cat, { stdin: job.stdout }),
          /^stdin must be an output that was not given to another job/,
        );
        await refused(pool.spawn(cat, { stdin: job.stdout }), /^stdin must be an output that was not given to another/);
        for (const read of ['text', 'bytes', 'json']) {
          const error = await rejects(job.stdout[read](), 'PoolError');
          equal([error.code, /given to another job/.test(error.message)], ['POOL_EBADF', true]);
        }
        equal((await rejects(job.stdout.lines().next(), 'PoolError')).code, 'POOL_EBADF');
        equal((await rejects(job.stdout.getReader().read(), 'PoolError')).code, 'POOL_EBADF');
        equal((await one).stdoutText, 'abc');
        const begun = await pool.spawn(cat, { stdin: 'abcdef', stderr: 'null' });
        const reader = begun.stdout.getReader();
        await refused(pool.run(cat, { stdin: begun.stdout }), /^stdin must be a stream that nobody reads/);
        reader.releaseLock(); // without a byte read
        const untouched = await pool.run(cat, { stdin: begun.stdout });
        equal(untouched.stdoutText, 'abcdef');
        const read = await pool.spawn(cat, { stdin: 'abc', stderr: 'null' });
        const other = read.stdout.getReader();
        await other.read();
        other.releaseLock();
        await refused(pool.run(cat, { stdin: read.stdout }), /^stdin must be an output that nobody has begun to read/);
        await read.stdout.cancel();
        await refused(pool.run(cat, { stdin: read.stdout }), /^stdin must be an output that nobody has begun to read/);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: what is of another pool is refused, and stays as it was',
    run: (env) =>
      withPool(env, { workers: 1 }, (pool) =>
        withPool(env, { workers: 1 }, async (other) => {
          const cat = env.guest('cat');
          const job = await other.spawn(cat, { stdin: 'abc', stderr: 'null' });
          const { readable, writable } = other.pipe();
          await refused(pool.run(cat, { stdin: job.stdout }), /^stdin must be an output of the same pool/);
          await refused(pool.run(cat, { stdin: readable }), /^stdin must be an output of the same pool/);
          await refused(pool.spawn(cat, { stdout: writable }), /^stdout must be an end of a pipe of the same pool/);
          equal(pool.stats().pipes.used, 0);
          equal(await job.stdout.text(), 'abc');
          const through = other.spawn(cat, { stdin: 'def', stdout: writable, stderr: 'null' });
          equal(await readable.text(), 'def');
          equal((await (await through).status).code, 0);
        }),
      ),
  },
  {
    name: 'pipelines: a call that fails after it was given an end closes it, so that nobody waits at the other',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const seq = await pool.spawn(env.guest('lines'), { ...lines('seq'), stderr: 'null' });
        await rejects(pool.run(new Uint8Array(8), { stdin: seq.stdout }), 'CompileError');
        equal((await seq.status).code, 1);
        const { readable, writable } = pool.pipe();
        await rejects(pool.spawn(env.guest('cat'), { stdout: writable, args: ['x'.repeat(300_000)] }), 'PoolError');
        equal(await readable.text(), '');
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: a pipe joins guests with guests, and with the page at either end',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        const data = bulk(300_000);
        const page = pool.pipe({ capacity: 4096 });
        const [written, got] = await Promise.all([
          new Blob([data]).stream().pipeTo(page.writable),
          page.readable.bytes(),
        ]);
        equal([written, got.length, text(got) === text(data)], [undefined, data.length, true]);
        const into = pool.pipe({ capacity: 4096 });
        const outOf = pool.pipe({ capacity: 4096 });
        const job = await pool.spawn(cat, { stdin: into.readable, stdout: outOf.writable, stderr: 'null' });
        const writing = new Blob([data]).stream().pipeTo(into.writable);
        equal((await outOf.readable.bytes()).length, data.length);
        equal([await writing, (await job.status).code], [undefined, 0]);
        const both = pool.pipe();
        const [a, b] = await Promise.all([
          pool.run(cat, { stdin: 'between guests', stdout: both.writable }),
          pool.run(cat, { stdin: both.readable }),
        ]);
        equal([a.stdoutText, b.stdoutText], ['', 'between guests']);
        const chained = await pool.spawn(cat, { stderr: 'null' });
        const [sent] = await Promise.all([
          pool.run(cat, { stdin: 'into another stdin', stdout: { stream: chained.stdin } }),
          chained.stdout.text().then((out) => equal(out, 'into another stdin')),
        ]);
        equal(sent.code, 0);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: both ends of a pipe say what became of the other',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const unread = pool.pipe();
        await unread.readable.cancel();
        const writer = unread.writable.getWriter();
        equal((await rejects(writer.write(bytes('x')), 'PoolError')).code, 'POOL_EPIPE');
        const closed = pool.pipe();
        await closed.writable.close();
        equal(await closed.readable.text(), '');
        const aborted = pool.pipe();
        const half = aborted.writable.getWriter();
        await half.write(bytes('half'));
        await half.abort('the rest is lost');
        const reader = aborted.readable.getReader();
        equal(text((await reader.read()).value), 'half');
        equal((await rejects(reader.read(), 'PoolError')).code, 'POOL_EIO'); // and no end that looks like one
        const taken = pool.pipe();
        const job = await pool.spawn(env.guest('cat'), { stdin: 'x', stdout: taken.writable, stderr: 'null' });
        const late = taken.writable.getWriter();
        equal((await rejects(late.write(bytes('x')), 'PoolError')).code, 'POOL_EBADF');
        late.releaseLock();
        await refused(
          pool.spawn(env.guest('cat'), { stdout: taken.writable }),
          /^stdout must be an end of a pipe that is open/,
        );
        equal(await taken.readable.text(), 'x');
        await job.status;
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: the same end for two outputs is refused, and so are options that there are not',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const cat = env.guest('cat');
        const { readable, writable } = pool.pipe();
        await refused(
          pool.spawn(cat, { stdout: writable, stderr: writable }),
          /^stdout and stderr must be two streams/,
        );
        const stream = new WritableStream();
        await refused(pool.run(cat, { stdout: stream, stderr: { stream } }), /^stdout and stderr must be two streams/);
        assert(!stream.locked && !writable.locked);
        await writable.close();
        await readable.cancel();
        for (const capacity of [0, -1, 1.5, '5', null, 2 ** 21]) {
          await refused(
            (async () => pool.pipe({ capacity }))(),
            /^capacity must be a whole number, at least 1 and at most 1048576/,
          );
        }
        await refused((async () => pool.pipe({ capactiy: 1 }))(), /^capactiy is no option: did you mean capacity/);
        await refused((async () => pool.pipe(5))(), /^options must be an object of options/);
        await refused(pool.pipeline(), /at least one stage/);
        await refused(pool.pipeline({}), /at least one stage/);
        for (const stages of [['/a', '/b'], [cat, cat], [cat], [await pool.compile(cat), {}]])
          await refused(
            pool.pipeline(...stages),
            /^stages\[0\] must be an array of a source and options, \[source, options\]/,
          );
        await refused(
          pool.pipeline([[cat], [cat]]),
          /^stages\[0\] must be .* array of arrays: give each stage as an argument/,
        );
        await refused(
          pool.pipeline([cat, cat]),
          /^the options of stages\[0\] must be an object, .* as \[source, options\]/,
        );
        await refused(pool.pipeline([cat], []), /^stages\[1\] must be a source and options, and is empty/);
        await refused(pool.pipeline([cat], [5]), /^source must be a URL.* and is 5 \(stages\[1\]\)$/);
        await refused(pool.pipeline(cat, [cat]), /^stages\[0\] must be an array of a source and options/);
        await refused(
          pool.pipeline([cat], cat),
          /^options must be an object of options, .*: each stage is an array of its own/,
        );
        await refused(pool.pipeline([cat], [cat, {}, {}]), /^stages\[1\] must be a source and options, and has 3/);
        await refused(pool.pipeline([cat], [cat, { args: 5 }]), /^stages\[1\]: args must be an array/);
        await refused(pool.pipeline([cat], [cat, { stdin: 'x' }]), /^stages\[1\]: stdin cannot be given/);
        await refused(pool.pipeline([cat, { stdout: 'null' }], [cat]), /^stages\[0\]: stdout cannot be given/);
        await refused(pool.pipeline([cat], { timeoutMs: 0 }), /^timeoutMs must be/);
        await refused(pool.pipeline([cat], { timeout: 5 }), /^timeout is no option: did you mean timeoutMs/);
        await refused(pool.pipeline([cat], { signal: 5 }), /^signal must be an AbortSignal/);
        await refused(pool.pipeline([cat], [5]), /^source must be/);
        await refused(pool.pipeline([cat, { priority: 'low' }]), /^stages\[0\]: priority holds for the whole pipeline/);
        await refused(pool.pipeline([cat], { priority: 'urgent' }), /^priority must be/);
        await refused(pool.pipeline(...Array(34).fill([cat])), /^a pipeline of 34 stages needs as many workers/);
        equal((await pool.pipeline([cat, { stdin: 'x' }], { priority: 'high' })).stdoutText, 'x');
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: one, two and seven stages on one worker, with the last one’s output and each one’s status',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const guest = await pool.compile(env.guest('lines'));
        const cat = await pool.compile(env.guest('cat'));
        const one = await pool.pipeline([cat, { stdin: 'alone' }]);
        equal([one.code, one.stdoutText, one.stages.length], [0, 'alone', 1]);
        const two = await pool.pipeline([guest, lines('seq', '5000')], [guest, lines('head', '4999')]);
        equal([two.code, two.stdoutText], [0, counting(1, 4999)]);
        const cats = Array.from({ length: 5 }, () => [cat, { pipeCapacity: 4096 }]);
        const seven = await pool.pipeline([cat, { stdin: 'grain\n'.repeat(2000) }], ...cats, [guest, lines('upper')]);
        equal([seven.code, seven.stdoutText], [0, 'GRAIN\n'.repeat(2000)]);
        equal(
          seven.stages.map(({ success, code, error, stderrText }) => [success, code, error, stderrText]),
          Array(7).fill([true, 0, undefined, '']),
        );
        equal([...seven.lines()].length, 2000);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: its code is the last that is not 0, and what a stage wrote to stderr is kept',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const [guest, exit3] = [env.guest('lines'), env.guest('misbehaving/exit3')];
        const codes = ({ code, stages }) => [code, ...stages.map((stage) => stage.code)];
        equal(codes(await pool.pipeline([exit3], [guest, lines('upper')])), [3, 3, 0]);
        equal(codes(await pool.pipeline([guest, lines('seq', '0')], [exit3])), [3, 0, 3]);
        equal(codes(await pool.pipeline([guest, lines('what')], [exit3], [guest, lines('upper')])), [3, 2, 3, 0]);
        const usage = await pool.pipeline([guest, lines('what')], [guest, lines('upper')]);
        equal(
          [usage.code, usage.stages[0].success, usage.stages[0].stderrText.slice(0, 13)],
          [2, false, 'usage: lines '],
        );
        const enough = await pool.pipeline([guest, lines('seq')], [guest, lines('head', '2')]);
        equal([enough.stdoutText, ...codes(enough)], ['1\n2\n', 1, 1, 0]);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: ten MB through three guests, to the byte',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const size = 10_000_000;
        const [guest, cat] = [env.guest('bulk'), env.guest('cat')];
        const write = [guest, { args: ['write', String(size), '65536'] }];
        const { stdout, code } = await pool.pipeline(write, [cat], [cat]);
        equal([code, stdout.length], [0, size]);
        assert(
          stdout.every((byte, i) => byte === i % 251),
          'a byte changed on its way',
        );
        const checked = await pool.pipeline(write, [cat], [guest, { args: ['read', '65536'] }]);
        equal(checked.stdoutText, `${size}\n`);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: a stage that traps is why it fails, and no other stage outlives it',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 1 }, async (pool) => {
        const [guest, cat, trap] = [env.guest('lines'), env.guest('cat'), env.guest('misbehaving/trap')];
        for (const stages of [
          [[guest, lines('seq')], [trap], [cat]],
          [[trap], [cat]],
          [[guest, lines('seq')], [trap]],
        ]) {
          const error = await rejects(pool.pipeline(...stages), 'TrapError');
          const at = stages.findIndex(([source]) => source === trap);
          equal([error.stages.length, error.stages[at].error === error], [stages.length, true]);
          equal([error.stages[at].success, error.stages[at].code], [false, undefined]);
          assert(['', 'before the trap\n'].includes(error.output.stdoutText), error.output.stdoutText);
          await isEmpty(pool);
        }
        const error = await rejects(pool.pipeline([env.guest('misbehaving/spin')], [trap]), 'TrapError');
        equal([error.stages[0].error.name, error.stages[0].error.cause === error], ['AbortError', true]);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: a signal, a deadline, or those of one stage end all of it, wherever it is',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 1 }, async (pool) => {
        const [seq, cat, greet] = [env.guest('lines'), env.guest('cat'), env.guest('misbehaving/sleeper')];
        const endless = [[seq, lines('seq')], [cat], [greet]];
        const abort = new AbortController();
        const running = pool.pipeline(...endless, { signal: abort.signal });
        await until(() => pool.stats().jobs === 3);
        abort.abort('enough');
        const cancelled = await rejects(running, 'AbortError');
        equal([cancelled.cause, cancelled.stages.length], ['enough', 3]);
        const own = new AbortController();
        const [first, , last] = endless;
        const other = pool.pipeline(first, [cat, { signal: own.signal }], last);
        await until(() => pool.stats().jobs === 3);
        own.abort('this one');
        equal((await rejects(other, 'AbortError')).cause, 'this one');
        await rejects(pool.pipeline(...endless, { timeoutMs: 50 }), 'TimeoutError');
        const late = await rejects(pool.pipeline(first, [cat, { timeoutMs: 50 }], last), 'TimeoutError');
        equal(late.stages[1].error === late, true);
        const before = await rejects(pool.pipeline(...endless, { signal: AbortSignal.abort('no') }), 'AbortError');
        equal([before.cause, before.stages], ['no', undefined]);
        await rejects(pool.pipeline(first, [new Promise(() => {})], { timeoutMs: 20 }), 'TimeoutError');
        await rejects(pool.pipeline(first, [new Uint8Array(8)], [new Promise(() => {})]), 'CompileError');
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: its stdin is anything, and is let go when nothing comes of it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const [cat, upper] = [env.guest('cat'), [env.guest('lines'), lines('upper')]];
        const pieces = async function* () {
          yield 'a';
          yield bytes('b');
        };
        const job = await pool.spawn(cat, { stdin: 'of a job', stderr: 'null' });
        for (const [stdin, expected] of [
          ['text', 'TEXT'],
          [bytes('bytes'), 'BYTES'],
          [new Blob(['blob']), 'BLOB'],
          [new Blob(['stream']).stream(), 'STREAM'],
          [pieces(), 'AB'],
          [job.stdout, 'OF A JOB'],
          [null, ''],
        ]) {
          equal((await pool.pipeline([cat, { stdin }], upper)).stdoutText, expected);
        }
        const disk = new Error('the disk is gone');
        const broken = new ReadableStream({
          pull() {
            throw disk;
          },
        });
        const error = await rejects(pool.pipeline([cat, { stdin: broken }], upper), 'InputError');
        equal(error.cause === disk, true);
        let reason;
        const stream = new ReadableStream({ cancel: (given) => (reason = given) });
        const failed = await rejects(pool.pipeline([cat, { stdin: stream }], [new Uint8Array(8)]), 'CompileError');
        equal([reason === failed, stream.locked], [true, false]);
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: a pool that closes ends pipes and pipelines with it, each with its error',
    run: async (env) => {
      const pool = await env.millrace.Pool.create({ workers: 2 });
      const sleeper = env.guest('misbehaving/sleeper');
      const pipeline = rejects(pool.pipeline([sleeper], [sleeper], [sleeper]), 'AbortError');
      const job = await pool.spawn(sleeper, { stderr: 'null' });
      const taking = rejects(pool.run(env.guest('cat'), { stdin: job.stdout }), 'AbortError');
      const { readable, writable } = pool.pipe({ capacity: 4096 });
      const silent = pool.pipe(); // kept whole: an end that is garbage is closed
      const reading = rejects(silent.readable.text(), 'PoolError');
      const writing = rejects(writable.getWriter().write(new Uint8Array(10_000)), 'PoolError');
      await until(() => pool.stats().jobs === 5);
      await pool.close();
      const errors = await Promise.all([pipeline, taking, reading, writing]);
      equal(
        errors.map(({ code }) => code),
        ['POOL_CANCELLED', 'POOL_CANCELLED', 'POOL_ESHUTDOWN', 'POOL_ESHUTDOWN'],
      );
      await rejects(silent.writable.getWriter().write(new Uint8Array(1)), 'PoolError');
      await rejects(readable.text(), 'PoolError');
      await rejects(pool.pipeline([sleeper]), 'PoolError');
      try {
        pool.pipe();
        assert(false, 'a closed pool gave a pipe');
      } catch (error) {
        equal(error.code, 'POOL_ESHUTDOWN');
      }
    },
  },
  {
    name: 'pipelines: five hundred at once, more than there are places, all come to their end',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const [guest, cat] = [await pool.compile(env.guest('lines')), await pool.compile(env.guest('cat'))];
        const stages = [
          [guest, lines('seq', '2000')],
          [cat, { pipeCapacity: 4096 }],
          [guest, lines('head', '1999')],
        ];
        const all = Array.from({ length: 500 }, async () => (await pool.pipeline(...stages)).stdout.length);
        const expected = counting(1, 1999).length;
        equal(
          (await Promise.all(all)).every((size) => size === expected),
          true,
        );
        await isEmpty(pool);
      }),
  },
  {
    name: 'pipelines: a computing stage is ended like any other job',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 1 }, async (pool) => {
        const spinning = await spawnSpinning(env, pool, { stderr: 'null' });
        const abort = new AbortController();
        const pipeline = pool.pipeline([env.guest('misbehaving/spin')], [env.guest('cat')], { signal: abort.signal });
        await until(() => pool.stats().jobs === 3);
        abort.abort();
        await rejects(pipeline, 'AbortError');
        spinning.cancel();
        await rejects(spinning.status, 'AbortError');
        equal((await pool.run(env.guest('hello'))).code, 0);
      }),
  },
];
