// Workers: that they are replaced when they are worn out or die, and that those which are gone are gone.
import { countMessages, endBehindItsBack, fallOver, fallsWhenItRetires, withCrew, withoutLongTimers } from './crew.mjs';
import {
  assert,
  bytes,
  equal,
  frames,
  readUntil,
  rejects,
  sleep,
  spawnSpinning,
  stillGood,
  text,
  until,
  withPool,
} from './harness.mjs';

/** Copies through a guest, in pieces, and looks at every byte. */
async function copyThrough(pool, module, seed) {
  const data = Uint8Array.from({ length: 100_000 }, (_, i) => (i * seed) % 253);
  const { stdout } = await pool.run(module, { stdin: data, pipeCapacity: 4096 });
  equal(stdout.length, data.length);
  assert(
    stdout.every((byte, i) => byte === data[i]),
    'a byte was changed',
  );
}

/** A job whose worker is known to compute for it. */
async function spawnRevenant(env, pool) {
  const job = await pool.spawn(env.guest('misbehaving/revenant'));
  const reader = job.stdout.getReader();
  await readUntil(reader, '.');
  return { job, reader };
}

/** Pretends that the platform starts only the first compute worker: of the others nothing is ever heard. */
function withSilentWorkers(env, use) {
  const silence = URL.createObjectURL(new Blob(['// says nothing'], { type: 'text/javascript' }));
  let first;
  const replace = (name, url) => {
    if (!/^millrace-(worker|cell)/.test(name)) return url;
    first ??= name;
    return name === first ? url : silence;
  };
  return withCrew(env, use, replace);
}

/** As many wasm memories as a process of Chromium has room for, but for those of a few pools. */
const MEMORIES = 100;

/** Whether the engine has room for so many memories more. */
function hasRoom() {
  try {
    return Array.from({ length: MEMORIES }, () => new WebAssembly.Memory({ initial: 1 })).length === MEMORIES;
  } catch {
    return false;
  }
}

/** Keeps an eye on the page's workers: `heard`, of each that was ended, whether something had come from it, or nothing had been
 * sent to it. */
async function watchingEnds(use) {
  const { Worker } = globalThis;
  const watch = { started: 0, heard: new Map() };
  globalThis.Worker = class extends Worker {
    constructor(...options) {
      super(...options);
      watch.started++;
      for (const type of ['message', 'error']) this.addEventListener(type, () => (this.isHeard = true));
    }

    postMessage(...message) {
      this.wasSent = true;
      super.postMessage(...message);
    }

    terminate() {
      if (!watch.heard.has(this)) watch.heard.set(this, this.isHeard === true || !this.wasSent);
      super.terminate();
    }
  };
  try {
    await use(watch);
  } finally {
    globalThis.Worker = Worker;
  }
}

/** WebKit never lets go of what was sent to a worker that it ends while it loads its script. */
const isWebKit = /AppleWebKit/.test(globalThis.navigator?.userAgent) && !/Chrom/.test(navigator.userAgent);

export const scenarios = [
  {
    name: 'workers: at rest they keep no memory of guests that have ended from a pool or a page',
    run: (env) =>
      withPool(env, { workers: 8, maxWorkers: 8 }, async (pool) => {
        const module = await pool.compile(env.guest('hello'));
        for (const runs of [MEMORIES + 20, MEMORIES + 23, MEMORIES + 26]) {
          await Promise.all(Array.from({ length: runs }, () => pool.run(module)));
          await withPool(env, { workers: 1 }, (other) => stillGood(env, other, 1));
        }
        await Promise.all(Array.from({ length: MEMORIES + 23 }, () => pool.run(module)));
        await until(async () => hasRoom() || sleep(50));
      }),
  },
  {
    name: 'workers: those that are not wanted any more while they start are ended, in WebKit when they have been heard of',
    run: async (env) => {
      if (!env.browser) return;
      await watchingEnds(async (watch) => {
        for (let ms = 0; ms < 60; ms += 4) {
          const controller = new AbortController();
          setTimeout(() => controller.abort(), ms);
          const pool = await env.millrace.Pool.create({ workers: 3, signal: controller.signal }).catch(() => undefined);
          await pool?.close();
        }
        assert(watch.started > 0, 'none was started');
        await until(() => watch.heard.size === watch.started);
        if (isWebKit) assert(![...watch.heard.values()].includes(false), 'one was ended too early');
      });
    },
  },
  {
    name: 'workers: one whose stack overflowed is not used again',
    run: (env) =>
      withCrew(env, (workers) =>
        withPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
          equal((await pool.run(env.guest('hello'))).code, 0);
          const before = workers.length;
          await rejects(pool.run(env.guest('misbehaving/trap')), 'TrapError');
          await stillGood(env, pool, 1);
          equal(workers.length, before, 'after another trap:');
          await rejects(pool.run(env.guest('misbehaving/overflow')), 'TrapError');
          await stillGood(env, pool, 1);
          const more = env.tier === 'shared' ? 1 : 0; // a cell has the stack of each of its guests apart
          equal(workers.length, before + more, 'after an overflow:');
        }),
      ),
  },
  {
    name: 'workers: one that retires and then falls over is not told of as the one that has its number next',
    tiers: ['shared'], // in the other none retires of whose thread something is heard later
    run: (env) =>
      withCrew(env, (workers) =>
        withPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
          for (let i = 1; i <= 5; i++) {
            await stillGood(env, pool, 1);
            const falling = fallsWhenItRetires(env, workers.at(-1));
            await rejects(pool.run(env.guest('misbehaving/overflow')), 'TrapError');
            await falling;
            await stillGood(env, pool, 1);
            equal(pool.stats().lostWorkers, 0);
          }
        }),
      ),
  },
  {
    name: 'workers: a coordinator that dies while the pool closes is not waited for',
    tiers: ['shared'],
    run: (env) =>
      withCrew(env, async (workers) => {
        const told = [];
        const onlog = ({ level }) => level === 'error' && told.push(level);
        const pool = await env.millrace.Pool.create({ workers: 1, onlog });
        const job = await pool.spawn(env.guest('cat'));
        const ended = job.status.catch(({ name }) => name);
        await withoutLongTimers(async () => {
          const closing = pool.close();
          for (let i = 1; i <= 2; i++) fallOver(env, workers[0]);
          await closing;
        });
        assert(['AbortError', 'LostError'].includes(await ended)); // whichever came first
        equal([told, pool.stats().jobs], [['error'], 0]);
      }),
  },
  {
    name: 'workers: one that dies loses its job, and another takes its place',
    run: (env) =>
      withCrew(env, (workers) =>
        withPool(env, { workers: 1, maxWorkers: 1 }, async (pool) => {
          const job = await spawnSpinning(env, pool);
          endBehindItsBack(env, workers.at(-1));
          equal((await rejects(job.status, 'LostError')).code, 'POOL_LOST');
          await stillGood(env, pool, 1);
          await until(() => pool.stats().workers === 1); // its message comes later than its work
          assert(pool.stats().lostWorkers >= 1);
        }),
      ),
  },
  {
    name: 'workers: one that dies idle is replaced before anybody needs it',
    run: (env) =>
      withCrew(env, (workers) =>
        withPool(env, { workers: 2, maxWorkers: 2 }, async (pool) => {
          await stillGood(env, pool, 2);
          endBehindItsBack(env, workers.at(-1));
          // On a busy machine a successor may be too late to count, and be replaced as well.
          await until(() => pool.stats().lostWorkers >= 1 && pool.stats().workers === 2);
          await stillGood(env, pool, 2);
        }),
      ),
  },
  {
    name: 'workers: those that were killed while they computed touch nothing that others use after them',
    run: (env) =>
      withPool(env, { workers: 2, graceMs: 1 }, async (pool) => {
        const cat = await pool.compile(env.guest('cat'));
        for (let i = 1; i <= 8; i++) {
          const { job, reader } = await spawnRevenant(env, pool);
          job.cancel();
          await rejects(job.status, 'AbortError');
          while (!(await reader.read()).done); // what it had written before
          await Promise.all([copyThrough(pool, cat, i), copyThrough(pool, cat, i + 8)]);
        }
        for (let i = 1; i <= 40; i++) await copyThrough(pool, cat, i); // what lives on in secret comes back meanwhile
        await stillGood(env, pool, 2);
      }),
  },
  {
    name: 'workers: a pool goes on with those that started, when of others nothing is ever heard',
    async run(env) {
      if (!env.browser) return; // Node says when a thread cannot be started
      await withSilentWorkers(env, () =>
        withPool(env, { workers: 2 }, async (pool) => {
          equal(pool.stats().workers, 1);
          await stillGood(env, pool, 1);
        }),
      );
    },
  },
  {
    name: 'workers: bytes pass without messages',
    tiers: ['shared'], // in the other nothing else carries them
    run: (env) =>
      withCrew(env, (workers) =>
        withPool(env, { workers: 1 }, async (pool) => {
          const job = await pool.spawn(env.guest('cat'), { pipeCapacity: 4096 });
          const writer = job.stdin.getWriter();
          const reader = job.stdout.getReader();
          await writer.write(bytes('a'));
          equal(text((await reader.read()).value), 'a');
          const messages = countMessages(env, workers);
          for (let i = 0; i < 500; i++) {
            await writer.write(bytes('b'));
            equal(text((await reader.read()).value), 'b');
          }
          await frames(env, 2); // whatever was sent has arrived
          equal(messages.n, 0);
          await writer.close();
          equal((await job.status).code, 0);
        }),
      ),
  },
  {
    name: 'workers: a job that waits for room for its memory still ends when its time is up',
    async run(env) {
      const most = memoriesThatFit(env);
      if (most === 0) return; // no limit that could be reached
      await withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('hello'));
        const memories = [];
        let error;
        await until(async () => {
          memories.push(...fillWithMemories(most));
          error = await pool.run(module, { timeoutMs: 300 }).catch((failure) => failure);
          if (error.code === 0) await takeBack(memories, most);
          return error.code !== 0;
        });
        equal(error.name, 'TimeoutError');
        memories.length = 0;
        makesRoom();
        await until(() => pool.run(module).then(Boolean, makesRoom));
      });
    },
  },
  {
    name: 'workers: when there is no room for one more memory, a job fails, and the next one after that does not',
    async run(env) {
      const most = memoriesThatFit(env);
      if (most === 0) return; // no limit that could be reached
      await withPool(env, { workers: 1 }, async (pool) => {
        const memories = [];
        let error;
        // Again if garbage was collected in between, and left room.
        await until(async () => {
          memories.push(...fillWithMemories(most));
          error = await pool.run(env.guest('hello')).catch((failure) => failure);
          if (error.code === 0) await takeBack(memories, most);
          return error.code !== 0;
        });
        equal(error.name, 'NotStartedError');
        memories.length = 0;
        assert(/memor/i.test(error.message), error.message);
        await until(() =>
          pool.run(env.guest('hello')).then(
            () => true,
            () => makesRoom(),
          ),
        );
        await stillGood(env, pool, 1);
      });
    },
  },
];

/** Takes the memory of the guest that has just run: its worker, which has it as garbage, would give it to the next run, and
 * so on for ever. A worker at rest has it collected. */
async function takeBack(memories, most) {
  for (let tries = 0; tries < 30; tries++) {
    await sleep(100);
    const more = fillWithMemories(most);
    memories.push(...more);
    if (more.length > 0) return;
  }
}

/** How many memories a page of this engine can have, with some to spare; 0: so many that nobody can try. */
function memoriesThatFit(env) {
  const agent = env.browser ? navigator.userAgent : '';
  if (/Chrom(e|ium)\//.test(agent)) return 300;
  return /Firefox\//.test(agent) ? 3000 : 0;
}

function fillWithMemories(most) {
  const memories = [];
  try {
    while (memories.length < most) memories.push(new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }));
  } catch {
    return memories; // Firefox throws a string
  }
  throw new Error(`${most} memories are still not too many`);
}

/** An engine that finds no room for a memory collects its garbage first. */
function makesRoom() {
  try {
    return !new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  } catch {
    return false;
  }
}
