// An export that is called for each item of an iterable.
import { assert, equal, isEmpty, rejects, scenariosOf, sleep, until } from './harness.mjs';

const range = (n) => Array.from({ length: n }, (_, i) => i);

async function collect(results) {
  const all = [];
  for await (const result of results) all.push(result);
  return all;
}

async function inOrder(env, pool) {
  const adder = await pool.compile(env.guest('adder'));
  const pairs = range(1000).map((i) => [i, i]);
  equal(
    await collect(pool.map(adder, 'add', pairs)),
    range(1000).map((i) => 2 * i),
  );
  equal(await collect(pool.map(adder, 'half', [1, 2, 3], { concurrency: 1 })), [0.5, 1, 1.5]);
  equal(await collect(pool.map(adder, 'half', [])), []);
  equal(await collect(pool.map(adder, 'half', new Set([4]).values())), [2]);
  const mixed = await collect(
    pool.map(env.guest('values'), 'swap', [
      [1, 2n],
      [3, 4n],
    ]),
  );
  equal(mixed.flat().map(String), ['2', '1', '4', '3']);
  await isEmpty(pool);
}

/** One call that takes long, and short ones. */
async function asTheyCome(env, pool) {
  const counter = await pool.compile(env.guest('counter'));
  const steps = [10_000_000, ...range(20).map(() => 1)];
  const isLong = (sum) => sum !== 1;
  equal(
    (await collect(pool.map(counter, 'work', steps))).map(isLong),
    steps.map((n) => n !== 1),
  );
  const unordered = await collect(pool.map(counter, 'work', steps, { ordered: false }));
  equal(unordered.filter(isLong).length, 1);
  equal(unordered.length, 21);
  const results = pool.map(counter, 'work', [0, 1], { ordered: false }); // 2^32 steps
  equal((await results.next()).value, 1);
  await results.return();
  await isEmpty(pool);
}

/** An iterable that tells how far it was read, and that it was let go. */
function watched(n) {
  const state = { read: 0, letGo: 0 };
  const iterator = {
    next: () => (state.read < n ? { done: false, value: state.read++ } : { done: true, value: undefined }),
    return: () => {
      state.letGo++;
      return { done: true, value: undefined };
    },
  };
  return { state, [Symbol.iterator]: () => iterator };
}

async function readsNoFurther(env, pool) {
  const items = watched(1_000_000);
  const results = pool.map(env.guest('adder'), 'half', items, { concurrency: 2 });
  equal(items.state.read, 0);
  equal((await results.next()).value, 0);
  await sleep(50); // nobody takes anything
  assert(items.state.read <= 1 + 2 * 128, `${items.state.read} items were read ahead`);
  for (let i = 1; i < 500; i++) equal((await results.next()).value, i / 2);
  assert(items.state.read <= 500 + 2 * 128, `${items.state.read} items were read ahead`);
  await results.return();
  equal(items.state.letGo, 1);
  equal((await results.next()).done, true);
  await isEmpty(pool);
}

async function failsInTheMiddle(env, pool) {
  const divide = (items, options) => pool.map(env.guest('adder'), 'divide', items, options);
  const items = [
    [8, 2],
    [6, 2],
    [1, 0],
    [4, 2],
  ];
  for (const concurrency of [1, 3]) {
    const results = divide(items, { concurrency });
    equal([(await results.next()).value, (await results.next()).value], [4, 3]);
    await rejects(results.next(), 'TrapError');
    equal((await results.next()).done, true);
    await isEmpty(pool);
  }
  await rejects(collect(divide(items, { ordered: false })), 'TrapError');
  for (const wrong of [true, null, [1, null], {}, [[1]], undefined]) {
    equal((await rejects(collect(divide([[8, 2], wrong])), 'PoolError')).code, 'POOL_EINVAL');
  }
  await rejects(collect(divide([1])), 'NotStartedError');
  await rejects(collect(pool.map(env.guest('adder'), 'no', [1])), 'NotStartedError');
  await rejects(collect(pool.map(env.guest('misbehaving/unknown_import'), 'no', [1])), 'NotStartedError');
  async function* broken() {
    yield [8, 2];
    throw new RangeError('the disk is gone');
  }
  const results = divide(broken());
  equal((await results.next()).value, 4);
  await rejects(results.next(), 'RangeError');
  await isEmpty(pool);
}

async function isLeft(env, pool) {
  const items = watched(1000);
  for await (const result of pool.map(env.guest('adder'), 'half', items)) if (result === 5) break;
  equal(items.state.letGo, 1);
  await isEmpty(pool);
  const results = pool.map(env.guest('counter'), 'work', [1, 2 ** 32 - 1, 2 ** 32 - 1], { concurrency: 1 });
  equal((await results.next()).value, 1);
  await results.return(); // one computes for long
  await isEmpty(pool);
}

async function waitsForItems(env, pool) {
  async function* slow() {
    for (const item of [1, 2, 3]) {
      await sleep(5);
      yield item;
    }
  }
  equal(await collect(pool.map(env.guest('adder'), 'half', slow())), [0.5, 1, 1.5]);
  const stream = new ReadableStream({
    start(controller) {
      for (const item of [2, 4]) controller.enqueue(item);
      controller.close();
    },
  });
  if (stream[Symbol.asyncIterator]) equal(await collect(pool.map(env.guest('adder'), 'half', stream)), [1, 2]);
  await isEmpty(pool);
}

/** Gives one item, and then nothing for ever. */
function stuck(onReturn = () => undefined) {
  let given = false;
  const next = () => (given ? new Promise(() => undefined) : ((given = true), Promise.resolve({ value: 1 })));
  const end = () => (onReturn(), new Promise(() => undefined));
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

/** An iterable that never has an item, and whether it was asked for one. */
function never() {
  const source = { isAsked: false, [Symbol.asyncIterator]: () => ({ next }) };
  const next = () => ((source.isAsked = true), new Promise(() => undefined));
  return source;
}

/** A source that has nothing now keeps nobody who wants to leave, also while somebody waits for a result. */
async function isLeftWhileItWaits(env, pool) {
  const { millrace } = env;
  const maps = [(...args) => pool.map(...args), (...args) => millrace.map(...args)];
  for (const map of maps) {
    for (const leave of ['return', 'throw', 'asyncDispose']) {
      let letGo = 0;
      const source = stuck(() => letGo++);
      const results = map(env.guest('adder'), 'half', source);
      equal((await results.next()).value, 0.5);
      const waiting = [results.next(), results.next()];
      const reason = new RangeError('enough');
      if (leave === 'return') equal(await results.return(), { done: true });
      else if (leave === 'throw') equal(await rejects(results.throw(reason), 'RangeError'), reason);
      else if (Symbol.asyncDispose in results) await results[Symbol.asyncDispose]();
      else await results.return();
      for (const each of waiting) equal(await each, { done: true });
      equal(letGo, 1);
      equal(await results.next(), { done: true });
    }
    const spinning = map(env.guest('counter'), 'spin', [[], []]);
    const cut = spinning.next();
    await spinning.return();
    equal(await cut, { done: true });
    let letGo = 0;
    const unread = map(env.guest('adder'), 'half', stuck(() => letGo++)); // prettier-ignore
    equal(await unread.return(), { done: true });
    equal([await unread.next(), letGo <= 1], [{ done: true }, true]);
  }
  const stream = new ReadableStream();
  if (stream[Symbol.asyncIterator]) {
    await pool.map(env.guest('adder'), 'half', stream).return();
    assert(!stream.locked, 'it is kept');
  }
  await (await millrace.defaultPool()).close();
  await isEmpty(pool);
}

/** What is no iterator, or gives no results, is told so. */
async function isNoIterator(env, pool) {
  const half = (iterable) => pool.map(env.guest('adder'), 'half', iterable);
  const giving = (result) => [{ [Symbol.iterator]: () => ({ next: () => result }) }, { [Symbol.asyncIterator]: () => ({ next: () => result }) }]; // prettier-ignore
  for (const result of [5, undefined, null, 'text', true]) {
    const async = { [Symbol.asyncIterator]: () => ({ next: async () => result }) };
    for (const iterable of [...giving(result), async]) {
      const { code, message } = await rejects(collect(half(iterable)), 'PoolError');
      equal([code, /^what next\(\) of the iterable gives must be an object.*, and is /.test(message)], ['POOL_EINVAL', true], message); // prettier-ignore
    }
  }
  const broken = [
    {
      get done() {
        throw new RangeError('done is broken');
      },
    },
    {
      get value() {
        throw new RangeError('value is broken');
      },
    },
  ];
  for (const result of broken)
    for (const iterable of giving(result)) await rejects(collect(half(iterable)), 'RangeError');
  for (const symbol of [Symbol.iterator, Symbol.asyncIterator]) {
    for (const iterator of [5, null, {}, { next: 5 }]) {
      const error = await rejects((async () => half({ [symbol]: () => iterator }))(), 'PoolError');
      equal([error.code, /gives no iterator/.test(error.message)], ['POOL_EINVAL', true], error.message);
    }
    const throwing = () => JSON.parse('no');
    const { cause } = await rejects((async () => half({ [symbol]: throwing }))(), 'PoolError');
    equal(cause.name, 'SyntaxError');
  }
  await isEmpty(pool);
}

async function isAborted(env, pool) {
  const controller = new AbortController();
  const { signal } = controller;
  const results = pool.map(env.guest('adder'), 'half', stuck(), { signal });
  equal((await results.next()).value, 0.5);
  const waiting = rejects(results.next(), 'AbortError');
  controller.abort('enough');
  equal((await waiting).cause, 'enough');
  equal((await results.next()).done, true);
  await rejects(collect(pool.map(env.guest('adder'), 'half', [1], { signal })), 'AbortError');
  const computing = new AbortController();
  const spinning = collect(pool.map(env.guest('counter'), 'spin', [[], []], { signal: computing.signal }));
  setTimeout(() => computing.abort(), 20);
  await rejects(spinning, 'AbortError');
  await rejects(collect(pool.map(env.guest('counter'), 'spin', [[]], { timeoutMs: 100 })), 'TimeoutError');
  await rejects(collect(pool.map(env.guest('counter'), 'add', never(), { timeoutMs: 20 })), 'TimeoutError');
  await isEmpty(pool);
}

async function poolIsClosed(env) {
  const pool = await env.millrace.Pool.create({ workers: 2, graceMs: 10 });
  const results = pool.map(env.guest('adder'), 'half', stuck());
  equal((await results.next()).value, 0.5);
  const waiting = rejects(results.next(), 'AbortError');
  const spinning = rejects(collect(pool.map(env.guest('counter'), 'spin', [[]])), 'AbortError');
  const noItem = never();
  const empty = rejects(collect(pool.map(env.guest('adder'), 'half', noItem)), 'AbortError');
  await until(() => noItem.isAsked);
  await pool.close();
  await waiting;
  equal((await empty).cause.code, 'POOL_ESHUTDOWN');
  await spinning;
}

async function goesOnWithWhatItHas(env, pool) {
  const module = await pool.compile(env.guest('adder'));
  const pairs = range(200).map((i) => [i, i]);
  const doubled = pairs.map(([i]) => 2 * i);
  const kept = await pool.instantiate(module); // it sleeps, and keeps one of the two workers that there can be
  equal(await collect(pool.map(module, 'add', pairs, { concurrency: 100 })), doubled);
  const paused = async function* () {
    yield [0, 0];
    await sleep(20);
    yield* pairs.slice(1);
  };
  const all = range(5).map(() => collect(pool.map(module, 'add', paused(), { ordered: true })));
  for (const results of await Promise.all(all)) equal(results, doubled);
  await kept.close();
}

async function wrongArguments(env, pool) {
  const refused = (what, ...args) => {
    const error = rejects((async () => pool.map(env.guest('adder'), ...args))(), 'PoolError');
    return error.then(({ code, message }) => assert(code === 'POOL_EINVAL' && message.includes(what), message));
  };
  await refused('name', 4, []);
  await refused('name', '', []);
  for (const wrong of [undefined, null, 7, {}]) await refused('iterable', 'half', wrong);
  await refused('concurrency', 'half', [], { concurrency: 0 });
  await refused('concurrency', 'half', [], { concurrency: 1000 });
  await refused('ordered', 'half', [], { ordered: 1 });
  await refused('order', 'half', [], { order: true });
}

const scenario = scenariosOf('maps', { graceMs: 10 });

export const scenarios = [
  scenario('results come in the order of the items', { workers: 2 }, inOrder),
  scenario('or as they are there', { workers: 2 }, asTheyCome),
  scenario('the iterable is read as fast as results are taken', { workers: 2 }, readsNoFurther),
  scenario('an error ends it, wherever it comes from', { workers: 2 }, failsInTheMiddle),
  scenario('leaving the loop ends it', { workers: 2 }, isLeft),
  scenario('leaving it ends it at once, whatever its source waits for', { workers: 2 }, isLeftWhileItWaits),
  scenario('what is no iterator, or gives no results, is refused', { workers: 2 }, isNoIterator),
  scenario('an async iterable is waited for', { workers: 2 }, waitsForItems),
  scenario('a signal and a deadline end it, whatever it waits for', { workers: 2 }, isAborted),
  scenario('it goes on with the instances that it gets', { workers: 2, maxWorkers: 2 }, goesOnWithWhatItHas),
  { name: 'maps: closing the pool ends it', run: poolIsClosed },
  scenario('wrong arguments are refused at once', { workers: 1 }, wrongArguments),
];
