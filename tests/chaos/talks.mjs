// Jobs that are spawned and talked with, through their streams.
import { beginningOf, describe, fail, judge, sameBytes, saysClosed, wasCut } from './judge.mjs';
import { bytesFrom } from './random.mjs';

const bytes = (string) => new TextEncoder().encode(string);
const text = (data) => new TextDecoder().decode(data);

const EPIPE = 64;

/** A promise's value or error, whichever it is. */
export const outcomeOf = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error: error ?? new Error('nothing was thrown') }),
  );

function joined(chunks) {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Reads a stream to its end, or cancels it once it has given `most` bytes. */
async function readAll(stream, { most = Infinity, own = 0 } = {}) {
  const reader = readerOf(stream, own);
  const chunks = [];
  for (let size = 0; ;) {
    const { value, done } = await reader.read();
    if (done) return joined(chunks);
    chunks.push(value);
    size += value.length;
    if (size < most) continue;
    await reader.cancel();
    return joined(chunks);
  }
}

/** A reader; with `own`, one that reads into buffers of so many bytes, where the engine has that. */
function readerOf(stream, own) {
  if (own === 0) return stream.getReader();
  try {
    const reader = stream.getReader({ mode: 'byob' });
    return { read: () => reader.read(new Uint8Array(own)), cancel: () => reader.cancel() };
  } catch {
    return stream.getReader();
  }
}

/** Writes in pieces; at `abortAt` it aborts instead of going on. */
async function writeAll(stream, data, { piece, abortAt = Infinity }) {
  const writer = stream.getWriter();
  writer.closed.catch(() => undefined);
  for (let at = 0; at < data.length; at += piece) {
    if (at >= abortAt) return writer.abort(new Error('chaos'));
    await writer.write(data.subarray(at, at + piece));
  }
  return writer.close();
}

/** Spawns a job and sees to its harm. Undefined: it was cut before it began. */
async function spawn(attempt, guest, options, expect) {
  const { home, harm, log } = attempt;
  const { value: job, error } = await outcomeOf(home.pool.spawn(await attempt.module(guest), harm.options(options)));
  log(job ? 'spawned' : 'not spawned');
  if (job) harm.strike(job);
  else judge({ error }, expect, attempt);
  return job;
}

/** Gives up what nobody has read: the pool keeps it for as long as somebody could. */
async function letGo({ stdout }) {
  if (stdout.locked) return; // whoever reads it has seen to it
  await stdout.cancel();
}

/** Starts a job, talks with it, and judges how both ended. */
async function converse(attempt, { guest, options, expect, talk }) {
  const { home, log } = attempt;
  const job = await spawn(attempt, guest, options, expect);
  if (!job) return;
  const talking = outcomeOf(talk(job));
  const silent = outcomeOf(readAll(job.stderr));
  const status = await outcomeOf(job.status);
  log('its status is settled');
  judge(status, expect, attempt);
  const said = await talking;
  log('its streams are settled');
  await silent;
  await letGo(job);
  if (!said.error) return;
  const cut = status.error !== undefined && wasCut(status.error, attempt);
  if (!cut && !(home.closing && saysClosed(said.error))) fail(`talking with it: ${describe(said.error)}`);
}

/** Cat, with somebody at each end; `cut`: whether one of them goes away. */
function pass({ dice, size, piece, own, cut, at }) {
  const data = bytesFrom(dice, size);
  return {
    data,
    async talk(job) {
      const writing = outcomeOf(writeAll(job.stdin, data, { piece, abortAt: cut === 'writer' ? at : Infinity }));
      const read = await readAll(job.stdout, { own, most: cut === 'reader' ? at : Infinity });
      const { error } = await writing;
      beginningOf(read, data, 'stdout');
      if (cut) return;
      const { code } = await job.status; // rejects, if it was cut
      if (error) throw error;
      if (code === 0) sameBytes(read, data, 'stdout');
    },
  };
}

/** Either end of a pipe goes away at some byte; a writer that fails fails the job, unless that has ended before. */
const afterCut = { reader: { anyCode: true }, writer: { anyCode: true, may: 'InputError' } };

export const talks = {
  pass: {
    weight: 14,
    plan: (random) => ({
      size: random.size(300_000),
      piece: 1 + random.size(60_000),
      own: random.once(3) ? 1 + random.size(5000) : 0,
      cut: random.pick([null, null, null, 'reader', 'writer']),
      at: random.size(100_000),
      capacity: 1 << (10 + random.below(9)),
    }),
    run(attempt) {
      const { op } = attempt;
      const piece = Math.max(op.piece, op.size >>> 7);
      const { talk } = pass({ ...op, piece });
      const expect = afterCut[op.cut] ?? { code: 0 };
      return converse(attempt, { guest: 'cat', options: { pipeCapacity: op.capacity }, expect, talk });
    },
  },
  greet: {
    weight: 8,
    plan: (random) => ({ answers: random.below(3) }),
    run(attempt) {
      const { answers } = attempt.op;
      const lines = ['What is your name?', 'Hello, Ada!', 'And your colour?', 'green is a good choice.'];
      const talk = async (job) => {
        const writer = job.stdin.getWriter();
        writer.closed.catch(() => undefined);
        const reading = readAll(job.stdout);
        reading.catch(() => undefined);
        for (const answer of ['Ada\n', 'green\n'].slice(0, answers)) await writer.write(bytes(answer));
        await writer.close().catch((error) => answers === 2 || Promise.reject(error)); // it may have exited already
        const said = await reading;
        const expected = bytes(`${lines.slice(0, [1, 3, 4][answers]).join('\n')}\n`);
        beginningOf(said, expected, 'stdout');
        await job.status;
        sameBytes(said, expected, 'stdout');
      };
      return converse(attempt, { guest: 'greet', options: {}, expect: { code: answers === 2 ? 0 : 3 }, talk });
    },
  },
  rpc: {
    weight: 8,
    plan: (random) => ({ calls: random.size(60), method: random.pick(['call_many', 'call_many_async']) }),
    run(attempt) {
      const { calls, method } = attempt.op;
      const talk = (job) => serve(job, method, calls);
      return converse(attempt, { guest: 'rpc', options: {}, expect: { code: 0 }, talk });
    },
  },
  'let go': {
    weight: 8,
    plan: (random) => ({
      which: random.pick(['hello', 'misbehaving/noop', 'misbehaving/exit3']),
      reads: random.once(2),
    }),
    async run(attempt) {
      const { op, log } = attempt;
      const expect = { code: op.which.endsWith('exit3') ? 3 : 0 };
      const job = await spawn(attempt, op.which, {}, expect);
      if (!job) return;
      judge(await outcomeOf(job.status), expect, attempt);
      log('its status is settled');
      // Its stdin stays open for ever; its outputs are read, or are given up by cancelling.
      for (const stream of [job.stdout, job.stderr]) {
        if (op.reads) await outcomeOf(readAll(stream));
        else await outcomeOf(stream.cancel());
      }
    },
  },
  overrun: {
    weight: 5,
    plan: (random) => ({ most: random.size(500_000), own: random.once(3) ? 4096 : 0 }),
    run(attempt) {
      const { most, own } = attempt.op;
      const talk = async (job) => {
        const read = await readAll(job.stdout, { most, own });
        if (read.some((byte) => byte !== 0x78)) fail('it only writes x');
      };
      return converse(attempt, { guest: 'misbehaving/flood', options: {}, expect: { code: EPIPE }, talk });
    },
  },
  waiting: {
    weight: 6,
    endless: true,
    plan: (random) => ({ which: random.pick(['cat', 'greet', 'misbehaving/sleeper', 'misbehaving/busycalls']) }),
    run(attempt) {
      const talk = async (job) => void (await readAll(job.stdout));
      return converse(attempt, { guest: attempt.op.which, options: {}, expect: { endless: true }, talk });
    },
  },
  looping: {
    weight: 2,
    endless: true,
    loops: true,
    plan: () => ({}),
    run(attempt) {
      const talk = async (job) => void (await readAll(job.stdout));
      return converse(attempt, { guest: 'misbehaving/forever', options: {}, expect: { endless: true }, talk });
    },
  },
};

/** Lines of a stream; whoever stops before its end gives the rest up. */
async function* linesOf(stream) {
  const reader = stream.getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + text(value)).split('\n');
      rest = lines.pop();
      yield* lines;
    }
  } finally {
    await outcomeOf(reader.cancel());
  }
}

/** Asks the guest to call back `calls` times, and answers each call. */
async function serve(job, method, calls) {
  const writer = job.stdin.getWriter();
  writer.closed.catch(() => undefined);
  const send = (message) => writer.write(bytes(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`));
  await send({ id: 1, method, params: { count: calls } });
  let result;
  for await (const line of linesOf(job.stdout)) {
    const message = JSON.parse(line);
    if (message.method === 'host_ping') await send({ id: message.id, result: message.params.n });
    if (message.id !== 1) continue;
    result = message.result;
    await writer.close();
  }
  await job.status;
  if (result !== calls) fail(`${result} of ${calls} answers were right`);
}
