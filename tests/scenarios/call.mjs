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

/** Each kind of what the values can be wrong in, and what names it; whether the module's types are known or not. */
const wrongValues = [
  ['add64', [1n, 2], ['add64', 'values[1]', 'bigint', 'i64', ' 2']],
  ['add64', [1, 2n], ['add64', 'values[0]', 'bigint', 'i64', ' 1']],
  ['add', [1, 2n], ['add', 'values[1]', 'a number', 'i32', ' 2n']],
  ['half', [3n], ['half', 'values[0]', 'a number', 'f32', ' 3n']],
  ['root', [3n], ['root', 'values[0]', 'a number', 'f64', ' 3n']],
  ['add', [], ['add takes 2 values and was given 0', '(i32, i32)']],
  ['add64', [1n, 2n, 3n], ['add64 takes 2 values and was given 3', '(i64, i64)']],
];

async function wrongValuesAreNamed(env, pool) {
  const adder = await pool.compile(env.guest('adder'));
  const own = await WebAssembly.compile(await env.load('examples/guests/adder.gen.wasm'));
  for (const source of [adder, own]) {
    const isKnown = source === adder;
    const instance = await pool.instantiate(source);
    for (const [name, values, parts] of wrongValues) {
      const isNumber = / takes /.test(parts[0]);
      const said = isKnown
        ? parts
        : isNumber
          ? parts.slice(0, 1)
          : [name, ...values.map((value) => show(value).replace(/"/g, ''))];
      await refused(pool.call(source, name, ...values), 'POOL_NOT_STARTED', ...said);
      await refused(instance.call(name, ...values), 'POOL_NOT_STARTED', ...said);
      await refused(pool.map(source, name, [values]).next(), 'POOL_NOT_STARTED', 'items[0]', ...said);
    }
    await same(instance.call('add64', 1n, 2n), 3n);
    await instance.close();
  }
  const results = pool.map(adder, 'half', [1, 2, 3n]);
  equal([(await results.next()).value, (await results.next()).value], [0.5, 1]);
  await refused(results.next(), 'POOL_NOT_STARTED', 'items[2]: values[0] of half');
  const unread = pool.map(adder, 'half', [1, {}]);
  equal((await unread.next()).value, 0.5);
  await refused(unread.next(), 'POOL_EINVAL', 'items[1]: values[0] must be a number');
  const bytes = env.guest('bytes');
  await refused(pool.call(bytes, 'count', 'a', 1n), 'POOL_NOT_STARTED', 'values[1] of count', 'i32');
  await refused(pool.call(bytes, 'count', 1, 1, 1n), 'POOL_NOT_STARTED', 'values[2] of count', 'i32');
  await refused(pool.call(bytes, 'count', 'a'), 'POOL_NOT_STARTED', 'count takes 3 values and was given 2');
}

async function whatEndsACall(env, pool) {
  const adder = env.guest('adder');
  equal((await rejects(pool.call(adder, 'divide', 1, 0), 'TrapError')).kind, 'divide-by-zero');
  equal((await rejects(pool.call(adder, 'leave', 7), 'ExitError')).exitCode, 7);
  for (const source of [adder, await env.load('examples/guests/adder.gen.wasm')]) {
    const error = await rejects(pool.call(source, 'leave', 0), 'ExitError');
    equal(
      [error.exitCode, error.code, error.message],
      [0, 'POOL_EXITED', 'the guest exited with 0 instead of returning'],
    );
  }
  await same(pool.call(adder, 'say', 1), undefined); // and one that returns nothing
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
    name: 'call: of values that an export does not take the first is named, with its type, and nothing has run',
    run: (env) => withPool(env, { workers: 2 }, (pool) => wrongValuesAreNamed(env, pool)),
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
