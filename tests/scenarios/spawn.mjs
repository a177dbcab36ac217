// pool.spawn: conversations with a running guest, backpressure, and ending it.
import { assert, bytes, equal, frames, readUntil, rejects, sleep, text, withPool } from './harness.mjs';

async function readAll(stream) {
  const chunks = [];
  for (const reader = stream.getReader(); ;) {
    const { value, done } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    chunks.push(value);
  }
}

function pattern(size) {
  return Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >>> 8)) % 251);
}

export const scenarios = [
  {
    name: 'a guest waits in fd_read for as long as its host takes to answer, and the page goes on drawing',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('greet'));
        const reader = job.stdout.getReader();
        const writer = job.stdin.getWriter();
        await readUntil(reader, 'your name?');
        await frames(env, 20);
        await writer.write(bytes('Grace\n'));
        await readUntil(reader, 'Hello, Grace!');
        await frames(env, 20);
        await writer.write(bytes('blue\n'));
        await readUntil(reader, 'blue');
        const { success, code, worker } = await job.status;
        equal([success, code, worker > 0], [true, 0, true]);
      }),
  },
  {
    name: 'closing stdin is end of file, and both outputs end with the guest',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('cat'));
        const writer = job.stdin.getWriter();
        await writer.write(bytes('a'));
        await writer.write(bytes('bc'));
        await writer.close();
        equal(text(await readAll(job.stdout)), 'abc');
        equal((await readAll(job.stderr)).length, 0);
        equal((await job.status).code, 0);
      }),
  },
  {
    name: 'sixteen MiB go through small rings unharmed, both directions full at once',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = pattern(16 << 20);
        const job = await pool.spawn(env.guest('cat'), { pipeCapacity: 4096 });
        const writer = job.stdin.getWriter();
        const writing = writer.write(data).then(() => writer.close());
        const got = await readAll(job.stdout);
        await writing;
        equal((await job.status).code, 0);
        equal(got.length, data.length);
        assert(
          got.every((byte, i) => byte === data[i]),
          'a byte changed on its way',
        );
      }),
  },
  {
    name: 'a reader can bring its own buffer',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('hello'));
        let reader;
        try {
          reader = job.stdout.getReader({ mode: 'byob' });
        } catch {
          await readAll(job.stdout); // this engine has no byte streams
          return void (await job.status);
        }
        const { value } = await reader.read(new Uint8Array(5));
        equal(text(value), 'Hello');
        reader.releaseLock();
        equal(text(await readAll(job.stdout)), ' from WebAssembly text\n');
        equal((await job.status).code, 0);
      }),
  },
  {
    name: 'a guest that writes faster than anybody reads waits, and loses nothing',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('bulk'), { args: ['write', String(3 << 20), '65536'] });
        await sleep(200); // the guest has filled its ring long ago
        equal(pool.stats().jobs, 1, 'it must be waiting:');
        equal((await readAll(job.stdout)).length, 3 << 20);
        equal((await job.status).code, 0);
      }),
  },
  {
    name: 'a reader that goes away is EPIPE to the guest, and no harm to the pool',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('cat'));
        await job.stdout.cancel();
        const writer = job.stdin.getWriter();
        await writer.write(bytes('nobody reads this'));
        equal((await job.status).code, 64); // WASI's EPIPE
        equal((await pool.run(env.guest('hello'))).code, 0);
      }),
  },
  {
    name: 'writing to a guest that has exited is EPIPE to the writer',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('hello'));
        await job.status;
        const writer = job.stdin.getWriter();
        const error = await rejects(writer.write(bytes('too late')), 'PoolError');
        equal(error.code, 'POOL_EPIPE');
        writer.closed.catch(() => undefined);
        await readAll(job.stdout);
      }),
  },
  {
    name: 'what a cancelled guest had written can still be read to its end',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('greet'));
        const reader = job.stdout.getReader();
        const first = await readUntil(reader, 'name?');
        job.cancel();
        await rejects(job.status, 'AbortError');
        assert(first.length > 0 && (await reader.read()).done);
      }),
  },
  {
    name: 'cancelling a job never hits the one after it',
    run: (env) =>
      withPool(env, { workers: 1, graceMs: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('cat'));
        for (let i = 0; i < 200; i++) {
          const job = await pool.spawn(module);
          if (i % 3 === 0) await sleep(0);
          job.cancel();
          const next = pool.run(module, { stdin: String(i) });
          await rejects(job.status, 'AbortError');
          equal(text((await next).stdout), String(i));
        }
      }),
  },
  {
    name: 'a job that is disposed of is cancelled',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('cat'));
        await job[Symbol.asyncDispose]();
        await rejects(job.status, 'AbortError');
      }),
  },
  {
    name: 'outputs that are not piped are discarded, and a guest without stdin is at its end',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const options = { stdin: 'null', stdout: 'null', stderr: 'null' };
        const job = await pool.spawn(env.guest('bulk'), { ...options, args: ['write', String(4 << 20), '65536'] });
        equal((await job.status).code, 0);
        equal((await (await pool.spawn(env.guest('cat'), options)).status).code, 0);
      }),
  },
  {
    name: 'jobs that have ended keep nothing of the pool, and what they left unread can be read later',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('hello'));
        const jobs = [];
        for (let i = 0; i < 1200; i++) {
          jobs.push(await pool.spawn(module));
          await jobs[i].status;
        }
        const { pipes, memory } = pool.stats();
        equal([pipes.used, memory.used], [0, 0]);
        const large = await pool.spawn(env.guest('bulk'), { args: ['write', '100000', '1000'] });
        equal((await large.status).code, 0);
        equal((await readAll(large.stdout)).length, 100_000);
        equal((await readAll(jobs[0].stdout)).length, (await pool.run(module)).stdout.length);
        await jobs[1].stdout.cancel();
      }),
  },
  {
    name: 'a read that waits when the job ends gets the bytes of that job, and of no other',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('cat'));
        const expected = 'what this one says '.repeat(1000);
        for (let i = 0; i < 200; i++) {
          const job = await pool.spawn(module, { stderr: 'null' });
          const reader = job.stdout.getReader();
          const first = reader.read(); // it waits until the job writes, and ends at once
          const writer = job.stdin.getWriter();
          void writer.write(bytes(expected)).then(() => writer.close());
          const other = pool.run(module, { stdin: 'x'.repeat(expected.length) }); // would take the ring that is freed
          let seen = text((await first).value);
          for (let next = await reader.read(); !next.done; next = await reader.read()) seen += text(next.value);
          equal(seen === expected, true);
          await other;
        }
      }),
  },
  {
    name: 'a page blocked for half a second finds everything done in order afterwards',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('cat'));
        const writer = job.stdin.getWriter();
        await writer.write(bytes('one '));
        await writer.write(bytes('two'));
        for (const end = performance.now() + 500; performance.now() < end;);
        await writer.close();
        equal(text(await readAll(job.stdout)), 'one two');
        equal((await job.status).code, 0);
      }),
  },
];
