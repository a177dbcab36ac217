// A program of Node for each case: it must do what it says, and then end by itself. Usage: node --expose-gc program.mjs CASE
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openPlugin } from '../../npm/dist/plugin.node.js';
import { Directory, Pool, run } from '../../npm/dist/index.node.js';

const guest = (name) => fileURLToPath(new URL(`../../examples/guests/${name}.gen.wasm`, import.meta.url));
const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

async function collectGarbage() {
  for (let i = 0; i < 10; i++) {
    await turn(10);
    globalThis.gc();
  }
}

/** A server that answers with `first` and leaves it at that; it does not keep the process alive, its connections do. */
async function silentServer(first) {
  const server = http.createServer((_, response) => first !== undefined && response.write(first)).listen(0);
  await once(server, 'listening');
  server.unref();
  return { url: `http://127.0.0.1:${server.address().port}/`, server };
}

const bodyOf = async (url) => (await fetch(url)).body;

/** Every shared memory that is made from now on. */
function watchMemories() {
  const made = [];
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, args) {
      const memory = new target(...args);
      if (args[0].shared) made.push(new WeakRef(memory));
      return memory;
    },
  });
  return { made, alive: () => made.filter((each) => each.deref()).length };
}

/** The threads of this process. */
const threadsNow = () => readdirSync('/proc/self/task');

/** How often threads have slept and woken again. @param {string[]} threads */
function wakeUpsOf(threads) {
  const counts = threads.map((thread) => {
    const status = readFileSync(`/proc/self/task/${thread}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)[1]);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Whether none of the threads wakes while something else is done. @param {string[]} threads @param {() => Promise<void>} work */
async function isUntouched(threads, work) {
  const before = wakeUpsOf(threads);
  await work();
  return wakeUpsOf(threads) === before;
}

/** Rounds of this thread and its event loop, for longer than anything of ours waits. */
async function rounds() {
  for (let i = 0; i < 125; i++) await turn(20);
}

const cases = {
  /** A connection that feeds a guest goes when the guest has gone, however that was. */
  async sources() {
    const { url } = await silentServer('Ann\nred\n');
    const pool = await Pool.create({ workers: 1 });
    await pool.run(guest('greet'), { stdin: await bodyOf(url) });
    await assert.rejects(pool.run(guest('cat'), { stdin: await bodyOf(url), timeoutMs: 100 }));
    await assert.rejects(pool.run(guest('cat'), { stdin: await bodyOf(url), signal: AbortSignal.timeout(100) }));
    await assert.rejects(pool.run(new Uint8Array(8), { stdin: await bodyOf(url) }));
    const job = await pool.spawn(guest('hello'));
    await assert.rejects((await bodyOf(url)).pipeTo(job.stdin));
    await pool.run(guest('greet'), { stdin: Readable.fromWeb(await bodyOf(url)) });
    const last = assert.rejects(pool.run(guest('cat'), { stdin: await bodyOf(url) }));
    await pool.close();
    await last;
  },

  /** Nor do calls that have ended before there was a job keep anything. */
  async deadlines() {
    const { url } = await silentServer();
    const half = await silentServer('\0asm');
    const pool = await Pool.create({ workers: 1 });
    await assert.rejects(pool.run(`${url}1`, { timeoutMs: 50 }), { name: 'TimeoutError' });
    await assert.rejects(pool.run(half.url, { timeoutMs: 50 }), { name: 'TimeoutError' });
    await assert.rejects(pool.run(`${url}2`, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    await assert.rejects(pool.compile(`${url}3`, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
    const call = pool.run(`${url}4`);
    await pool.close();
    await assert.rejects(call, { name: 'AbortError' });
    await assert.rejects(Pool.create({ urls: { wasm: url }, signal: AbortSignal.timeout(50) }), {
      name: 'TimeoutError',
    });
  },

  /** The memory of a pool that was closed, or whose start was aborted, goes. */
  async memories() {
    const memories = watchMemories();
    for (let i = 0; i < 20; i++) {
      const pool = await Pool.create({ workers: 1 });
      if (i % 2) await pool.run(guest('cat'), { stdin: 'abc', signal: new AbortController().signal });
      await pool.close();
    }
    for (let ms = 0; ms < 40; ms += 2) {
      await Pool.create({ workers: 1, signal: AbortSignal.timeout(ms) }).then(
        (pool) => pool.close(),
        () => undefined,
      );
    }
    for (let i = 0; memories.alive() > 1 && i < 50; i++) await collectGarbage(); // threads end when they can
    assert(memories.made.length >= 20);
    assert(memories.alive() <= 1, `${memories.alive()} of ${memories.made.length} memories are alive`);
  },

  /** Also when what a pool gave lives on: directories, modules, jobs that ended in any way, results, errors. */
  async outlived() {
    const memories = watchMemories();
    const kept = [];
    for (let i = 0; i < 10; i++) {
      const pool = await Pool.create({ workers: 1 });
      kept.push(await thingsOf(pool));
      await pool.close();
    }
    for (let i = 0; memories.alive() > 1 && i < 50; i++) await collectGarbage(); // threads end when they can
    assert(memories.alive() <= 1, `${memories.alive()} of ${memories.made.length} memories are alive`);
    for (const { directory, ended, cut } of kept) {
      await assert.rejects(directory.list(), { code: 'POOL_ESHUTDOWN' });
      await directory.close();
      assert.match(await new Response(ended.stdout).text(), /Hello/); // it was written before
      await assert.rejects(cut.status, { name: 'AbortError' });
      await assert.rejects(cut.stdin.getWriter().write(new Uint8Array(1)), { code: 'POOL_EPIPE' });
      assert.equal(await new Response(cut.stdout).text(), '');
      cut.cancel();
    }
  },

  /** What a job left and nobody can read any more is freed as garbage: more jobs than there are pipes. */
  async dropped() {
    const pool = await Pool.create({ workers: 1 });
    const module = await pool.compile(guest('hello'));
    for (let i = 0; i < 9000; i++) {
      await (
        await pool.spawn(module, { pipeCapacity: 256 })
      ).status; // its output stays unread
      if (i % 1000 === 999) await collectGarbage();
    }
    const waiting = await waitingGuests(pool, 3);
    await collectGarbage();
    for (const status of waiting) assert.equal((await status).code, 0); // nobody can write any more: end of file
    await pool.close();
  },

  /** So is a pipe that nobody has any end of: there are 4,096 at most. */
  async pipes() {
    const pool = await Pool.create({ workers: 1 });
    for (let i = 0; i < 9000; i++) {
      const { readable } = pool.pipe({ capacity: 256 });
      if (i % 2) void readable.getReader();
      if (i % 1000 === 999) await collectGarbage();
    }
    const refused = assert.rejects(writeInto(pool), { code: 'POOL_EPIPE' }); // nobody can read it any more
    await collectGarbage();
    await refused;
    await pool.close();
  },

  /** So is an instance, and a loop over a map that nobody goes on with. */
  async instances() {
    const pool = await Pool.create({ workers: 1, maxWorkers: 40 });
    await makeInstances(pool, 20);
    await beginMaps(pool, 5);
    assert(pool.stats().waitingTime.count >= 20); // some may have been garbage already
    for (let i = 0; pool.stats().jobs > 0 && i < 200; i++) await collectGarbage();
    assert.equal(pool.stats().jobs, 0);
    await pool.close();
  },

  /** Nothing wakes the threads of a pool that has nothing to do, whatever others do meanwhile: the system counts. */
  async asleep() {
    const own = threadsNow();
    const pool = await Pool.create({ workers: 2 });
    const module = await pool.compile(guest('hello'));
    await Promise.all([1, 2, 3].map(() => pool.run(module, { timeoutMs: 60_000 })));
    const threads = threadsNow().filter((each) => !own.includes(each));
    assert(threads.length >= 3, `${threads.length} threads, of the coordinator and two workers`);
    const isQuiet = () => isUntouched(threads, rounds);
    // The engine collects garbage a few times after the last work. What wakes by itself would be in each of these.
    for (let tries = 1; !(await isQuiet()); tries++) assert(tries < 10, 'the threads of an idle pool do not rest');
    const before = wakeUpsOf(threads);
    await pool.run(module);
    // It is counted when they fall asleep again.
    for (let tries = 1; wakeUpsOf(threads) === before; tries++) {
      assert(tries < 1000, 'a job wakes them, and the count shows it');
      await turn(10);
    }
    await pool.close();
  },

  /** A default pool that idles keeps nothing alive. */
  async unasked() {
    const { code } = await run(guest('hello'));
    assert.equal(code, 0);
  },

  /** Each worker of Node's listens to the program's stdout and stderr, and so do we. */
  async warnings() {
    const warnings = [];
    process.on('warning', (warning) => warnings.push(warning));
    const pool = await Pool.create({ workers: 14 });
    const open = () => openPlugin(pool, guest('rpc'));
    const plugins = await Promise.all(Array.from({ length: 20 }, open));
    await Promise.all(plugins.map((plugin) => plugin.call('ping')));
    await pool.run(guest('hello'), { stderr: 'inherit' });
    await Promise.all(plugins.map((plugin) => plugin.close()));
    const most = process.stderr.getMaxListeners();
    await pool.close();
    await turn(10);
    assert.deepEqual(warnings, []);
    assert.equal(most, 10);
  },

  /** The process waits for what a pool waits for before it closes. */
  async draining() {
    const pool = await Pool.create({ workers: 1 });
    const job = await pool.spawn(guest('cat'));
    const late = setTimeout(() => void job.stdin.close(), 200);
    late.unref();
    await pool.close({ graceful: true });
    assert.equal((await job.status).code, 0);
  },

  /** So is a directory: there are 1,024 at most. */
  async directories() {
    const pool = await Pool.create({ workers: 1 });
    const module = await pool.compile(guest('hello'));
    for (let i = 0; i < 3000; i++) {
      await pool.run(module, { preopens: { '/': new Directory({ a: 'a' }) } });
      if (i % 500 === 499) await collectGarbage();
    }
    await pool.close();
  },

  /** One that is closed is given back once, and not again as garbage, also if it was moving into the pool just then. */
  async closing() {
    const pool = await Pool.create({ workers: 1 });
    const module = await pool.compile(guest('hello'));
    const drops = watchDrops();
    for (let i = 0; i < 20; i++) {
      const directory = new Directory({ a: 'a' });
      const running = pool.run(module, { preopens: { '/': directory } }).catch((error) => error);
      for (let turns = 0; turns < i; turns++) await undefined;
      await directory.close();
      const { code } = await running;
      assert([0, 'POOL_EBADF'].includes(code), `code ${code}`);
    }
    const closed = drops.length;
    await collectGarbage();
    assert.equal(drops.length, closed, 'given back again');
    assert.equal(new Set(drops).size, closed);
    assert.equal(pool.stats().directories.used, 0);
    await pool.close();
  },
};

/** Every volume that is given back from now on, by its number. */
function watchDrops() {
  const drops = [];
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, transfer) {
    if (message.call === 'drop') drops.push(message.args[0]);
    return postMessage.call(this, message, transfer);
  };
  return drops;
}

/** Whatever a pool gives that an application may keep. */
async function thingsOf(pool) {
  const directory = new Directory({ a: 'a' });
  const module = await pool.compile(guest('hello'));
  const result = await pool.run(module, { preopens: { '/': directory } });
  const ended = await pool.spawn(module);
  await ended.status;
  const cut = await pool.spawn(guest('cat'));
  const error = await pool.run(guest('misbehaving/trap')).catch((thrown) => thrown);
  return { directory, module, result, ended, cut, error };
}

/** Writes more into a pipe than it holds; nobody has its other end. */
function writeInto(pool) {
  const { writable } = pool.pipe({ capacity: 256 });
  return writable.getWriter().write(new Uint8Array(1000));
}

/** Instances that nobody has. */
async function makeInstances(pool, n) {
  for (let i = 0; i < n; i++) await (await pool.instantiate(guest('counter'))).call('add', i);
}

/** Loops that were left without a word. */
async function beginMaps(pool, n) {
  for (let i = 0; i < n; i++) {
    const items = Array.from({ length: 100 }, (_, k) => [k, k]);
    assert.equal((await pool.map(guest('adder'), 'add', items, { concurrency: 2 }).next()).value, 0);
  }
}

/** Guests that read a stdin which nobody has any more. */
async function waitingGuests(pool, n) {
  const statuses = [];
  for (let i = 0; i < n; i++) statuses.push((await pool.spawn(guest('cat'))).status);
  return statuses;
}

await cases[process.argv[2]]();
console.log('done');
