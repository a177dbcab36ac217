// Runs scenarios and counts. The same file serves Node and pages, so it imports nothing.

/** A scenario that does not end by itself is a hang; this is no assertion about speed. */
const HANG_MS = 120_000;

/**
 * `tiers`: the only ones in which it means something. `needs`: a file of the repository that not everybody can build.
 * @typedef {{name: string, run: (env: Env) => Promise<void>, tiers?: string[], needs?: string}} Scenario
 */

/**
 * What a scenario needs of where it runs.
 * @typedef {object} Env
 * @property {any} millrace the package's exports
 * @property {(name: string) => string} guest where a guest is, as a string that `pool.compile` takes
 * @property {(path: string) => string} file where any file of the repository is
 * @property {(path: string) => Promise<Uint8Array>} load what is in it
 * @property {(path: string) => Promise<boolean>} [has] whether it is there
 * @property {boolean} browser
 * @property {'shared' | 'jspi'} tier of all pools
 */

/** Throws unless `condition` holds. */
export function assert(condition, message) {
  if (!condition) throw new Error(message ?? 'assertion failed');
}

/** Throws unless both are the same, as JSON shows them. */
export function equal(actual, expected, message = '') {
  const [a, e] = [show(actual), show(expected)];
  if (a !== e) throw new Error(`${message} expected ${e.slice(0, 300)}, got ${a.slice(0, 300)}`);
}

function show(value) {
  return value instanceof Uint8Array ? `bytes ${[...value.subarray(0, 64)]} (${value.length})` : JSON.stringify(value);
}

/** Awaits a rejection and returns its error. That of an option which nobody knows is a TypeError and a PoolError. */
export async function rejects(promise, name) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    const isOption = name === 'PoolError' && error.name === 'TypeError' && error.code === 'POOL_EINVAL';
    if (!isOption) equal(error.name, name, `${error.message}:`);
    return error;
  }
  throw new Error(`expected ${name}, but it resolved with ${show(value)?.slice(0, 300)}`);
}

export const text = (bytes) => new TextDecoder().decode(bytes);
export const bytes = (string) => new TextEncoder().encode(string);

/** Shared memory, also where a page is given no class of that name. */
export function sharedBuffer(size) {
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return new buffer.constructor(size);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is as it should become; a scenario that waits in vain hangs. */
export async function until(isSo) {
  while (!(await isSo())) await sleep(2);
}

/** Tries with more and more time, for a busy machine, until `attempt` got as far as it says within it. */
export async function withTimeEnough(attempt) {
  for (let timeoutMs = 100; !(await attempt(timeoutMs)); timeoutMs *= 2);
}

/** Waits for so many frames of the page, or turns of the event loop where there is no page: a frozen one has none. */
export async function frames(env, n) {
  for (let i = 0; i < n; i++)
    await new Promise((resolve) => (env.browser ? requestAnimationFrame(resolve) : setTimeout(resolve)));
}

/** Starts a guest that computes without end: resolves when it has said that it does. */
export async function spawnSpinning(env, pool, options) {
  const job = await pool.spawn(env.guest('misbehaving/spin'), options);
  await job.stdout.getReader().read();
  return job;
}

/** Reads from a reader of bytes until the text so far contains `wanted`. */
export async function readUntil(reader, wanted) {
  let seen = '';
  while (!seen.includes(wanted)) {
    const { value, done } = await reader.read();
    assert(!done, `end of output after ${JSON.stringify(seen)}`);
    seen += text(value);
  }
  return seen;
}

/** Has all pools be of a tier that is not the one they would be of by themselves. */
export function useTier(Pool, tier) {
  const create = Pool.create;
  Pool.create = (options) => {
    const isPlain = options === undefined || Object.getPrototypeOf(options ?? 0) === Object.prototype;
    return create.call(Pool, isPlain ? { tier, ...options } : options);
  };
}

/** Makes a pool for one scenario and closes it whatever happens. */
export async function withPool(env, options, use) {
  const pool = await env.millrace.Pool.create(options);
  try {
    await use(pool);
    await until(() => pool.stats().jobs === 0); // one whose output has ended may be about to
  } finally {
    await pool.close();
  }
}

/** Proves that the pool is as good as new. */
export async function stillGood(env, pool, workers) {
  const results = await Promise.all(Array.from({ length: 2 * workers }, () => pool.run(env.guest('hello'))));
  for (const { code } of results) equal(code, 0);
}

/** Scenarios of an area, each with a pool of its own that must be as good as new afterwards. */
export function scenariosOf(area, defaults) {
  return (name, options, use) => ({
    name: `${area}: ${name}`,
    run: (env) =>
      withPool(env, { ...defaults, ...options }, async (pool) => {
        await use(env, pool);
        await stillGood(env, pool, options.workers);
      }),
  });
}

/** Waits until nothing of the pool is used any more; some of it comes back a moment after a job. */
export async function isEmpty(pool) {
  await until(() => {
    const { jobs, pipes, places, calls, memory } = pool.stats();
    return jobs + pipes.used + places.used + calls.used + memory.used === 0;
  });
}

function withHangGuard(promise, name) {
  let timer;
  const hang = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} hangs`)), HANG_MS);
  });
  return Promise.race([promise, hang]).finally(() => clearTimeout(timer));
}

/** What some scenarios need and is not there. */
async function lackingIn(scenarios, env) {
  const needed = new Set(scenarios.flatMap(({ needs }) => needs ?? []));
  for (const path of needed) if (await env.has(path)) needed.delete(path);
  return needed;
}

/**
 * Runs scenarios one after the other.
 * @param {Scenario[]} scenarios
 * @param {Env} env
 * @param {(line: string) => void} log
 */
export async function runAll(scenarios, env, log) {
  const failures = [];
  const ofTier = scenarios.filter(({ tiers }) => tiers?.includes(env.tier) ?? true);
  const lacking = await lackingIn(ofTier, env);
  for (const path of lacking) log(`left out: what needs ${path}, which is not built`);
  const wanted = ofTier.filter(({ needs }) => !lacking.has(needs));
  for (const { name, run } of wanted) {
    const begin = performance.now();
    log(`… ${name}`);
    try {
      await withHangGuard(run(env), name);
      log(`ok ${name} (${Math.round(performance.now() - begin)} ms)`);
    } catch (error) {
      failures.push({ name, error: `${error?.name}: ${error?.message}\n${error?.stack ?? ''}` });
      log(`FAILED ${name}: ${error?.name}: ${error?.message}`);
    }
  }
  const leftOut = scenarios.length - wanted.length;
  if (leftOut > 0) log(`left out: ${leftOut}`);
  return { passed: wanted.length - failures.length, failed: failures.length, leftOut, failures };
}
