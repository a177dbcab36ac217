// Exports that are called by name, each on an instance of its own.
import { assert, equal, rejects, stillGood, withPool } from './harness.mjs';

const show = (value) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each));

async function same(call, expected) {
  equal(show(await call), show(expected));
}

async function refused(call, code, ...parts) {
  const error = await rejects(call, code === 'POOL_EINVAL' ? 'PoolError' : 'NotStartedError');
  equal(error.code, code);
  for (const part of parts) assert(error.message.includes(part), error.message);
}

async function numbersGoInAndOut(env, pool) {
  const adder = await pool.compile(env.guest('adder'));
  await same(pool.call(adder, 'add', 40, 2), 42);
  await same(pool.call(adder, 'add64', -5n, 2n ** 62n), 2n ** 62n - 5n);
  await same(pool.call(adder, 'half', 3), 1.5);
  await same(pool.call(adder, 'root', 2), Math.sqrt(2));
  await same(pool.call(adder, 'was_initialised'), 42);
  await same(pool.call(adder, 'say', 1), undefined);
  const values = env.guest('values');
  await same(pool.call(values, 'swap', 7, 8n), [8n, 7]);
  await same(pool.call(values, 'all', -1, -1n, 0.5, -0.25), [-1, -1n, 0.5, -0.25]);
  await same(pool.call(values, 'nothing'), undefined);
  await same(Promise.all(Array.from({ length: 50 }, (_, i) => pool.call(adder, 'add', i, i))), twice(50));
}

const twice = (n) => Array.from({ length: n }, (_, i) => 2 * i);

async function wrongCallsAreRefused(env, pool) {
  const adder = env.guest('adder');
  await refused(pool.call(adder, 'subtract', 1, 2), 'POOL_NOT_STARTED', 'subtract');
  await refused(pool.call(env.guest('values'), 'number'), 'POOL_NOT_STARTED', 'number');
  await refused(pool.call(adder, 'add', 1), 'POOL_NOT_STARTED', 'add', '2', '1');
  await refused(pool.call(adder, 'add', 1, 2, 3), 'POOL_NOT_STARTED', 'add', '3');
  await refused(pool.call(adder, 'add64', 1, 2), 'POOL_NOT_STARTED');
  await refused(pool.call(adder, 'add', 1n, 2n), 'POOL_NOT_STARTED');
  await refused(pool.call(adder, 'add', '40', 2), 'POOL_NOT_STARTED', 'pool_alloc');
  await refused(pool.call(adder, 'add', true, 2), 'POOL_EINVAL', 'values[0]', 'true');
  await refused(pool.call(adder, 'add', 1, undefined), 'POOL_EINVAL', 'values[1]');
  await refused(pool.call(adder, 'add', 1, null), 'POOL_EINVAL', 'values[1]');
  await refused(pool.call(adder, 7), 'POOL_EINVAL', 'name');
  await refused(pool.call(adder, ''), 'POOL_EINVAL', 'name');
  await refused(pool.call(adder, 'a\0b'), 'POOL_EINVAL', 'name');
  const unknown = await rejects(pool.call(adder, 'add', 1, 2, { timeoutms: 5 }), 'TypeError');
  equal(unknown.message, 'timeoutms is no option: did you mean timeoutMs?');
  await refused(pool.call(adder, 'add', ...Array(17).fill(0)), 'POOL_EINVAL', '16', '17');
}

async function whatEndsACall(env, pool) {
  const adder = env.guest('adder');
  equal((await rejects(pool.call(adder, 'divide', 1, 0), 'TrapError')).kind, 'divide-by-zero');
  equal((await rejects(pool.call(adder, 'leave', 7), 'ExitError')).exitCode, 7);
  await same(pool.call(adder, 'leave', 0), undefined);
  const spins = (options) => pool.call(env.guest('values'), 'spin', 1, options);
  await rejects(spins({ timeoutMs: 50 }), 'TimeoutError');
  const reason = new Error('enough');
  const controller = new AbortController();
  const spinning = spins({ signal: controller.signal });
  controller.abort(reason);
  equal((await rejects(spinning, 'AbortError')).cause.message, 'enough');
}

export const scenarios = [
  {
    name: 'call: numbers go into an export and come out, of every type, and several at once',
    run: (env) => withPool(env, { workers: 2 }, (pool) => numbersGoInAndOut(env, pool)),
  },
  {
    name: 'call: an export that is not there, or is given other values, is refused by name',
    run: (env) => withPool(env, { workers: 1 }, (pool) => wrongCallsAreRefused(env, pool)),
  },
  {
    name: 'call: a trap, an exit, a deadline and a signal end it, each with its error',
    run: (env) =>
      withPool(env, { workers: 1, graceMs: 10 }, async (pool) => {
        await whatEndsACall(env, pool);
        await stillGood(env, pool, 1);
      }),
  },
];
