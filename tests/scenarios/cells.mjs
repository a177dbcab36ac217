// Cells, which only the tier "jspi" has: in which of them directories and jobs are, what becomes of those that share one, and
// what goes from one to another.
import { changeCrossing, countCrossing, delayCrossing, during } from './crossing.mjs';
import { endBehindItsBack, withCrew } from './crew.mjs';
import {
  assert,
  bytes,
  equal,
  isEmpty,
  readUntil,
  rejects,
  scenariosOf,
  sleep,
  spawnSpinning,
  text,
  until,
  withPool,
} from './harness.mjs';

const MANY = 12;

/** More than there is memory for. */
const HUGE = 2 ** 35;

const make = scenariosOf('cells', {});
const scenario = (...given) => ({ ...make(...given), tiers: ['jspi'] });

/** A job that has a directory, and ends when its stdin does. */
async function hold(env, pool, directory) {
  const job = await pool.spawn(env.guest('cat'), { preopens: { '/held': directory } });
  const writer = job.stdin.getWriter();
  await writer.write(bytes('here'));
  await readUntil(job.stdout.getReader(), 'here');
  return { job, leave: () => writer.close() };
}

async function read(env, pool, path, preopens) {
  const { code, stdout } = await pool.run(env.guest('files'), { args: ['cat', path], preopens });
  equal(code, 0, path);
  return text(stdout);
}

const withInput = ([guest, options], stdin) => [guest, { ...options, stdin }];

const BULK = 10_000_000;
/** What pipes hold, by default. */
const PIPE = 256 << 10;

const writes = (env, size = BULK) => [env.guest('bulk'), { args: ['write', String(size), '65536'] }];
const isWaiting = (pool) => pool.stats().perWorker.some(({ state }) => state === 'waiting');
const reads = (env) => [env.guest('bulk'), { args: ['read', '65536'] }];

/** Scenarios that are told how many bytes went over this thread. */
const crossing = (name, use) => ({
  name: `cells: ${name}`,
  tiers: ['jspi'],
  run: async (env) => {
    await during(countCrossing(env), async ({ total }) => {
      await withPool(env, { workers: 3 }, async (pool) => {
        equal((await pool.run(env.guest('cat'), { stdin: 'counted' })).stdoutText, 'counted');
        equal(total.bytes, 2 * 'counted'.length); // it does count
        await use(env, pool, total);
        await isEmpty(pool);
      });
    });
  },
});

/** A guest computes in a cell whose message that all its guests wait is under way, from before. */
const underway = {
  name: 'cells: that all waited before it came is not said of a job',
  tiers: ['jspi'],
  run: async (env) => {
    await during(delayCrossing(env), async (crossing) => {
      await withPool(env, { workers: 1, graceMs: 5 }, async (pool) => {
        equal((await pool.run(env.guest('hello'))).code, 0);
        crossing.hold();
        const saysSo = ({ message }) => message.type === 'cell:rests' && message.rests;
        await until(() => crossing.underway.some(saysSo));
        const job = await pool.spawn(env.guest('misbehaving/spin'));
        await until(() => pool.stats().running === 1);
        for (const { deliver } of crossing.underway.splice(0, crossing.underway.findIndex(saysSo) + 1)) deliver();
        equal(
          pool.stats().perWorker.map(({ state }) => state),
          ['running'],
        );
        crossing.release();
        job.cancel();
        await rejects(job.status, 'AbortError');
      });
    });
  },
};

/** More than a pipe can hold. */
const NO_CAPACITY = 2 ** 30;

/** A job's cell is asked for what it cannot give, as one that has used up its memory could not. */
const refused = {
  name: 'cells: a job that its cell cannot begin has not started, and neither has what is linked with it',
  tiers: ['jspi'],
  run: async (env) => {
    let isSpoilt = true;
    const changing = changeCrossing(env, (message) => {
      if (!isSpoilt || message?.type !== 'cell:run') return;
      for (const stream of message.submission.streams) if (stream) stream.capacity = NO_CAPACITY;
    });
    await during(changing, async () => {
      await withPool(env, { workers: 2 }, async (pool) => {
        await rejects(pool.run(env.guest('cat'), { stdin: 'nobody reads it' }), 'NotStartedError');
        await rejects(pool.pipeline([env.guest('hello')], [env.guest('cat')]), 'NotStartedError');
        await rejects(pool.instantiate(env.guest('counter')), 'NotStartedError');
        const job = await pool.spawn(env.guest('cat'));
        await rejects(job.status, 'NotStartedError');
        equal(await job.stdout.text(), '');
        await job.stderr.cancel();
        isSpoilt = false;
        equal((await pool.run(env.guest('cat'), { stdin: 'good' })).stdoutText, 'good');
        await isEmpty(pool);
      });
    });
  },
};

/** The thread of a worker dies, whose job runs where its directory is. */
const bereft = {
  name: 'cells: a job with a directory outlives the cell of its worker, which it is not in',
  tiers: ['jspi'],
  run: (env) =>
    withCrew(env, (workers) =>
      withPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory();
        const { job, leave } = await hold(env, pool, directory);
        equal(workers.length, 2);
        const [{ worker: cell }] = workers;
        const ended = new Promise((resolve) => (env.browser ? resolve() : cell.once('exit', resolve)));
        endBehindItsBack(env, workers[0]);
        await ended;
        await leave();
        equal((await job.status).code, 0);
        await until(() => pool.stats().lostWorkers === 1 && pool.stats().workers === 1);
        equal((await pool.run(env.guest('hello'))).code, 0);
        await directory.close();
        await isEmpty(pool);
      }),
    ),
};

/** A module is unloaded that was used where a directory is. */
const unloaded = {
  name: 'cells: a module that is unloaded is taken from every cell that has it',
  tiers: ['jspi'],
  run: async (env) => {
    const sent = { 'millrace:module': 0, 'millrace:unload': 0 };
    const changing = changeCrossing(env, (message) => {
      if (message?.type in sent) sent[message.type]++;
    });
    await during(changing, async () => {
      await withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory();
        const module = await pool.compile(env.guest('hello'));
        equal((await pool.run(module)).code, 0);
        equal((await pool.run(module, { preopens: { '/held': directory } })).code, 0);
        pool.unload(module);
        await until(() => sent['millrace:unload'] > 1);
        equal(sent, { 'millrace:module': 2, 'millrace:unload': 2 });
      });
    });
  },
};

/** A directory has moved, and the cell that it was in ends before it has said that its own part is gone. */
const moved = {
  name: 'cells: a directory that has moved is there, whatever becomes of the cell that it was in',
  tiers: ['jspi'],
  run: async (env) => {
    const drops = new Set();
    const changing = changeCrossing(env, (message) => {
      if (message?.type === 'millrace:files' && message.call === 'drop') drops.add(message.id);
    });
    const delaying = delayCrossing(env, ({ type, id }) => type === 'millrace:files' && drops.has(id));
    await during(changing, () =>
      during(delaying, async (crossing) => {
        await withPool(env, { workers: 2 }, async (pool) => {
          const { Directory } = env.millrace;
          const [left, right] = [new Directory({ file: 'left' }), new Directory({ file: 'right' })];
          equal(await read(env, pool, '/d/file', { '/d': left }), 'left');
          equal(await read(env, pool, '/d/file', { '/d': right }), 'right');
          crossing.hold();
          const both = { '/l': left, '/r': right };
          equal(await read(env, pool, '/l/file', both), 'left');
          equal(await read(env, pool, '/r/file', both), 'right');
          await until(() => crossing.underway.length > 0);
          crossing.release();
          await Promise.all([left.close(), right.close()]);
          await isEmpty(pool);
        });
      }),
    );
  },
};

/** A job waits for two directories that were closed, and is ended after so many answers of the cells between which one of them
 * moves. Returns whether it was ended in time. */
async function endedInTheMiddle(env, pool, crossing, answers) {
  const { Directory } = env.millrace;
  const [one, other] = [new Directory({ file: 'one', deep: { er: '' } }), new Directory()];
  const holders = [await hold(env, pool, one), await hold(env, pool, other)];
  const both = await pool.spawn(env.guest('hello'), { preopens: { '/a': one, '/b': other } });
  let status;
  both.status.then(() => (status = 'ended')).catch(() => (status = 'cancelled'));
  await until(() => pool.stats().running === 3);
  await Promise.all([one.close(), other.close()]);
  crossing.hold();
  await holders[0].leave();
  for (let n = 0; !status && n < answers; await sleep(1)) {
    const next = crossing.underway.shift();
    next?.deliver();
    if (next?.message.type === 'millrace:files') n++;
  }
  both.cancel();
  await until(() => {
    const next = crossing.underway.findIndex(({ message }) => message.type !== 'millrace:files');
    if (next >= 0) crossing.underway.splice(next, 1)[0].deliver();
    return status;
  });
  await sleep(2); // what is let go is told so before the next answer
  crossing.release();
  await holders[1].leave();
  for (const { job } of holders) equal((await job.status).code, 0);
  await isEmpty(pool);
  return status === 'cancelled';
}

/** Wherever a move is: its directory is not left in the cell to which it went. */
const closedInTheMiddle = {
  name: 'cells: a directory that nobody has any more while it moves is left in neither',
  tiers: ['jspi'],
  run: async (env) => {
    await during(delayCrossing(env), async (crossing) => {
      await withPool(env, { workers: 2, maxWorkers: 3 }, async (pool) => {
        for (let n = 0; await endedInTheMiddle(env, pool, crossing, n);) n++;
      });
    });
  },
};

/** Options of pools of Node whose cells tell each other neither of the end of what they write nor that they read no more. */
function withMuteLinks(env) {
  const script = `
    const { postMessage } = MessagePort.prototype;
    MessagePort.prototype.postMessage = function (message, ...more) {
      const isLast = ['cell:end', 'cell:gone'].includes(message?.type) && message.job === undefined;
      if (!isLast) postMessage.call(this, message, ...more);
    };
    await import('${env.file('npm/dist/cell.node.mjs')}');`;
  return { workers: 2, urls: { cell: `data:text/javascript,${encodeURIComponent(script)}` } };
}

/** The first of some cells that says that its job has ended. */
function firstToEnd(env, workers) {
  return new Promise((resolve) => {
    for (const one of workers) {
      const hear = ({ type }) => type === 'cell:ended' && resolve(one);
      if (env.browser) one.worker.addEventListener('message', ({ data }) => hear(data));
      else one.worker.on('message', hear);
    }
  });
}

/** What it has sent is still on its way from the cell of the reader to its guest. */
const saidAll = {
  name: 'cells: who reads slowly from a guest that has ended gets all of it, although its cell ends',
  tiers: ['jspi'],
  run: (env) =>
    withCrew(env, (workers) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const ended = firstToEnd(env, workers);
        const { readable, writable } = pool.pipe();
        const reader = await pool.spawn(env.guest('cat'), { stdin: readable, pipeCapacity: 4096 });
        const [writer, options] = writes(env, 3 * PIPE - 1000);
        const written = pool.run(writer, { ...options, stdout: writable });
        const first = await ended;
        equal((await written).code, 0);
        endBehindItsBack(env, first);
        await sleep(100); // for as long as what is on its way is waited for, and longer
        equal((await new Response(reader.stdout).arrayBuffer()).byteLength, 3 * PIPE - 1000);
        equal((await reader.status).code, 0);
      }),
    ),
};

/** What a cell sent last to another can be lost with it. */
const lastWordsAreLost = {
  name: 'cells: who waits for another at a pipe goes on when its cell ends before its last words were through',
  tiers: ['jspi'],
  run: async (env) => {
    if (env.browser) return; // there nobody can keep a cell from saying them
    for (const [writer, reader] of [
      [env.guest('hello'), env.guest('cat')],
      [env.guest('misbehaving/flood'), env.guest('hello')],
    ]) {
      await withCrew(env, (workers) =>
        withPool(env, withMuteLinks(env), async (pool) => {
          const ended = firstToEnd(env, workers);
          const { readable, writable } = pool.pipe();
          const [reads, writes] = [
            await pool.spawn(reader, { stdin: readable }),
            await pool.spawn(writer, { stdout: writable }),
          ];
          const over = [reads, writes].map(({ status }) => status.catch(() => undefined));
          endBehindItsBack(env, await ended);
          await Promise.all(over);
        }),
      );
    }
  },
};

/** Jobs wait for a directory, one behind the other, and its cell ends. */
const inVain = {
  name: 'cells: whoever waits for a directory is told when it is lost, also who waits behind another',
  tiers: ['jspi'],
  run: (env) =>
    withCrew(env, (workers) =>
      withPool(env, { workers: 4 }, async (pool) => {
        const { Directory } = env.millrace;
        const [left, right] = [new Directory({ file: 'left' }), new Directory({ file: 'right' })];
        const own = workers.length;
        const holder = await hold(env, pool, left);
        const other = await hold(env, pool, right);
        const preopens = { '/l': left, '/r': right };
        const waiting = [await pool.spawn(env.guest('hello'), { preopens })];
        await until(() => pool.stats().running === 3);
        waiting.push(await pool.spawn(env.guest('hello'), { preopens: { '/l': left } }));
        await until(() => pool.stats().running === 4);
        endBehindItsBack(env, workers[own]);
        for (const { status } of [holder.job, ...waiting]) await rejects(status, 'LostError');
        await other.leave();
        equal((await other.job.status).code, 0);
        for (const { stdout, stderr } of waiting) await Promise.all([stdout.cancel(), stderr.cancel()]);
        await Promise.all([left.close(), right.close()]);
        await isEmpty(pool);
      }),
    ),
};

export const scenarios = [
  lastWordsAreLost,
  saidAll,
  underway,
  closedInTheMiddle,
  refused,
  bereft,
  unloaded,
  moved,
  inVain,
  scenario('what a cancelled job had still to hand over leaves nothing', { workers: 1 }, async (env, pool) => {
    const [guest, options] = writes(env, PIPE * 1.5); // as much as one pipe here and one there hold, so it exits
    for (let i = 0; i < 3; i++) {
      const job = await pool.spawn(guest, { ...options, stdin: 'null', stderr: 'null' });
      await until(() => isWaiting(pool));
      job.cancel();
      await rejects(job.status, 'AbortError');
      await job.stdout.cancel();
      await isEmpty(pool);
    }
  }),
  scenario(
    'a job waits, and is seen to, although the worker of one that it shared a cell with is gone',
    { workers: { min: 1, max: 2 }, maxWorkers: 2 },
    async (env, pool) => {
      const directory = new env.millrace.Directory();
      const pair = [await hold(env, pool, directory), await hold(env, pool, directory)];
      for (const { job, leave } of pair) {
        await leave();
        equal((await job.status).code, 0);
      }
      await sleep(1500); // its worker is idle for longer than a cell keeps one
      const last = await hold(env, pool, directory);
      await until(() => isWaiting(pool));
      await last.leave();
      await directory.close();
    },
  ),
  crossing('what the stages of a pipeline hand on does not pass this thread', async (env, pool, total) => {
    const before = { ...total };
    const { stdoutText } = await pool.pipeline(writes(env), [env.guest('cat')], reads(env));
    equal(stdoutText, `${BULK}\n`);
    equal(total.bytes - before.bytes, stdoutText.length);
    // However much it is, there are as many messages.
    const of = async (size) => {
      const { messages } = total;
      await pool.pipeline(writes(env, size), [env.guest('cat')], reads(env));
      return total.messages - messages;
    };
    equal(await of(BULK), await of(1000));
  }),
  crossing('an output that is given to another job passes this thread no more', async (env, pool, total) => {
    const before = total.bytes;
    const [guest, options] = writes(env);
    const writer = await pool.spawn(guest, { ...options, stderr: 'null' });
    await until(() => pool.stats().perWorker.some(({ state }) => state === 'waiting')); // nobody reads
    const { stdoutText } = await pool.run(...withInput(reads(env), writer.stdout));
    equal(stdoutText, `${BULK}\n`);
    equal((await writer.status).code, 0);
    const most = 2 * 3 * PIPE; // what was under way before, in and out
    assert(total.bytes - before < most, `${total.bytes - before} bytes passed`);
  }),
  crossing('a pipe that the page has written into goes on from guest to guest', async (env, pool, total) => {
    const { readable, writable } = pool.pipe();
    const reading = pool.run(...withInput(reads(env), readable));
    const page = writable.getWriter();
    await page.write(new Uint8Array(100_000));
    page.releaseLock();
    const before = total.bytes;
    const [guest, options] = writes(env);
    equal((await pool.run(guest, { ...options, stdout: writable })).code, 0);
    equal((await reading).stdoutText, `${BULK + 100_000}\n`);
    assert(total.bytes - before < 200_000, `${total.bytes - before} bytes passed`);
  }),
  crossing('what nobody reads is under way for as much as its pipe holds, and no more', async (env, pool, total) => {
    for (const pipeCapacity of [4096, undefined]) {
      const before = total.bytes;
      const [guest, options] = writes(env);
      const job = await pool.spawn(guest, { ...options, stdin: 'null', stderr: 'null', pipeCapacity });
      await until(() => isWaiting(pool));
      equal(total.bytes - before, pipeCapacity ?? PIPE);
      job.cancel();
      await rejects(job.status, 'AbortError');
    }
    const before = total.bytes;
    const job = await pool.spawn(env.guest('misbehaving/sleeper'), { stdout: 'null', stderr: 'null' });
    const writer = job.stdin.getWriter();
    const refused = rejects(writer.write(new Uint8Array(BULK)), 'PoolError');
    await until(() => isWaiting(pool) && total.bytes - before >= PIPE);
    await sleep(50); // time enough to do it wrong
    assert(total.bytes - before <= 2 * PIPE, `${total.bytes - before} bytes went`); // as much lies in the guest's own end
    job.cancel();
    await rejects(job.status, 'AbortError');
    await refused;
  }),
  crossing('what flows may be ahead of its reader by a MiB, unless it was given less', async (env, pool, total) => {
    for (const [pipeCapacity, most] of [
      [4096, 4096],
      [undefined, 1 << 20],
    ]) {
      const before = total.bytes;
      const [guest, options] = writes(env);
      const job = await pool.spawn(guest, { ...options, stdin: 'null', stderr: 'null', pipeCapacity });
      const reader = job.stdout.getReader();
      let [read, ahead] = [0, 0];
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        read += next.value.length;
        if (read < BULK / 2 || ahead) continue;
        await until(() => isWaiting(pool)); // nobody reads meanwhile
        ahead = total.bytes - before - read;
      }
      equal([read, (await job.status).code], [BULK, 0]);
      assert(ahead > 0 && ahead <= most, `it was ${ahead} bytes ahead`);
    }
  }),
  crossing('what the page has written is sent before the answer to a host call', async (env, pool, total) => {
    const before = total.bytes;
    const size = 3 * 40_000;
    let writer;
    const greet = async () => {
      for (let i = 0; i < 3; i++) await writer.write(new Uint8Array(size / 3));
      return 'hello';
    };
    const job = await pool.spawn(env.guest('hostcall'), { args: ['greet', 'world'], host: { greet } });
    writer = job.stdin.getWriter();
    equal(await job.stdout.text(), '5 hello\n');
    equal(total.bytesBeforeReply - before, size);
    equal((await job.status).code, 0);
    await job.stderr.cancel();
  }),
  scenario(
    'whoever is at the other end of a pipe hears of a guest that was ended',
    { workers: 3, graceMs: 5 },
    async (env, pool) => {
      const pipe = pool.pipe();
      const reader = await pool.spawn(env.guest('cat'), { stdin: pipe.readable });
      const writer = await pool.spawn(env.guest('misbehaving/spin'), { stdout: pipe.writable });
      await readUntil(reader.stdout.getReader(), '.');
      writer.cancel();
      await rejects(writer.status, 'AbortError');
      equal((await reader.status).code, 0);
      const back = pool.pipe();
      const flood = await pool.spawn(env.guest('misbehaving/flood'), { stdout: back.writable, stderr: 'null' });
      const spins = await spawnSpinning(env, pool, { stdin: back.readable });
      spins.cancel();
      await rejects(spins.status, 'AbortError');
      await flood.status.catch(() => undefined); // EPIPE, whatever it makes of it
      await isEmpty(pool);
    },
  ),
  scenario(
    'two directories that are in different ones come together for a job, whole',
    { workers: 2 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const left = new Directory({ 'a.txt': 'left', deep: { er: { 'b.txt': 'deeper' } }, empty: {} });
      const right = new Directory({ 'a.txt': 'right', 'large.bin': new Uint8Array(3 << 20).fill(7) });
      await left.symlink('link', 'deep/er/b.txt');
      equal(await read(env, pool, '/d/a.txt', { '/d': left }), 'left');
      equal(await read(env, pool, '/d/a.txt', { '/d': right }), 'right');
      const both = { '/l': left, '/r': right };
      equal(await read(env, pool, '/l/link', both), 'deeper');
      equal(await read(env, pool, '/r/a.txt', both), 'right');
      equal(
        (await left.list())
          .map(({ name }) => name)
          .sort()
          .join(),
        'a.txt,deep,empty,link',
      );
      const large = await right.readFile('large.bin');
      assert(large.length === 3 << 20 && large.every((byte) => byte === 7), 'it is as it was');
      await Promise.all([left.close(), right.close()]);
      await isEmpty(pool);
    },
  ),
  scenario(
    'what comes together has its times, its names and its holes as before',
    { workers: 2 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const [one, other] = [new Directory({ 'x.txt': 'one' }), new Directory({ 'dir/file': 'other' })];
      equal(await read(env, pool, '/d/x.txt', { '/d': one }), 'one');
      const does = async (preopens, ...args) => {
        const { code, stdoutText, stderrText } = await pool.run(env.guest('files'), { args, preopens });
        equal([code, stderrText], [0, '']);
        return stdoutText;
      };
      const alone = (...args) => does({ '/d': other }, ...args);
      await alone('name', '/d/dir/file', '/d/named');
      await alone('link', 'dir/file', '/d/symlink');
      await alone('link', '\ufefftarget', '/d/\ufeffmarked');
      await alone('size', '/d/sparse', String(HUGE));
      await alone('age', '/d/dir', '1234567890');
      for (const path of ['dir/file', 'symlink', 'sparse', '']) await alone('age', `/d/${path}`, '987654321');
      const all = async (preopens) => {
        const told = [];
        for (const path of ['dir', 'dir/file', 'named', 'symlink', 'sparse', ''])
          told.push(await does(preopens, 'stat', `/d/${path}`));
        return told.join('');
      };
      const before = await all({ '/d': other });
      assert(
        before.includes(`${HUGE} bytes, 1 names`) && before.includes(', 2 names, read 987654321.123456789'),
        before,
      );
      equal(await all({ '/one': one, '/d': other }), before);
      await does({ '/one': one, '/d': other }, 'put', '/d/named', 'by its other name');
      equal(text(await other.readFile('dir/file')), 'by its other name');
      equal(await other.readlink('\ufeffmarked'), '\ufefftarget');
      assert(pool.stats().memory.used < HUGE, 'a hole takes no memory');
      await Promise.all([one.close(), other.close()]);
      await isEmpty(pool);
    },
  ),
  scenario(
    'one that was about to come to a cell that is ended comes to another, whole',
    { workers: 1, graceMs: 5 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      for (const n of [1, 3000]) {
        const [one, other] = [
          new Directory(),
          new Directory(Object.fromEntries(Array.from({ length: n }, (_, i) => [i, 'x']))),
        ];
        const options = { args: ['spin', '/d/file', 'x'], preopens: { '/d': one } };
        const job = await pool.spawn(env.guest('files'), options);
        await readUntil(job.stdout.getReader(), 'ready');
        const reading = read(env, pool, `/d/${n - 1}`, { '/d': other });
        await until(() => pool.stats().directories.used === 2);
        job.cancel();
        await rejects(job.status, 'AbortError');
        equal(await reading, 'x');
        equal((await other.list()).length, n);
        await Promise.all([one.close(), other.close()]);
        await isEmpty(pool);
      }
    },
  ),
  scenario(
    'a job that waits for a directory is told when it is lost, whatever else it waits behind',
    { workers: 2, maxWorkers: 4, graceMs: 5 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const [one, other] = [new Directory(), new Directory({ file: 'x' })];
      const options = { args: ['spin', '/d/file', 'x'], preopens: { '/d': one } };
      const job = await pool.spawn(env.guest('files'), options);
      await readUntil(job.stdout.getReader(), 'ready');
      equal(await read(env, pool, '/d/file', { '/d': other }), 'x');
      const lost = [
        pool.run(env.guest('hello'), { preopens: { '/a': one, '/b': other } }),
        pool.run(env.guest('hello'), { preopens: { '/a': one } }),
      ].map((each) => rejects(each, 'LostError'));
      await until(() => pool.stats().running === 3);
      job.cancel();
      await rejects(job.status, 'AbortError');
      await Promise.all(lost);
      equal(await read(env, pool, '/d/file', { '/d': other }), 'x');
      await Promise.all([one.close(), other.close()]);
      await isEmpty(pool);
    },
  ),
  scenario(
    'one that is deeper than a path can be does not come to another, stays whole, and the job is told why',
    { workers: 2 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const half = Array(1500).fill('d').join('/');
      const [one, deep] = [
        new Directory({ file: 'one' }),
        new Directory({ file: 'deep', [half]: {}, [`top/${half}`]: {} }),
      ];
      equal(await read(env, pool, '/d/file', { '/d': one }), 'one');
      equal(await read(env, pool, '/d/file', { '/d': deep }), 'deep');
      await deep.rename('d', `top/${half}/d`);
      const both = pool.run(env.guest('hello'), { preopens: { '/one': one, '/deep': deep } });
      const error = await rejects(both, 'NotStartedError');
      equal(error.message, '"/one" and "/deep" cannot come together in one thread: a name or a path is too long');
      equal(await read(env, pool, '/d/file', { '/d': deep }), 'deep');
      equal((await deep.list(`top/${half}/d`)).length, 1);
      equal(await read(env, pool, '/d/file', { '/d': one }), 'one');
      await Promise.all([one.close(), deep.close()]);
      await isEmpty(pool);
    },
  ),
  scenario(
    'two directories for which no worker has the memory are as they were, and the job is told',
    { workers: 2, maxMemory: 48 << 20 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const large = new Uint8Array(18 << 20).fill(5);
      const limits = { maxBytes: 48 << 20 };
      const [one, other] = [new Directory({ large }, limits), new Directory({ large }, limits)];
      const both = { '/a': one, '/b': other };
      for (const directory of [one, other])
        equal((await pool.run(env.guest('hello'), { preopens: { '/d': directory } })).code, 0);
      const over = () => pool.stats().memory.used - 2 * large.length;
      const error = await rejects(pool.run(env.guest('hello'), { preopens: both }), 'NotStartedError');
      equal(error.code, 'POOL_ENOMEM');
      assert(error.message.includes('"/a" and "/b"'), error.message);
      await until(() => over() >= 0 && over() < 1 << 20); // no part of a copy is left
      for (const directory of [one, other]) equal((await directory.readFile('large')).length, large.length);
      await one.remove('large');
      equal((await pool.run(env.guest('hello'), { preopens: both })).code, 0);
      await Promise.all([one.close(), other.close()]);
      await isEmpty(pool);
    },
  ),
  scenario(
    'a job whose directories are in use in two waits for one of them, and nobody passes it for ever',
    { workers: 2, maxWorkers: 20 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const [one, other] = [new Directory({ 'x.txt': 'one' }), new Directory({ 'x.txt': 'other' })];
      const [first, second] = [await hold(env, pool, one), await hold(env, pool, other)];
      const order = [];
      const both = read(env, pool, '/b/x.txt', { '/a': one, '/b': other }).then((got) => (order.push('both'), got));
      await until(() => pool.stats().running === 3);
      const later = Array.from({ length: MANY }, () =>
        read(env, pool, '/a/x.txt', { '/a': one }).then(() => order.push('later')),
      );
      await sleep(50); // time enough to do it wrong
      equal(order, []);
      await first.leave();
      equal(await both, 'other');
      await Promise.all(later);
      equal(order[0], 'both');
      await second.leave();
      for (const { job } of [first, second]) equal((await job.status).code, 0);
      await Promise.all([one.close(), other.close()]);
    },
  ),
  scenario(
    'stages of a pipeline that share directories do not wait for each other for ever',
    { workers: 3 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const [one, other] = [new Directory({ 'x.txt': 'one' }), new Directory({ 'x.txt': 'other' })];
      equal(await read(env, pool, '/d/x.txt', { '/d': one }), 'one');
      equal(await read(env, pool, '/d/x.txt', { '/d': other }), 'other'); // in another cell
      const stage = ([guest, options], preopens) => [guest, { ...options, preopens }];
      const { stdoutText } = await pool.pipeline(
        stage(writes(env), { '/a': one }),
        stage([env.guest('cat')], { '/b': other }),
        stage(reads(env), { '/a': one, '/b': other }),
      );
      equal(stdoutText, `${BULK}\n`);
      equal(await read(env, pool, '/b/x.txt', { '/a': one, '/b': other }), 'other');
      await Promise.all([one.close(), other.close()]);
      await isEmpty(pool);
    },
  ),
  scenario('one that waits for its directories can be cancelled, and times out', { workers: 2 }, async (env, pool) => {
    const { Directory } = env.millrace;
    const [one, other] = [new Directory(), new Directory()];
    const held = [await hold(env, pool, one), await hold(env, pool, other)];
    const preopens = { '/a': one, '/b': other };
    const waits = await pool.spawn(env.guest('hello'), { preopens });
    await until(() => pool.stats().running === 3);
    waits.cancel('enough');
    equal((await rejects(waits.status, 'AbortError')).cause, 'enough');
    await rejects(pool.run(env.guest('hello'), { preopens, timeoutMs: 50 }), 'TimeoutError');
    for (const { job, leave } of held) {
      await leave();
      equal((await job.status).code, 0);
    }
    equal((await pool.run(env.guest('hello'), { preopens })).code, 0);
    await Promise.all([one.close(), other.close()]);
  }),
  scenario(
    'who shares one with a guest that must be ended is lost, and says so; so is the directory',
    { workers: 2, graceMs: 5 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const shared = new Directory({ 'x.txt': 'shared' });
      const { job: neighbour } = await hold(env, pool, shared);
      const apart = await pool.spawn(env.guest('cat'));
      const spins = await spawnSpinning(env, pool, { preopens: { '/s': shared } });
      spins.cancel();
      await rejects(spins.status, 'AbortError');
      const lost = await rejects(neighbour.status, 'LostError');
      assert(/same cell/.test(lost.message), lost.message);
      equal((await rejects(shared.readFile('x.txt'), 'PoolError')).code, 'POOL_EIO');
      const refused = await rejects(pool.run(env.guest('hello'), { preopens: { '/s': shared } }), 'LostError');
      assert(/directory is lost/.test(refused.message), refused.message);
      await apart.stdin.close();
      equal((await apart.status).code, 0);
      await shared.close().catch(() => undefined);
    },
  ),
  scenario(
    'whoever wants something of a directory waits while a guest computes there',
    { workers: 3, graceMs: 5 },
    async (env, pool) => {
      const directory = new env.millrace.Directory({ 'x.txt': 'kept' });
      const spins = await spawnSpinning(env, pool, { preopens: { '/s': directory } });
      let isSettled = false;
      const reading = directory.readFile('x.txt').finally(() => (isSettled = true));
      const other = await pool.spawn(env.guest('hello'), { preopens: { '/s': directory } });
      equal((await pool.run(env.guest('hello'))).code, 0); // who has none of it goes on
      equal([isSettled, pool.stats().running], [false, 2]);
      spins.cancel();
      equal((await rejects(reading, 'PoolError')).code, 'POOL_EIO');
      await Promise.all([rejects(spins.status, 'AbortError'), rejects(other.status, 'LostError')]);
      await directory.close();
    },
  ),
  scenario(
    'stats tells at once of calls that are not answered, and of memory when guests wait',
    { workers: 2, graceMs: 5 },
    async (env, pool) => {
      const data = 'x'.repeat(100_000);
      const least = 3 << 17; // of three calls, in blocks of 128 KiB
      const begin = async (kind) => {
        const asked = [];
        const host = { ask: () => new Promise((resolve) => asked.push(resolve)) };
        const job = await pool.spawn(env.guest('hostcall'), { args: [kind, '3', 'ask', data], host });
        await until(() => asked.length === 3);
        return job;
      };
      const computes = await begin('-s');
      await sleep(50); // time enough to do it wrong
      const { calls, memory } = pool.stats();
      equal([calls.used, memory.used < least], [3, true]);
      computes.cancel();
      await rejects(computes.status, 'AbortError');
      const waits = await begin('-g');
      await until(() => pool.stats().memory.used >= least);
      equal(pool.stats().calls.used, 3);
      waits.cancel();
      await rejects(waits.status, 'AbortError');
    },
  ),
  scenario(
    'directories outlive the workers in whose cells they are',
    { workers: { min: 1, max: 2 }, idleMs: 20 },
    async (env, pool) => {
      const { Directory } = env.millrace;
      const cats = [await pool.spawn(env.guest('cat')), await pool.spawn(env.guest('cat'))];
      await until(() => pool.stats().running === 2);
      const directories = [new Directory({ 'x.txt': 'kept' }), new Directory({ 'x.txt': 'kept' })];
      for (const directory of directories) equal(await read(env, pool, '/d/x.txt', { '/d': directory }), 'kept');
      for (const { stdin, status } of cats) {
        await stdin.close();
        equal((await status).code, 0);
      }
      await until(() => pool.stats().workers === 1);
      for (const directory of directories) {
        equal(text(await directory.readFile('x.txt')), 'kept');
        await directory.writeFile('y.txt', 'new');
        equal(await read(env, pool, '/d/y.txt', { '/d': directory }), 'new');
        await directory.close();
      }
    },
  ),
];
