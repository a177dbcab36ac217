// Strings and bytes that go into exports and come out, through memory that the guest gives.
import { assert, bytes, equal, isEmpty, rejects, stillGood, withPool } from './harness.mjs';

const MAX = 16 * 1024 * 1024;

const string = { returns: 'string' };
const asBytes = { returns: 'bytes' };
const counting = (size) => new Uint8Array(size).map((_, i) => i);

/** Without `equal`'s text of every byte. */
function same(actual, expected) {
  equal(actual.length, expected.length);
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  equal(at, -1, 'the first byte that differs:');
}

async function inAndOut(env, call) {
  equal(await call('upper', 'grüße, 日本語', string), 'GRüßE, 日本語');
  equal(await call('upper', bytes('abc'), asBytes), bytes('ABC'));
  equal(await call('reverse', new Uint8Array([1, 2, 3]), asBytes), new Uint8Array([3, 2, 1]));
  equal(await call('join', 'a', 3, bytes('b'), string), 'a   b');
  equal(await call('count', 'to be or not to be', 0x62), 2);
  equal(await call('count', 'a\0b\0', 0), 2);
  equal(await call('trim', 'blanks  \n', string), 'blanks');
  const views = [
    new Uint8Array([0, 7, 7]).buffer,
    new DataView(new Uint8Array([7, 7]).buffer),
    new Uint16Array([7 * 257]),
  ];
  for (const view of views) equal(await call('count', view, 7), 2);
  equal(await call('count', new Uint8Array([7, 7, 7, 7]).subarray(1, 3), 7), 2);
  equal(await call('upper', '\ufeffbom', string), '\ufeffBOM');
}

async function nothing(env, call) {
  equal(await call('upper', '', string), '');
  equal(await call('upper', new Uint8Array(0), asBytes), new Uint8Array(0));
  equal(await call('reverse', '', asBytes), new Uint8Array(0));
  equal(await call('join', '', 0, '', string), '');
  equal(await call('count', '', 0), 0);
  equal(await call('fill', 0, asBytes), new Uint8Array(0));
  equal(await call('trim', '   ', string), '');
}

async function whole(env, pool, use) {
  const module = await pool.compile(env.guest('bytes'));
  await use(env, (name, ...values) => pool.call(module, name, ...values));
  await isEmpty(pool);
  const instance = await pool.instantiate(module);
  await use(env, (name, ...values) => instance.call(name, ...values));
  await instance.close();
  await isEmpty(pool);
}

async function manySizes(env, pool) {
  const instance = await pool.instantiate(env.guest('bytes'), { pipeCapacity: 256 });
  for (const size of [1, 255, 256, 257, 4096, 65_535, 65_536, 1_000_003]) {
    const data = counting(size);
    same(await instance.call('fill', size, asBytes), data);
    same(await instance.call('reverse', data, asBytes), data.slice().reverse());
    equal(await instance.call('count', data, 0), Math.ceil(size / 256));
  }
  const mine = counting(300_000);
  const calls = [instance.call('count', mine, 1), instance.call('reverse', mine, asBytes)];
  const expected = mine.slice().reverse();
  mine.fill(0); // which was copied
  equal(await calls[0], Math.ceil((300_000 - 1) / 256));
  same(await calls[1], expected);
  await instance.close();
  await isEmpty(pool);
}

async function mixedUnderWay(env, pool) {
  const instance = await pool.instantiate(env.guest('bytes'), { pipeCapacity: 1024 });
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  const answers = numbers.map((i) => {
    if (i % 3 === 0) return instance.call('upper', `n${i}`.repeat(i), string);
    if (i % 3 === 1) return instance.call('count', counting(i * 10), 1);
    return instance.call('fill', i, asBytes).then(({ length }) => length);
  });
  const expected = numbers.map((i) => [`N${i}`.repeat(i), Math.ceil((i * 10 - 1) / 256), i][i % 3]);
  equal(await Promise.all(answers), expected);
  await instance.close();
  await isEmpty(pool);
}

async function sixteenMebibytes(env, pool) {
  const instance = await pool.instantiate(env.guest('bytes'));
  const tooLarge = async (call) => equal((await rejects(call, 'PoolError')).code, 'POOL_E2BIG');
  const large = counting(MAX);
  equal(await instance.call('count', large, 5), MAX / 256);
  same(await instance.call('fill', MAX, asBytes), large);
  await tooLarge(instance.call('count', new Uint8Array(MAX + 1), 5));
  await tooLarge(instance.call('join', large, 1, 'b', string));
  await tooLarge(instance.call('count', 'x'.repeat(MAX + 1), 5));
  await tooLarge(instance.call('count', 'ü'.repeat(MAX / 2 + 1), 5));
  await tooLarge(pool.call(env.guest('bytes'), 'count', new Uint8Array(MAX + 1), 5));
  const error = await rejects(instance.call('fill', MAX + 1, asBytes), 'PoolError');
  equal([error.code, error.message.includes(`${MAX + 1}`)], ['POOL_E2BIG', true]);
  equal(await instance.call('upper', 'still there', string), 'STILL THERE');
  await instance.close();
  await isEmpty(pool);
}

async function overItems(env, pool) {
  const words = Array.from({ length: 300 }, (_, i) => `word ${i}`);
  const all = [];
  for await (const word of pool.map(env.guest('bytes'), 'upper', words, string)) all.push(word);
  equal(
    all,
    words.map((word) => word.toUpperCase()),
  );
  const sizes = [];
  for await (const { length } of pool.map(env.guest('bytes'), 'fill', [1, 2, 3], asBytes)) sizes.push(length);
  equal(sizes, [1, 2, 3]);
  const counts = [];
  const items = [
    [counting(512), 3],
    [new Uint8Array(9), 0],
  ];
  for await (const n of pool.map(env.guest('bytes'), 'count', items)) counts.push(n);
  equal(counts, [2, 9]);
  await isEmpty(pool);
}

/** A call that does not run, or whose result is none: `live` is what it leaves in the guest's memory. */
async function wrong(instance, call, name, code, ...parts) {
  const error = await rejects(call, name);
  equal(error.code, code);
  for (const part of parts) assert(error.message.includes(part), error.message);
  equal(await instance.call('live'), 0, `${error.message}:`);
}

async function badHeaps(env, pool) {
  const heap = await pool.instantiate(env.guest('misbehaving/heap'));
  const refused = (call, ...parts) => wrong(heap, call, 'NotStartedError', ...parts);
  equal(await heap.call('both', 'four', 'seventy'), 11);
  equal(await heap.call('live'), 0);
  await heap.call('rig', 0, 0);
  await refused(heap.call('size', 'text'), 'POOL_ENOMEM', 'pool_alloc', '4 bytes');
  await refused(heap.call('size', counting(1_000_000)), 'POOL_ENOMEM', '1000000 bytes');
  await heap.call('rig', 0, 1); // the second one fails
  await refused(heap.call('both', 'four', 'seventy'), 'POOL_ENOMEM', '7 bytes');
  await heap.call('rig', 0x7fff0000, 0);
  await refused(heap.call('size', 'text'), 'POOL_NOT_STARTED', 'pool_alloc', '2147418112', '131072');
  await heap.call('rig', 131_071, 0);
  await refused(heap.call('size', 'text'), 'POOL_NOT_STARTED', '131071');
  await heap.call('rig', -1, 0);
  await refused(heap.call('size', 'text', 'text'), 'POOL_NOT_STARTED', 'size takes 2', '4');
  await refused(heap.call('size', 1), 'POOL_NOT_STARTED', 'size takes 2', '1');
  await refused(heap.call('wide', 'text', 1), 'POOL_NOT_STARTED', 'wide'); // its i64 takes no number
  equal(await heap.call('size', 'text'), 4);
  await heap.close();
  await isEmpty(pool);
}

async function badResults(env, pool) {
  const heap = await pool.instantiate(env.guest('misbehaving/heap'));
  const at = (address, size) => (BigInt(size) << 32n) | BigInt(address);
  const failed = (call, ...parts) => wrong(heap, call, 'PoolError', ...parts);
  await failed(heap.call('give32', 5, asBytes), 'POOL_EINVAL', 'give32', 'no i64', 'pool_guest.h');
  await failed(heap.call('nothing', 'text', asBytes), 'POOL_EINVAL', 'nothing', 'pool_guest.h');
  await failed(heap.call('two', asBytes), 'POOL_EINVAL', 'several values');
  await failed(heap.call('give', at(131_072, 1), asBytes), 'POOL_EINVAL', '131072');
  await failed(heap.call('give', at(131_000, 73), asBytes), 'POOL_EINVAL', '131000');
  await failed(heap.call('give', -1n, asBytes), 'POOL_EINVAL', '4294967295 bytes');
  equal(await heap.call('give', at(131_072, 0), asBytes), new Uint8Array(0));
  equal(await heap.call('give', 0n, string), '');
  equal(await heap.call('give', at(0xffffffff, 0), string), '');
  await heap.memory.write(2000, new Uint8Array([0xc3, 0x28]));
  const error = await rejects(heap.call('give', at(2000, 2), string), 'PoolError');
  equal([error.code, error.message.includes('UTF-8')], ['POOL_EINVAL', true]);
  equal(await heap.call('give', at(2000, 2), asBytes), new Uint8Array([0xc3, 0x28]));
  equal(await heap.call('live'), -4); // both were given back, which it had not given out
  await heap.close();
  await isEmpty(pool);
}

async function noHeap(env, pool) {
  const adder = await pool.compile(env.guest('adder'));
  const refused = async (call) => {
    const error = await rejects(call, 'NotStartedError');
    equal(error.code, 'POOL_NOT_STARTED');
    for (const part of ['pool_alloc', 'pool_guest.h']) assert(error.message.includes(part), error.message);
  };
  await refused(pool.call(adder, 'add', '40', 2));
  await refused(pool.call(adder, 'add64', 1n, 2n, asBytes));
  const instance = await pool.instantiate(adder);
  const large = instance.call('add', counting(MAX)); // none of which is taken for the next call
  await refused(large);
  equal(await instance.call('add', 40, 2), 42);
  await instance.close();
  await refused(pool.call(env.guest('values'), 'swap', 'without a memory'));
  await isEmpty(pool);
}

/** Wherever the call is by then. It computes nothing: no engine keeps threads of it that it cannot end. */
async function isAbortedOrDone(pool, heap, ms) {
  const controller = new AbortController();
  const call = pool.call(heap, 'size', 'text', { signal: controller.signal });
  setTimeout(() => controller.abort('enough'), ms);
  const error = await call.then(
    () => undefined,
    (error) => error,
  );
  if (error) equal([error.name, error.cause], ['AbortError', 'enough'], error.message);
}

async function endsInIt(env, pool) {
  const heap = env.guest('misbehaving/heap');
  equal((await rejects(pool.call(heap, 'fail', 'text'), 'TrapError')).kind, 'unreachable');
  equal((await rejects(pool.call(heap, 'leave', 'text'), 'ExitError')).exitCode, 3);
  await rejects(pool.call(heap, 'spin', 'text', { timeoutMs: 50 }), 'TimeoutError');
  const controller = new AbortController();
  const spinning = rejects(pool.call(heap, 'spin', counting(100_000), { signal: controller.signal }), 'AbortError');
  setTimeout(() => controller.abort(), 20);
  await spinning;
  for (let i = 0; i < 60; i++) await isAbortedOrDone(pool, heap, i / 6);
  const instance = await pool.instantiate(heap);
  await instance.call('rig', -2, 0);
  const trapped = rejects(instance.call('size', counting(1_000_000)), 'TrapError');
  const behind = rejects(instance.call('size', 'text'), 'EndedError');
  equal([(await trapped).kind, (await behind).cause.name], ['unreachable', 'TrapError']);
  await isEmpty(pool);
}

async function wrongValues(env, pool) {
  const bytesGuest = await pool.compile(env.guest('bytes'));
  const instance = await pool.instantiate(bytesGuest);
  const transferred = new Uint8Array(8);
  structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
  const cases = [
    [null, 'values[0]'],
    [[1], 'values[0]'],
    [true, 'values[0]'],
    [undefined, 'values[0]'],
    [new Blob(['a']), 'values[0]'],
    ['\ud83d', 'values[0]'],
    [transferred, 'values[0]'],
  ];
  for (const [value, part] of cases) {
    for (const caller of [(...all) => instance.call(...all), (...all) => pool.call(bytesGuest, ...all)]) {
      const error = await rejects(caller('count', value, 1), 'PoolError');
      equal([error.code, error.message.includes(part)], ['POOL_EINVAL', true], error.message);
    }
  }
  for (const returns of ['text', 'Bytes', null, 1, Uint8Array]) {
    const calls = [instance.call('fill', 1, { returns }), pool.call(bytesGuest, 'fill', 1, { returns })];
    for (const call of calls) assert((await rejects(call, 'PoolError')).message.includes('returns must be'));
    const mapped = rejects((async () => pool.map(bytesGuest, 'fill', [1], { returns }).next())(), 'PoolError');
    assert((await mapped).message.includes('returns must be'));
  }
  await instance.close();
  await isEmpty(pool);
}

const scenario = (name, options, use) => ({
  name: `bytes: ${name}`,
  run: (env) =>
    withPool(env, { graceMs: 10, ...options }, async (pool) => {
      await use(env, pool);
      await stillGood(env, pool, 1);
    }),
});

export const scenarios = [
  scenario('strings and bytes in every shape go in, and come out', {}, (env, pool) => whole(env, pool, inAndOut)),
  scenario('nothing is passed too', {}, (env, pool) => whole(env, pool, nothing)),
  scenario('of all sizes, and copied at once', { workers: 1 }, manySizes),
  scenario('calls with bytes and without are answered in order', { workers: 1 }, mixedUnderWay),
  scenario('16 MiB and no more', { workers: 1 }, sixteenMebibytes),
  scenario('an iterable of strings and bytes', { workers: 2 }, overItems),
  scenario('a heap that has nothing, or gives what is not there, refuses the call and keeps nothing', {}, badHeaps),
  scenario('a result that is no place in the memory is told from one that is', { workers: 1 }, badResults),
  scenario('a guest without a heap is told what it lacks', { workers: 1 }, noHeap),
  scenario('a trap, an exit, a deadline and a signal end it', { workers: 1 }, endsInIt),
  scenario('wrong values are refused before anything is done', { workers: 1 }, wrongValues),
];
