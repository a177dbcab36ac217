// Guests that are kept, and called again and again.
import {
  assert,
  bytes,
  equal,
  isEmpty,
  rejects,
  scenariosOf,
  stillGood,
  text,
  until,
  withTimeEnough,
} from './harness.mjs';

const show = (value) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each));

async function same(call, expected) {
  equal(show(await call), show(expected));
}

const range = (n) => Array.from({ length: n }, (_, i) => i);

async function stateStays(env, pool) {
  const instance = await pool.instantiate(env.guest('counter'));
  await same(instance.call('add', 40), 40); // _initialize has run, once
  await same(instance.call('add', 2), 42);
  await same(instance.call('add64', -2n), [40n, 7]);
  await same(instance.call('nothing'), undefined);
  await same(instance.call('listen'), 0); // its stdin is at its end, and has no calls in it
  const exports = instance.exports.filter(({ name }) => ['memory', 'store', 'nothing'].includes(name));
  equal(exports, [
    { name: 'memory', kind: 'memory' },
    { name: 'nothing', kind: 'function', parameters: 0 },
    { name: 'store', kind: 'function', parameters: 2 },
  ]);
  await instance.close();
  await instance.close();
  equal((await instance.status).success, true);
  equal((await rejects(instance.call('add', 1), 'EndedError')).code, 'POOL_ENDED');
  await isEmpty(pool);
}

async function manyUnderWay(env, pool) {
  const instance = await pool.instantiate(env.guest('counter'), { pipeCapacity: 256 });
  const order = [];
  const calls = range(1000).map((i) =>
    instance.call('add', 1).then((sum) => {
      order.push(i);
      return sum;
    }),
  );
  equal(
    await Promise.all(calls),
    range(1000).map((i) => i + 1),
  );
  equal(order, range(1000));
  await instance.close();
  await isEmpty(pool);
}

async function refused(call, name, code, ...parts) {
  const error = await rejects(call, name);
  equal(error.code, code);
  for (const part of parts) assert(error.message.includes(part), error.message);
}

async function wrongCalls(env, pool) {
  const instance = await pool.instantiate(env.guest('counter'));
  const notStarted = (call, ...parts) => refused(call, 'NotStartedError', 'POOL_NOT_STARTED', ...parts);
  const invalid = (call, ...parts) => refused(call, 'PoolError', 'POOL_EINVAL', ...parts);
  await notStarted(instance.call('subtract', 1), 'subtract');
  await notStarted(instance.call('memory'), 'memory');
  await notStarted(instance.call('toString'), 'toString');
  await notStarted(instance.call('add'), 'add', '1', '0');
  await notStarted(instance.call('add', 1, 2), 'add', '1', '2');
  await notStarted(instance.call('add', 1n), 'add');
  await notStarted(instance.call('add64', 1), 'add64');
  await notStarted(instance.call('add', '1'), 'pool_alloc');
  await invalid(instance.call('add', true), 'values[0]');
  await invalid(instance.call('add', 1, { timeoutms: 4 }), 'timeoutms');
  await invalid(instance.call('add', 1, { priority: 'high' }), 'priority');
  await invalid(instance.call('add', 1, { signal: 4 }), 'signal');
  await invalid(instance.call(''), 'name');
  await invalid(instance.call(4), 'name');
  await invalid(instance.call('add', ...Array(17).fill(0)), '16', '17');
  await same(instance.call('add', 42), 42);
  await instance.close();
  await refused(pool.instantiate(env.guest('counter'), { stdin: 'x' }), 'PoolError', 'POOL_EINVAL', 'stdin');
  await rejects(pool.instantiate(env.guest('misbehaving/unknown_import')), 'NotStartedError');
  await isEmpty(pool);
}

/** What ends the call in the middle ends all behind it. */
async function dies(env, pool, call, name, check = () => undefined) {
  const instance = await pool.instantiate(env.guest('counter'));
  const before = instance.call('add', 1);
  const dying = rejects(call(instance), name);
  const behind = range(3).map(() => rejects(instance.call('add', 1), 'EndedError'));
  await same(before, 1);
  const error = await dying;
  check(error);
  for (const { cause } of await Promise.all(behind)) equal(cause.name, name);
  equal((await rejects(instance.call('add', 1), 'EndedError')).cause.name, name);
  await rejects(instance.memory.read(0, 1), 'EndedError');
  await instance.close();
  await isEmpty(pool);
  return instance;
}

async function trapsAndExits(env, pool) {
  const trap = (kind) => (error) => equal(error.kind, kind);
  await dies(env, pool, (i) => i.call('fail'), 'TrapError', trap('unreachable'));
  await dies(env, pool, (i) => i.call('load', -1), 'TrapError', trap('memory-out-of-bounds'));
  await dies(env, pool, (i) => i.call('recurse'), 'TrapError', trap('stack-overflow'));
  const exit = (code) => (error) => equal(error.exitCode, code);
  await dies(env, pool, (i) => i.call('leave', 7), 'ExitError', exit(7));
  await dies(env, pool, (i) => i.call('leave', 0), 'ExitError', exit(0));
}

async function endless(env, pool) {
  const other = await pool.instantiate(env.guest('counter'));
  const { lostWorkers } = pool.stats();
  await withTimeEnough(async (timeoutMs) => {
    const timed = await pool.instantiate(env.guest('counter'));
    const before = timed.call('add', 1);
    const timedOut = rejects(timed.call('spin', { timeoutMs }), 'TimeoutError');
    const left = timed.call('add', 1).catch((error) => error);
    await same(before, 1);
    await timedOut;
    await timed.close().catch(() => undefined);
    if ((await left) === 2) return false; // the time was over before it spun
    equal([(await left).name, (await left).cause.name], ['EndedError', 'TimeoutError']);
    return true;
  });
  await until(() => pool.stats().lostWorkers > lostWorkers);
  await same(other.call('add', 1), 1);
  const reason = new Error('enough');
  const controller = new AbortController();
  const instance = await pool.instantiate(env.guest('counter'));
  const spinning = instance.call('spin', { signal: controller.signal });
  const behind = instance.call('add', 1);
  const dropped = instance.call('add', 1, { timeoutMs: 20 }); // while another runs
  await rejects(dropped, 'TimeoutError');
  controller.abort(reason);
  equal((await rejects(spinning, 'AbortError')).cause, reason);
  await rejects(behind, 'EndedError');
  await other.close();
  await isEmpty(pool);
}

async function droppedBeforeTheirTurn(env, pool) {
  const instance = await pool.instantiate(env.guest('counter'));
  const controller = new AbortController();
  const { signal } = controller;
  const first = instance.call('add', 1);
  const dropped = instance.call('add', 10, { signal });
  const kept = instance.call('add', 100, { signal: new AbortController().signal });
  controller.abort('not needed');
  equal((await rejects(dropped, 'AbortError')).cause, 'not needed');
  await rejects(instance.call('add', 1000, { signal }), 'AbortError');
  equal(await Promise.all([first, kept, instance.call('add', 1)]), [1, 101, 102]);
  await instance.close();
  const calls = range(20).map((i) => i);
  const many = await pool.instantiate(env.guest('counter'));
  equal(
    await Promise.all(calls.map(() => many.call('add', 1, { timeoutMs: 60_000 }))),
    calls.map((i) => i + 1),
  );
  await many.close();
  await isEmpty(pool);
}

async function cancelled(env, pool) {
  const idle = await pool.instantiate(env.guest('counter'));
  idle.cancel('bored');
  equal((await rejects(idle.status, 'AbortError')).cause, 'bored');
  equal((await rejects(idle.call('add', 1), 'EndedError')).cause.cause, 'bored');
  const controller = new AbortController();
  const signalled = await pool.instantiate(env.guest('counter'), { signal: controller.signal });
  controller.abort('over');
  equal((await rejects(signalled.status, 'AbortError')).cause, 'over');
  await withTimeEnough(async (timeoutMs) => {
    const timed = await pool.instantiate(env.guest('counter'), { timeoutMs }).catch((error) => error);
    if (timed instanceof Error) return equal(timed.name, 'TimeoutError');
    await rejects(timed.status, 'TimeoutError');
    await rejects(timed.call('add', 1), 'EndedError');
    return true;
  });
  const late = await pool.instantiate(env.guest('counter'));
  const spinning = rejects(late.call('spin'), 'AbortError');
  late.cancel();
  await spinning;
  await isEmpty(pool);
}

async function closedUnderWay(env, pool) {
  const instance = await pool.instantiate(env.guest('counter'), { pipeCapacity: 256 });
  const calls = range(200).map(() => instance.call('add', 1));
  const closing = instance.close();
  await rejects(instance.call('add', 1), 'EndedError');
  equal(
    await Promise.all(calls),
    range(200).map((i) => i + 1),
  );
  await closing;
  await isEmpty(pool);
}

async function poolClosed(env) {
  const pool = await env.millrace.Pool.create({ workers: 2, graceMs: 10 });
  const [idle, busy] = [await pool.instantiate(env.guest('counter')), await pool.instantiate(env.guest('counter'))];
  const spinning = rejects(busy.call('spin'), 'AbortError');
  const behind = rejects(busy.call('add', 1), 'EndedError');
  const starting = rejects(pool.instantiate(env.guest('counter')), 'AbortError');
  await pool.close();
  await Promise.all([spinning, behind, starting, rejects(idle.status, 'AbortError')]);
  await rejects(idle.call('add', 1), 'EndedError');
  await idle.close();
  equal((await rejects(pool.instantiate(env.guest('counter')), 'PoolError')).code, 'POOL_ESHUTDOWN');
}

async function memoryIsReached(env, pool) {
  const instance = await pool.instantiate(env.guest('counter'));
  const { memory } = instance;
  const written = [memory.write(1024, bytes('hello')), instance.call('store', 1029, 0x21)];
  equal(text(await memory.read(1024, 6)), 'hello!');
  await Promise.all(written);
  await same(instance.call('load', 1026), 0x216f6c6c);
  const outside = (access, ...parts) => refused(access, 'PoolError', 'POOL_EINVAL', ...parts);
  await outside(memory.read(65530, 10), '65530', '65536');
  await outside(memory.read(65537, 0), '65537');
  await outside(memory.read(0xffffffff, 0xffffffff), '65536');
  await outside(memory.write(65530, bytes('hello world')), '65530');
  await outside(memory.write(65536, new Uint8Array(1_000_000)), '1000000');
  equal(await memory.read(65530, 6), new Uint8Array(6)); // nothing was written
  equal((await memory.read(65536, 0)).length, 0);
  await memory.write(65536, new Uint8Array(0));
  await same(instance.call('grow'), 1);
  const large = new Uint8Array(131_072).map((_, i) => i * 7);
  await memory.write(0, large);
  equal(await memory.read(0, 131_072), large);
  for (const wrong of [-1, 1.5, 2 ** 32, '4', undefined, NaN]) {
    await outside(memory.read(wrong, 1), 'address');
    await outside(memory.read(1, wrong), 'length');
  }
  await outside(memory.write(0, 'text'), 'bytes');
  await same(instance.call('add', 1), 1);
  await instance.close();
  const bare = await pool.instantiate(env.guest('values'));
  await outside(bare.memory.read(0, 1), 'exports none');
  await same(bare.call('swap', 1, 2n), [2n, 1]);
  await bare.close();
  await isEmpty(pool);
}

async function twoOnOneWorker(env, pool) {
  const instances = [await pool.instantiate(env.guest('counter')), await pool.instantiate(env.guest('counter'))];
  for (const round of [1, 2, 3]) equal(await Promise.all(instances.map((each) => each.call('add', 1))), [round, round]);
  await stillGood(env, pool, 1); // and a job runs beside them
  await Promise.all(instances.map((each) => each.close()));
}

async function startsBadly(env, pool) {
  await rejects(pool.instantiate(env.guest('misbehaving/startloop'), { timeoutMs: 100 }), 'TimeoutError');
  await rejects(pool.instantiate(env.guest('misbehaving/startexit')), 'ExitError');
  await rejects(pool.instantiate(bytes('no module')), 'CompileError');
  const controller = new AbortController();
  controller.abort('early');
  const early = pool.instantiate(env.guest('counter'), { signal: controller.signal });
  equal((await rejects(early, 'AbortError')).cause, 'early');
  await isEmpty(pool);
}

const scenario = scenariosOf('instances', { graceMs: 10 });

export const scenarios = [
  scenario('what one call leaves, the next one finds', { workers: 1 }, stateStays),
  scenario('a thousand calls under way are answered in order', { workers: 1 }, manyUnderWay),
  scenario('a wrong call is refused, and the instance lives on', { workers: 1 }, wrongCalls),
  scenario('a trap and an exit end it, and all that is behind', { workers: 1 }, trapsAndExits),
  scenario('a call without end is ended with its worker, and others go on', { workers: 2 }, endless),
  scenario('a call that has not begun is dropped', { workers: 1 }, droppedBeforeTheirTurn),
  scenario('cancel, signal and deadline end one that sleeps or computes', { workers: 1 }, cancelled),
  scenario('close waits for what is under way', { workers: 1 }, closedUnderWay),
  { name: 'instances: closing the pool settles everything', run: poolClosed },
  scenario('memory is read and written in order with calls, and within its bounds', { workers: 1 }, memoryIsReached),
  scenario('two at once on a pool of one worker', { workers: 1 }, twoOnOneWorker),
  scenario('one that cannot be started rejects', { workers: 1 }, startsBadly),
];
