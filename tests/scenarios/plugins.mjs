// Plugins: guests that are called, and call, by JSON-RPC; how they end, and are started again.
import { assert, equal, frames, rejects, sleep, stillGood, until, withPool } from './harness.mjs';
import { play, playedPool } from './wire.mjs';

const range = (n) => Array.from({ length: n }, (_, i) => i);
const quiet = { onError: () => undefined };
const soon = { minDelayMs: 1, maxDelayMs: 4 };

/** Uses a plugin on a guest, and sees to it that nothing is left. */
async function withPlugin(env, guest, options, use) {
  await withPool(env, { workers: 2 }, async (pool) => {
    const plugin = await env.plugin.openPlugin(pool, env.guest(guest), options);
    await use(plugin, pool);
    await plugin.close();
    await until(() => pool.stats().places.used === 0 && pool.stats().pipes.used === 0);
    await stillGood(env, pool, 2);
  });
}

async function bothWays(env) {
  let running = 0;
  let most = 0;
  const methods = {
    host_ping: async ({ n }) => {
      most = Math.max(most, ++running);
      await sleep(n % 3);
      running--;
      return n;
    },
    add: ([a, b]) => a + b,
  };
  await withPlugin(env, 'rpc', { methods }, async (plugin) => {
    equal(await plugin.call('ping'), 'pong');
    equal(await Promise.all(range(300).map((n) => plugin.call('prime_sieve', { limit: n % 5 }))).then(String), String(range(300).map((n) => [0, 0, 1, 2, 2][n % 5]))); // prettier-ignore
    equal(await plugin.call('call_many', { count: 200 }), 200);
    equal(most, 1);
    equal(await plugin.call('call_many_async', { count: 500 }), 500);
    assert(most > 1, 'one after the other');
    equal(await plugin.call('call', { method: 'add', params: [40, 2] }), 42);
    equal(await plugin.call('call_async', { method: 'add', params: [1, 2], count: 3 }), [3, 3, 3]);
    const [from, time, to] = [Date.now(), await plugin.call('get_time'), Date.now()];
    assert(time >= from - 1000 && time <= to + 1000, `${time} is not between ${from} and ${to}`);
    assert((await plugin.call('get_random_number', { max: 9 })) <= 9);
    equal(await plugin.call('sleep', { ms: 1 }), null);
  });
}

async function errorsByCode(env) {
  const { RpcCode, RpcError } = env.plugin;
  equal(Object.values(RpcCode), [-32700, -32600, -32601, -32602, -32603]);
  const methods = { coded: () => Promise.reject(new RpcError(7, 'seven', [7])) };
  await withPlugin(env, 'rpc', { methods }, async (plugin) => {
    const codeOf = async (...call) => (await rejects(plugin.call(...call), 'RpcError')).code;
    equal(await codeOf('none'), RpcCode.methodNotFound);
    const { stack } = await rejects(plugin.call('none'), 'RpcError');
    assert(stack.includes('plugins.mjs'), stack); // it names who called
    equal(await codeOf('prime_sieve', { limit: -1 }), RpcCode.invalidParams);
    equal(await codeOf('call', { method: 'none' }), RpcCode.methodNotFound);
    const { code, message, data } = await rejects(plugin.call('call', { method: 'coded' }), 'RpcError');
    equal([code, message, data], [7, 'seven', [7]]); // through the guest and back
    await plugin.notify('none'); // nobody answers
    const [ping, none] = await plugin.batch([{ method: 'ping' }, { method: 'none' }]);
    equal([ping.value, none.reason.code], ['pong', RpcCode.methodNotFound]);
  });
}

/** The guest says all back: each call of ours calls our own method, and its answer is the answer. */
async function anyValue(env) {
  const methods = { same: (params) => params };
  await withPlugin(env, 'cat', { methods, pipeCapacity: 64 }, async (plugin) => {
    const values = [
      [],
      {},
      ['', '\0\u2028\n"\\', '😀€ü', '\ud800'],
      [1e300, -0.5, null, true],
      { __proto__: null, a: {} },
    ];
    for (const value of values) equal(await plugin.call('same', value), value);
    equal(await plugin.call('same', Object.assign(Object.create({ inherited: 1 }), { own: 1 })), { own: 1 });
    const calls = range(200).map((i) => plugin.call('same', ['ü'.repeat(i), i]));
    equal(
      (await Promise.all(calls)).map(([, i]) => i),
      range(200),
    );
    const [large] = await plugin.call('same', ['ä€😀'.repeat(50_000)]);
    equal(large.length, 200_000);
  });
  await withPlugin(env, 'cat', { methods }, async (plugin) => {
    const [huge] = await plugin.call('same', ['ü'.repeat(3 << 20)]);
    equal(huge.length, 3 << 20);
  });
}

const wrongOptions = [
  [5, /^options must be an object of options/],
  [{ methods: [] }, /^methods must be an object of functions/],
  [{ methods: { a: 5 } }, /^methods\["a"\] must be a function, and is 5/],
  [{ method: {} }, /^method is no option: did you mean methods\?/],
  [{ onlog: () => 1 }, /^onlog is no option: did you mean onLog\?/],
  [{ onLog: 'x' }, /^onLog must be a function/],
  [{ onError: null }, /^onError must be a function/],
  [{ onRestart: {} }, /^onRestart must be a function/],
  [{ restart: 5 }, /^restart must be true, false, or/],
  [{ restart: { retries: -1 } }, /^restart.retries must be a whole number/],
  [{ restart: { tries: 1 } }, /^restart.tries is no option/],
  [{ restart: { minDelayMs: 0 } }, /^restart.minDelayMs must be/],
  [{ restart: { minDelayMs: 5, maxDelayMs: 4 } }, /^restart.maxDelayMs must be at least minDelayMs/],
  [{ signal: new AbortController() }, /^signal must be an AbortSignal.* give its signal/],
  [{ maxMessageBytes: 0 }, /^maxMessageBytes must be a whole number/],
  [{ stdin: 'x' }, /^stdin is no option of a plugin/],
  [{ stdout: 'null' }, /^stdout is no option of a plugin/],
  [{ timeoutMs: 5 }, /^timeoutMs is no option of a plugin/],
  [{ args: 'x' }, /^args must be an array of strings/],
  [{ priority: 'urgent' }, /^priority must be/],
  [{ nothing: 1 }, /^nothing is no option: there are args, .*, methods, /],
  [{ retry: 5 }, /^retry is no option: did you mean restart\.retries\?/],
  [{ minDelayMs: 5 }, /^minDelayMs is no option: did you mean restart\.minDelayMs\?/],
  [{ restart: { retry: 5 } }, /^restart\.retry is no option: did you mean restart\.retries\?/],
  [{ arg: [] }, /^arg is no option: did you mean args\?/],
  [{ metods: {} }, /^metods is no option: did you mean methods\?/],
  [{ onEror: () => 1 }, /^onEror is no option: did you mean onError\?/],
  [{ restrt: true }, /^restrt is no option: did you mean restart\?/],
  [{ maxMesageBytes: 5 }, /^maxMesageBytes is no option: did you mean maxMessageBytes\?/],
];

const wrongCalls = [
  [(plugin) => plugin.call(), /^method must be the name of a method, and is undefined/],
  [(plugin) => plugin.call(''), /^method must be/],
  [(plugin) => plugin.call('a', 5), /^params must be an object or an array that has JSON, and is 5/],
  [(plugin) => plugin.call('a', null), /^params must be/],
  [(plugin) => plugin.call('a', 'text'), /^params must be/],
  [(plugin) => plugin.call('a', new Map()), /^params must be .*, and is a Map/],
  [(plugin) => plugin.call('a', new Date()), /^params must be .*, and is a Date/],
  [(plugin) => plugin.call('a', [1n]), /^params has no JSON/],
  [(plugin) => plugin.call('a', [], { timeoutMs: 0 }), /^timeoutMs must be/],
  [(plugin) => plugin.call('a', [], { signal: 5 }), /^signal must be an AbortSignal/],
  [(plugin) => plugin.call('a', [], { timeout: 5 }), /^timeout is no option/],
  [(plugin) => plugin.notify('a', () => 1), /^params must be/],
  [(plugin) => plugin.batch([]), /^requests must be an array that has some requests, each .*, and is empty$/],
  [(plugin) => plugin.batch({ method: 'a' }), /^requests must be an array that has some .*, and is an object$/],
  [(plugin) => plugin.batch([{ method: 'a' }, { params: [] }]), /^requests\[1\]\.method must be/],
  [(plugin) => plugin.batch([{ method: 'a', params: 5 }]), /^requests\[0\]\.params must be/],
  [(plugin) => plugin.batch([{ method: 'a', notify: 1 }]), /^requests\[0\]\.notify must be true or false/],
  [(plugin) => plugin.batch([5]), /^requests\[0\] must be an object/],
  [(plugin) => plugin.close({ timeoutMs: -1 }), /^timeoutMs must be/],
  [(plugin) => plugin.close(5), /^options must be/],
];

async function refuses(env, promise, pattern) {
  const error = await rejects(promise, 'PoolError');
  equal(error.code, 'POOL_EINVAL');
  assert(pattern.test(error.message), error.message);
  assert(error instanceof env.millrace.PoolError, 'another class');
}

async function gates(env) {
  const { openPlugin, RpcError } = env.plugin;
  await withPool(env, { workers: 1 }, async (pool) => {
    for (const [options, pattern] of wrongOptions) {
      const missing = new Proxy({ then: () => assert(false) }, { get: () => assert(false, 'it was looked at') });
      await refuses(env, openPlugin(pool, missing, options), pattern);
    }
    await refuses(env, openPlugin({}, env.guest('cat')), /^pool must be a Pool, and is an object/);
    await refuses(env, openPlugin(pool, 5), /^.*source must be /);
    await rejects(openPlugin(pool, env.file('README.md')), 'CompileError');
    const fine = { methods: { a: undefined }, onLog: undefined, restart: false, args: undefined };
    const plugin = await openPlugin(pool, env.guest('cat'), fine);
    for (const [call, pattern] of wrongCalls) await refuses(env, call(plugin), pattern);
    await plugin.close();
    await plugin.closed;
  });
  for (const code of [1.5, '1', undefined, Number.NaN]) {
    let thrown;
    try {
      new RpcError(code, 'x');
    } catch (error) {
      thrown = error;
    }
    equal(thrown?.code, 'POOL_EINVAL');
  }
}

async function endsTellWhy(env) {
  const { PoolError, TrapError, ExitError, EndedError } = env.millrace;
  await withPool(env, { workers: 2 }, async (pool) => {
    const ends = async (guest, options, use) => {
      const plugin = await env.plugin.openPlugin(pool, env.guest(guest), { ...quiet, ...options });
      const calls = [plugin.call('a'), plugin.call('b')];
      await use?.(plugin);
      const errors = await Promise.all(calls.map((call) => rejects(call, 'PluginEndedError')));
      errors.push(
        await rejects(plugin.closed, 'PluginEndedError'),
        await rejects(plugin.call('c'), 'PluginEndedError'),
      );
      await rejects(plugin.notify('d'), 'PluginEndedError');
      for (const error of errors) assert(error instanceof PoolError && !(error instanceof EndedError));
      equal(new Set(errors).size, 4); // each has its own
      equal(new Set(errors.map(({ cause }) => cause)).size, 1);
      equal(errors[0].code, 'POOL_ENDED');
      await plugin.close();
      return errors[0].cause;
    };
    assert((await ends('misbehaving/trap')) instanceof TrapError);
    const exit = await ends('misbehaving/exit3');
    equal([exit instanceof ExitError, exit.exitCode], [true, 3]);
    equal((await ends('misbehaving/nostart')).name, 'NotStartedError');
    const controller = new AbortController();
    const aborted = await ends('misbehaving/spin', { signal: controller.signal }, () => controller.abort('enough'));
    equal([aborted.name, aborted.cause], ['AbortError', 'enough']);
    const flood = await ends('misbehaving/flood', { maxMessageBytes: 1_000_000 });
    equal([flood.name, flood.line.length], ['ProtocolError', 1000]);
    const deaf = await ends('misbehaving/closestdin', {});
    assert(['ProtocolError', 'AbortError'].includes(deaf.name), deaf.name);
  });
}

async function poolEnds(env) {
  const pool = await env.millrace.Pool.create({ workers: 2 });
  const options = { ...quiet, restart: true };
  const plugin = await env.plugin.openPlugin(pool, env.guest('rpc'), options);
  const spinning = await env.plugin.openPlugin(pool, env.guest('misbehaving/spin'), options);
  const calls = [plugin.call('sleep', { ms: 3_600_000 }), spinning.call('a')];
  const ended = calls.map((call) => rejects(call, 'PluginEndedError'));
  await pool.close();
  for (const { cause } of await Promise.all(ended))
    equal([cause.name, cause.cause.code], ['AbortError', 'POOL_ESHUTDOWN']);
  await rejects(plugin.closed, 'PluginEndedError'); // it is not started again
  await rejects(plugin.call('a'), 'PluginEndedError');
  equal((await rejects(env.plugin.openPlugin(pool, env.guest('rpc')), 'PoolError')).code, 'POOL_ESHUTDOWN');
}

/** Whichever part of its start is under way. */
async function poolEndsInTheStart(env) {
  for (let turns = 0; turns < 12; turns++) {
    const pool = await env.millrace.Pool.create({ workers: 1, maxWorkers: 1 });
    const busy = pool.run(env.guest('misbehaving/sleeper')).catch(() => undefined);
    const opening = env.plugin.openPlugin(pool, env.guest('rpc'), quiet);
    const settled = opening.then(
      ({ closed }) => closed.catch(({ cause }) => cause), // it was quick
      (error) => (
        error.code === 'POOL_ESHUTDOWN' || equal(error.message, 'the start of the plugin was cancelled'),
        error
      ),
    );
    settled.catch(() => undefined);
    for (let i = 0; i < turns; i++) await (i % 2 ? sleep(0) : undefined);
    await pool.close();
    const { name, code, cause } = await settled;
    assert(code === 'POOL_ESHUTDOWN' || (name === 'AbortError' && cause.code === 'POOL_ESHUTDOWN'), name);
    await busy;
  }
}

/** It has no guest, and would have none for an hour. */
async function poolEndsInThePause(env) {
  const restart = { minDelayMs: 3_600_000, maxDelayMs: 3_600_000 };
  for (const options of [undefined, { graceful: true }]) {
    const pool = await env.millrace.Pool.create({ workers: 1, name: 'ending' });
    const plugin = await env.plugin.openPlugin(pool, env.guest('misbehaving/exit3'), { ...quiet, restart });
    await until(() => pool.stats().jobs === 0);
    await sleep(0);
    const waiting = [plugin.call('a'), plugin.notify('b')].map((each) => rejects(each, 'PluginEndedError'));
    await pool.close(options);
    waiting.push(rejects(plugin.call('late'), 'PluginEndedError'));
    for (const { cause } of await Promise.all(waiting)) {
      const why = cause.name === 'AbortError' ? cause.cause : cause;
      equal([why.name, why.code, /ending/.test(why.message)], ['PoolError', 'POOL_ESHUTDOWN', true]);
    }
    if (options) await plugin.closed;
    else equal((await rejects(plugin.closed, 'PluginEndedError')).cause.cause.code, 'POOL_ESHUTDOWN');
    await plugin.close();
  }
}

/** What was asked has its time, on both sides; what comes later is told why. */
async function gracefulEnd(env) {
  let resume;
  const methods = { slow: () => new Promise((resolve) => (resume = resolve)) };
  const pool = await env.millrace.Pool.create({ workers: 2 });
  const open = (options) => env.plugin.openPlugin(pool, env.guest('rpc'), options);
  const [idle, busy] = [await open({ restart: true }), await open({ methods, restart: true })];
  const calls = [busy.call('call', { method: 'slow' }), busy.call('ping')];
  await until(() => resume);
  const order = [];
  const closing = pool.close({ graceful: true }).then(() => order.push('closed'));
  for (const plugin of [idle, busy]) {
    const { cause } = await rejects(plugin.call('late'), 'PluginEndedError');
    equal(cause.code, 'POOL_ESHUTDOWN');
  }
  await idle.closed;
  calls[0].then(() => order.push('answered'));
  resume(42);
  equal(await Promise.all(calls), [42, 'pong']);
  await closing;
  equal(order, ['answered', 'closed']);
  await busy.closed;
}

/** One that never answers has the time that the pool has; one that does not exit has a while. */
async function gracefulEndOfTheStubborn(env) {
  for (const how of [
    (pool) => pool.close({ graceful: { timeoutMs: 50 } }),
    (pool) => (pool.close({ graceful: true }), pool.close()),
  ]) {
    const pool = await env.millrace.Pool.create({ workers: 2, graceMs: 10 });
    const plugin = await env.plugin.openPlugin(pool, env.guest('misbehaving/spin'), quiet);
    const cut = rejects(plugin.call('a'), 'PluginEndedError');
    await how(pool);
    equal((await cut).cause.code, 'POOL_ESHUTDOWN');
    await plugin.closed;
  }
  const pool = await env.millrace.Pool.create({ workers: 2, graceMs: 10 });
  const sleeper = await env.plugin.openPlugin(pool, env.guest('misbehaving/sleeper'));
  await pool.close({ graceful: true });
  await sleeper.closed;
}

/** A guest of ours that says what it is told, and dies when it is told nonsense. */
async function startsAgain(env) {
  const restarts = [];
  const options = { ...quiet, restart: soon, methods: { same: (params) => params }, maxMessageBytes: 10_000 };
  const onRestart = (error) => restarts.push(error);
  await withPlugin(env, 'cat', { ...options, onRestart }, async (plugin) => {
    for (const round of range(8)) {
      equal(await plugin.call('same', [round]), [round]);
      const dead = plugin.call('same', ['x'.repeat(20_000)]); // more than it may say
      const error = await rejects(dead, 'PluginEndedError');
      equal([error.cause.name, restarts.length], ['ProtocolError', round]);
      equal(await plugin.call('same', [-round]), [-round]); // waits for the next one
      equal(restarts.at(-1).cause, error.cause);
    }
    equal(restarts.length, 8);
  });
}

async function triesOftenEnough(env) {
  await withPool(env, { workers: 2 }, async (pool) => {
    let starts = 0;
    const onRestart = () => starts++;
    const module = await pool.compile(env.guest('misbehaving/exit3'));
    const plugin = await env.plugin.openPlugin(pool, module, { restart: { retries: 3, ...soon }, onRestart });
    equal((await rejects(plugin.closed, 'PluginEndedError')).cause.exitCode, 3);
    equal(starts, 3);
    await rejects(plugin.call('late'), 'PluginEndedError');
    const wrong = { restart: { retries: 3, ...soon }, onRestart: () => assert(false, 'in vain') };
    const never = await env.plugin.openPlugin(pool, env.guest('misbehaving/unknown_import'), wrong);
    const { cause } = await rejects(never.call('a'), 'PluginEndedError');
    equal([cause.name, /no_such_function/.test(cause.message)], ['NotStartedError', true]);
  });
}

async function callsWaitForTheNext(env) {
  const order = [];
  const onRestart = () => void plugin.call('init').then(() => order.push('init'));
  const failing = Object.assign(new Error('no place'), { code: 'POOL_EAGAIN' });
  const played = await play(env, { restart: soon, onRestart }, { deaf: true }, failing, {}, {});
  const { plugin, guest, guests } = played;
  const sent = plugin.call('sent');
  await sleep(0); // on its way, and then the guest is gone
  const unsent = [plugin.call('unsent'), plugin.notify('told')];
  guest.exit(1);
  await rejects(sent, 'PluginEndedError');
  const waiting = plugin.call('waiting');
  const cut = rejects(plugin.call('cut', [], { timeoutMs: 0.01 }), 'TimeoutError');
  await cut;
  await until(() => guests.length === 2);
  const heard = (await guests[1].messages(4)).filter(({ method }) => method !== 'cut' && method[0] !== '$');
  const methods = heard.map(({ method }) => method);
  equal(methods, ['init', 'unsent', 'told', 'waiting']);
  for (const { id } of heard) if (id) guests[1].says({ jsonrpc: '2.0', id, result: id });
  equal(await Promise.all([...unsent, waiting]).then((results) => results.length), 3);
  equal(order, ['init']);
  await plugin.close({ timeoutMs: 0 });
}

async function backsOff(env) {
  const lives = range(6).map(() => Object.assign(new Error('not now'), { code: 'POOL_EAGAIN' }));
  const { plugin, guests } = await play(
    env,
    { restart: { retries: 4, ...soon } },
    {},
    ...lives.slice(0, 2),
    {},
    ...lives,
  );
  guests[0].exit(1);
  await sleep(0);
  const first = plugin.call('first');
  await until(() => guests.length === 2);
  guests[1].says({ jsonrpc: '2.0', id: 1, result: 'well again' });
  equal(await first, 'well again');
  guests[1].exit(1); // from here on none comes, and it has four tries again
  await sleep(0);
  const call = plugin.call('a');
  const { cause } = await rejects(call, 'PluginEndedError');
  equal([cause.code, cause === lives[3]], ['POOL_EAGAIN', true]);
  equal((await rejects(plugin.closed, 'PluginEndedError')).cause, cause);
}

async function closesWhileAway(env) {
  for (const restart of [true, { retries: Infinity, minDelayMs: 3_600_000 }]) {
    const { plugin, guests } = await play(env, { restart });
    guests[0].exit(1);
    await sleep(0);
    const waiting = rejects(plugin.call('a'), 'PluginEndedError');
    await plugin.close();
    const { message, cause } = await waiting;
    equal([cause, message], [undefined, 'the plugin was closed before the guest answered']);
    await plugin.closed;
    equal(guests.length, 1);
  }
  const controller = new AbortController();
  const { plugin, guests } = await play(env, {
    restart: { minDelayMs: 3_600_000, maxDelayMs: 3_600_000 },
    signal: controller.signal,
  });
  guests[0].exit(1);
  await sleep(0);
  const waiting = rejects(plugin.call('a'), 'PluginEndedError');
  controller.abort();
  await waiting;
  await rejects(plugin.closed, 'PluginEndedError');
}

async function closesInOrder(env) {
  const methods = { host_ping: ({ n }) => sleep(1).then(() => n) };
  await withPool(env, { workers: 2 }, async (pool) => {
    const plugin = await env.plugin.openPlugin(pool, env.guest('rpc'), { methods });
    const calls = [plugin.call('call_many', { count: 20 }), plugin.call('sleep', { ms: 5 }), plugin.call('ping')];
    const closing = plugin.close();
    await rejects(plugin.call('late'), 'PluginEndedError');
    equal(await Promise.all(calls), [20, null, 'pong']);
    await closing;
    await plugin.close();
    await plugin.closed;
    const stubborn = await env.plugin.openPlugin(pool, env.guest('misbehaving/sleeper'));
    await stubborn.close({ timeoutMs: 20 });
    const spinning = await env.plugin.openPlugin(pool, env.guest('misbehaving/spin'), quiet);
    const cut = rejects(spinning.call('a'), 'PluginEndedError');
    const slow = spinning.close({ timeoutMs: 3_600_000 });
    await spinning.close({ timeoutMs: 0 }); // who comes later can only make it shorter
    await slow;
    assert(/was closed/.test((await cut).message));
    const used = await env.plugin.openPlugin(pool, env.guest('rpc'));
    await used[Symbol.asyncDispose]();
    await rejects(used.call('ping'), 'PluginEndedError');
  });
}

async function othersAreCalled(env) {
  await withPool(env, { workers: 1 }, async (pool) => {
    const open = (guest, methods) => env.plugin.openPlugin(pool, env.guest(guest), { methods });
    const second = await open('rpc', {});
    const first = await open('rpc', {
      primes: ({ limit }) => second.call('prime_sieve', { limit }),
      wrong: () => second.call('prime_sieve', {}),
      later: (_, { plugin }) => void plugin.notify('ping').then(() => plugin.call('ping')),
    });
    equal(await first.call('call', { method: 'primes', params: { limit: 100 } }), 25);
    equal(await first.call('call_async', { method: 'primes', params: { limit: 10 }, count: 5 }), [4, 4, 4, 4, 4]);
    equal((await rejects(first.call('call', { method: 'wrong' }), 'RpcError')).code, -32602);
    equal(await first.call('call', { method: 'later' }), null);
    // One that takes calls while it waits, as this one that says all back, may be called by its own caller.
    const methods = { down: async ([n], { plugin }) => (n === 0 ? 'ground' : plugin.call('down', [n - 1])) };
    const echo = await open('cat', methods);
    equal(await echo.call('down', [10]), 'ground');
    await Promise.all([first, second, echo].map((plugin) => plugin.close()));
  });
}

async function logs(env) {
  const logged = [];
  const options = { onLog: (line) => logged.push(line), env: { RPC_LOG: '1' }, tty: true };
  await withPlugin(env, 'rpc', options, async (plugin) => {
    equal(await plugin.call('ping'), 'pong');
    await until(() => logged.length >= 2);
    assert(/^rpc: receives .*ping/.test(logged[0]), logged[0]);
    assert(/^rpc: sends .*pong/.test(logged[1]), logged[1]);
  });
}

async function oneUseSources(env) {
  await withPool(env, { workers: 1 }, async (pool) => {
    const response = new Response(await env.load('examples/guests/cat.gen.wasm'));
    const methods = { same: (params) => params };
    const options = { ...quiet, restart: soon, methods, maxMessageBytes: 1000 };
    const plugin = await env.plugin.openPlugin(pool, Promise.resolve(response), options);
    await rejects(plugin.call('same', ['x'.repeat(2000)]), 'PluginEndedError');
    equal(await plugin.call('same', [1]), [1]); // it is not read again
    await plugin.close();
    const signal = AbortSignal.abort('no');
    equal((await rejects(env.plugin.openPlugin(pool, env.guest('cat'), { signal }), 'AbortError')).cause, 'no');
    await rejects(env.plugin.openPlugin(playedPool(new RangeError('out of luck')), 'x'), 'RangeError');
  });
}

/** It counts for ever, which are no messages, and reads none of the answers. */
async function neverReads(env) {
  let told = 0;
  const options = { args: ['seq'], onError: () => told++, maxMessageBytes: 50_000 };
  await withPool(env, { workers: 1 }, async (pool) => {
    const plugin = await env.plugin.openPlugin(pool, env.guest('lines'), options);
    const ended = rejects(plugin.call('a'), 'PluginEndedError');
    await frames(env, 10); // the page goes on
    await until(() => told > 100);
    // And then none, since it has them in memory.
    for (let before = 0; told > before;) {
      before = told;
      await sleep(100);
    }
    await plugin.close({ timeoutMs: 1 });
    assert(/was closed/.test((await ended).message));
  });
}

/** Numbers that are the same in each run. */
function dice(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % n;
  };
}

/** What can happen to a plugin and its guest, in any order. */
function happenings(plugin, guests, roll, asked) {
  const guest = () => guests.at(-1);
  const ask = (promise) => {
    promise.catch(() => undefined);
    asked.push(promise);
  };
  const limits = () => [undefined, { timeoutMs: 1 + roll(3) }, { signal: AbortSignal.timeout(roll(4)) }][roll(3)];
  const someCall = () => {
    const heard = guest()
      .heard.flatMap((line) => JSON.parse(line))
      .filter(({ id }) => id !== undefined);
    return heard[roll(heard.length || 1)]?.id ?? 0;
  };
  const talk = (what) => guest().isOver || guest().says(what);
  return [
    () => ask(plugin.call('a', ['x'.repeat(roll(200))], limits())),
    () => ask(plugin.notify('b')),
    () => ask(plugin.batch([{ method: 'a' }, { method: 'b', notify: true }, { method: 'c' }], limits())),
    () => talk({ jsonrpc: '2.0', id: someCall(), result: 1 }),
    () => talk([{ jsonrpc: '2.0', id: someCall(), error: { code: 1, message: '' } }, { jsonrpc: '2.0', id: 1, method: 'm' }]), // prettier-ignore
    () => talk('nonsense\n{"half": '),
    () => talk(`${' '.repeat(roll(3000))}\n`),
    () => sleep(roll(3)),
    () => roll(6) === 0 && !guest().isOver && guest().exit(roll(3)),
    () => roll(6) === 0 && !guest().isOver && guest().fail(new Error('died')),
    () => roll(20) === 0 && ask(plugin.close({ timeoutMs: roll(5) })),
  ];
}

async function whateverHappens(env) {
  for (const seed of range(60)) {
    const roll = dice(seed + 1);
    const lives = range(40).map(() => (roll(5) === 0 ? new Error('none') : { deaf: roll(6) === 0 }));
    const methods = { m: () => sleep(roll(3)) };
    const restart = roll(2) === 0 ? false : { retries: 1 + roll(3), ...soon };
    const options = { methods, restart, maxMessageBytes: 2000 };
    const { plugin, guests } = await play(env, options, {}, ...lives);
    const asked = [];
    const ways = happenings(plugin, guests, roll, asked);
    for (let i = 0; i < 80; i++) await ways[roll(ways.length)]();
    await plugin.close({ timeoutMs: roll(2) });
    const results = await Promise.allSettled(asked); // each settles, or this hangs
    const names = results.flatMap(({ reason }) => (reason ? [reason.name] : []));
    const known = ['PluginEndedError', 'TimeoutError', 'AbortError', 'RpcError'];
    assert(
      names.every((name) => known.includes(name)),
      String(names),
    );
    assert(
      guests.every((each) => each.isOver),
      'a guest lives on',
    );
    await plugin.closed.catch(({ name }) => equal(name, 'PluginEndedError'));
  }
}

const scenario = (name, run) => ({ name, run });

export const scenarios = [
  scenario('a guest is called and calls, many times at once', bothWays),
  scenario('errors have the codes of JSON-RPC, and pass through', errorsByCode),
  scenario('any JSON goes there and back, of any size, over a pipe of any size', anyValue),
  scenario('what is wrong is refused by name before anything is done', gates),
  scenario('a guest that ends in any way ends its calls, each once, and the error says why', endsTellWhy),
  scenario('a plugin ends with its pool', poolEnds),
  scenario('one whose pool ends while it is started says so', poolEndsInTheStart),
  scenario('so does one that waits to be started again, at once', poolEndsInThePause),
  scenario('a pool that closes gracefully closes plugins when they have answered', gracefulEnd),
  scenario('and those that do not answer, or do not exit, when their time is over', gracefulEndOfTheStubborn),
  scenario('a guest that has ended is started again, and again', startsAgain),
  scenario('it is started only as often as it may, and not if that is in vain', triesOftenEnough),
  scenario('what was not sent, and what comes meanwhile, waits for the next guest', callsWaitForTheNext),
  scenario('one that cannot be started is tried again, and one that answers is well again', backsOff),
  scenario('a plugin can be closed while there is no guest', closesWhileAway),
  scenario('closing lets what is under way end, and waits no longer than it may', closesInOrder),
  scenario('whatever happens, in any order, each call settles and no guest is left', whateverHappens),
  scenario('a guest that writes without end and does not read is read no more, and the page goes on', neverReads),
  scenario('a method may call another plugin, and its own', othersAreCalled),
  scenario("the guest's stderr is its log", logs),
  scenario('a source that can be read once is enough', oneUseSources),
];
