// Chaos: operations of all kinds at once, over several pools, each as the seed says. The same file serves Node and pages.
import { emptyShared } from './folders.mjs';
import { Harm } from './harm.mjs';
import { describe, judge } from './judge.mjs';
import { kinds, planOf, SEATS } from './plan.mjs';
import { outcomeOf } from './talks.mjs';

/** Nothing happened in an operation for so long: it hangs. This is no assertion about speed. */
const HANG_MS = 60_000;
const LOOK_MS = 1000;

/** Operations under way at the same time. */
const LANES = 24;

/** The options of the pools, by seat. */
const configs = [
  { workers: 2, maxWorkers: 8, maxMemory: 96 << 20, graceMs: 20 },
  { workers: 1, maxWorkers: 6, maxMemory: 64 << 20, graceMs: 50 },
  { workers: 3, maxWorkers: 8, maxMemory: 64 << 20, graceMs: 1 },
];

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A pool and what is known of it. */
class Home {
  closing = false;
  /** Directories may have been lost. */
  isHurt = false;
  lines = { least: 0, most: 0 };

  constructor(pool, config, Directory) {
    this.pool = pool;
    this.workers = config.workers;
    this.Directory = Directory;
    this.share();
  }

  /** Makes the directory that the jobs of a round share. */
  share() {
    this.lines = { least: 0, most: 0 };
    this.shared = new this.Directory({}, { maxBytes: 16 << 20 });
  }
}

export class Chaos {
  #env;
  #seed;
  #limits;
  #patienceMs;
  /** A signal that never aborts, which thousands of jobs share. */
  #calm = new AbortController().signal;
  #next = 0;
  #loops = 0;
  #seats = [];
  #modules = new Map();
  #live = new Set();
  #failures = [];
  #counts = {};

  /**
   * @param {object} env `millrace`, `census`, `guest(name)`, `load(path)`
   * @param {object} options
   * @param {number} options.seed
   * @param {string[]} [options.only] kinds of operations
   * @param {string[]} [options.except]
   * @param {number} [options.loopsMax] how many guests may loop for ever
   * @param {number} [options.patienceMs] how long pools may take until they are at rest
   */
  constructor(env, { seed, only = [], except = [], loopsMax = Infinity, patienceMs = HANG_MS }) {
    this.#env = env;
    this.#seed = seed;
    this.#patienceMs = patienceMs;
    this.#limits = { only, except, loopsMax };
  }

  async open() {
    this.#seats = configs.slice(0, SEATS).map((config) => this.#createHome(config));
    await Promise.all(this.#seats);
  }

  /** Carries out the next operations, and waits until all have ended: what went wrong, and how often what was done. */
  async round(operations) {
    const end = this.#next + operations;
    const watch = setInterval(() => this.#look(), LOOK_MS);
    const lanes = Array.from({ length: LANES }, async () => {
      while (this.#next < end && this.#failures.length === 0) await this.#one();
    });
    let over = false;
    await Promise.race([Promise.all(lanes), this.#untilFailed({ isOver: () => over })]);
    over = true;
    clearInterval(watch);
    return { done: this.#next, counts: this.#counts, failures: this.#failures };
  }

  /** Waits until the pools are as they were made, checks that they are, and says what they tell of themselves. */
  async rest() {
    const homes = await Promise.all(this.#seats);
    const figures = [];
    for (const [seat, home] of homes.entries()) {
      try {
        home.pool.resize((home.workers = configs[seat].workers));
        await emptyShared(home);
        await home.shared.close();
        home.share();
        home.isHurt = false;
        figures.push(await quiet(home, this.#patienceMs));
      } catch (error) {
        this.#failures.push(`pool ${seat}: ${describe(error)}`);
      }
    }
    if (this.#failures.length === 0) await this.#leftBehind();
    return { figures, failures: this.#failures };
  }

  /** What is registered is known exactly at rest, without any garbage being collected: nobody listens to the signal that
   * all jobs share, and the pools have their workers each, and a coordinator, which in the tier "jspi" has no thread. */
  async #leftBehind() {
    const { census, tier } = this.#env;
    const coordinators = tier === 'shared' ? 1 : 0;
    const workers = configs.slice(0, SEATS).reduce((sum, config) => sum + coordinators + config.workers, 0);
    const shown = () => ({ workers: census.workers, listeners: census.listenersOf(this.#calm) });
    const wanted = JSON.stringify({ workers, listeners: 0 });
    for (const end = performance.now() + this.#patienceMs; JSON.stringify(shown()) !== wanted;) {
      if (performance.now() > end) {
        return void this.#failures.push(`left behind: ${JSON.stringify(shown())} instead of ${wanted}`);
      }
      await later(5); // a thread says somewhat later that it has ended
    }
  }

  async close() {
    for (const home of await Promise.all(this.#seats)) await home.pool.close();
  }

  async #untilFailed({ isOver }) {
    while (!isOver() && this.#failures.length === 0) await later(LOOK_MS);
  }

  async #createHome(config) {
    const { Pool, Directory } = this.#env.millrace;
    return new Home(await Pool.create(config), config, Directory);
  }

  async #one() {
    const { only, except, loopsMax } = this.#limits;
    const op = planOf(this.#seed, this.#next++, { only, except, loops: this.#loops < loopsMax });
    if (kinds[op.kind].loops) this.#loops++;
    const life = { op, history: [], begun: performance.now(), heard: performance.now() };
    this.#live.add(life);
    try {
      await this.#carryOut(life);
      this.#counts[op.kind] = (this.#counts[op.kind] ?? 0) + 1;
    } catch (error) {
      this.#fail(life, error instanceof Error ? `${describe(error)}\n${error.stack}` : String(error));
    }
    this.#live.delete(life);
  }

  async #carryOut(life) {
    const { op } = life;
    const log = (text) => {
      life.heard = performance.now();
      life.history.push(`${Math.round(life.heard - life.begun)} ms: ${text}`);
    };
    const home = await this.#seats[op.seat];
    log('has a pool');
    const attempt = {
      op,
      log,
      home,
      env: this.#env,
      harm: new Harm(op.harm, log, this.#calm),
      file: (path) => this.#env.load(path),
      module: (name) => this.#module(name),
      forget: (name) => this.#modules.delete(name),
      createPool: (options) => this.#env.millrace.Pool.create(options),
      reopen: () => this.#reopen(op.seat, home),
    };
    const { run = runCommand } = kinds[op.kind];
    await run(attempt);
  }

  /** A guest, compiled by nobody's pool, so that all can use it. */
  #module(name) {
    let module = this.#modules.get(name);
    if (!module) {
      module = this.#env.load(`examples/guests/${name}.gen.wasm`).then((bytes) => WebAssembly.compile(bytes));
      this.#modules.set(name, module);
    }
    return module;
  }

  /** Closes a pool with all that it does, and opens another in its place. */
  async #reopen(seat, home) {
    if (home.closing) return;
    home.closing = true;
    const closed = home.pool.close();
    this.#seats[seat] = closed.then(() => this.#createHome(configs[seat]));
    await this.#seats[seat];
  }

  #look() {
    const now = performance.now();
    for (const life of this.#live) {
      if (now - life.heard > HANG_MS) void this.#hangs(life);
    }
  }

  async #hangs(life) {
    this.#live.delete(life);
    const { pool } = await this.#seats[life.op.seat];
    const { workers, jobs, queued, running, perWorker } = pool.stats();
    this.#fail(life, `it hangs; its pool: ${JSON.stringify({ workers, jobs, queued, running, perWorker })}`);
  }

  #fail({ op, history }, what) {
    const seat = `seed ${this.#seed}, operation ${JSON.stringify(op)}`;
    this.#failures.push(`${seat}\n  ${what}\n  ${history.join('\n  ')}`);
  }
}

async function runCommand({ op, home, harm, log, module }) {
  const { guest, options, expect } = kinds[op.kind].job(op);
  const outcome = await outcomeOf(home.pool.run(await module(guest), harm.options(options)));
  log('it is settled');
  judge(outcome, expect, { harm, home });
}

/** Waits until a pool is as it was made: nothing to do, as many workers as it shall have, and nothing in use. */
async function quiet({ pool, workers }, patienceMs) {
  for (const end = performance.now() + patienceMs; ;) {
    const stats = pool.stats();
    const { pipes, calls, directories, places, memory } = stats;
    const used = [pipes, calls, directories, places, memory].some((what) => what.used > 0);
    if (stats.jobs === 0 && stats.workers === workers && !used) return stats;
    if (performance.now() > end) throw new Error(`it does not come to rest: ${JSON.stringify(stats)}`);
    await later(5);
  }
}
