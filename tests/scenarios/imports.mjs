// Imports of guests: those that this thread serves, those that the workers load, and those that nobody provides.
import { assert, bytes, equal, rejects, stillGood, text, until, withPool } from './harness.mjs';
import { command, moduleOf } from './wasm.mjs';

const show = (value) =>
  JSON.stringify(value, (_, each) => {
    if (typeof each === 'bigint') return `${each}n`;
    return Object.is(each, -0) ? '-0' : typeof each === 'number' ? String(each) : each;
  });

function same(actual, expected) {
  equal(show(actual), show(expected));
}

/** Each gives back what it is given. */
const echo = {
  i32: (_, value) => value,
  i64: (_, value) => value,
  f32: (_, value) => value,
  f64: (_, value) => value,
  all: (_, a, b, c, d) => [d, c, b, a],
  none: () => undefined,
  log: () => undefined,
};

const guest = (env) => env.guest('misbehaving/imports');

/** Calls an export of the guest that calls the import of its name, which `handlers` serve. */
function call(env, pool, name, values, handlers, options = {}) {
  return pool.call(guest(env), name, ...values, { imports: { env: { ...echo, ...handlers } }, ...options });
}

const VALUES = [
  ['i32', [0, -1, 2 ** 31 - 1, -(2 ** 31)]],
  ['i64', [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]],
  ['f32', [0, -0, NaN, Infinity, -Infinity, 2 ** -149, -1.5]],
  ['f64', [0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, Math.PI]],
];

/** `source` may be a module whose types nobody knows. */
async function everyTypeGoesThrough(env, pool, source) {
  const seen = [];
  const imports = {
    env: {
      ...echo,
      i32: (_, value) => (seen.push(value), value),
      f64: async (_, value) => (seen.push(value), value),
      f32: (_, value) => (seen.push(value), Promise.resolve(value)),
      i64: (_, value) => (seen.push(value), value),
    },
  };
  for (const [name, values] of VALUES) {
    for (const value of values) {
      same(await pool.call(source, name, value, { imports }), value);
      same(seen.pop(), value);
    }
  }
  same(await pool.call(source, 'all', -7, -(2n ** 63n), -0, NaN, { imports }), [NaN, -0, -(2n ** 63n), -7]);
  same(await pool.call(source, 'none', { imports }), undefined);
  equal(seen.length, 0);
}

async function contextSaysWhoCalls(env, pool) {
  let seen;
  const log = (context, ...values) => {
    const { module, name, job, signal } = context;
    seen = { module, name, job: job.name, args: job.args, aborted: signal.aborted, values };
    return 'what is returned for no result does not matter';
  };
  const options = { name: 'me', args: ['x'], imports: { env: { log }, unused: { nothing: () => 1 } } };
  equal((await pool.run(env.guest('logger'), options)).code, 0);
  equal(seen, { module: 'env', name: 'log', job: 'me', args: ['x'], aborted: false, values: [1027, 3] });
}

async function memoryIsReachedWhileTheGuestWaits(env, pool) {
  const found = [];
  const log = async ({ memory }, at, size) => {
    found.push(await memory.readString(at, size), await memory.read(at, 1), await memory.size());
    await memory.write(at, bytes('HÉ'));
    found.push(text(await memory.read(at, size)));
  };
  await call(env, pool, 'log', [16, 6], { log });
  equal(found, ['héllo', bytes('h'), 131072, 'HÉllo']);
  const written = await call(env, pool, 'byte_after', [70_000], {
    i32: ({ memory }, at) => void memory.write(at, new Uint8Array([77]).buffer) ?? 0, // not awaited, and done before
  });
  equal(written, 77);
  const both = ({ memory }) => Promise.all([memory.read(16, 1), memory.read(17, 2), memory.readString(16, 0)]);
  await call(env, pool, 'log', [0, 0], { log: async (context) => found.push(await both(context)) });
  equal(show(found.pop()), show([bytes('h'), bytes('é'), '']));
}

async function largePiecesGoThroughWhole(env, pool) {
  const data = Uint8Array.from({ length: 4 * 65536 }, (_, i) => (i * 31 + (i >> 8)) % 256);
  let back;
  const log = async ({ memory }) => {
    const writing = memory.write(0, data);
    data.subarray(0, 10).fill(0); // it was copied
    await writing;
    back = await memory.read(0, data.length);
  };
  const instance = await pool.instantiate(guest(env), { imports: { env: { ...echo, log } }, maxMemoryMiB: 1 });
  equal(await instance.call('grow', 2), 2);
  const expected = data.slice();
  await instance.call('log', 0, 0);
  equal(back, expected);
  await instance.close();
}

async function wrongPlacesAreRefused(env, pool) {
  const errors = [];
  const wrong = [
    ['read', 131072, 1],
    ['read', 131071, 2],
    ['read', 0, 2 ** 32 - 1],
    ['read', -1, 1],
    ['readString', 2 ** 32 - 1, 5],
    ['write', 131070, bytes('abc')],
    ['read', 0.5, 1],
    ['read', 0, 2 ** 32],
    ['read', '16', 1],
    ['write', 0, 'text'],
    ['readString', 32, 2],
  ];
  const log = async ({ memory }) => {
    for (const [method, ...values] of wrong) errors.push(await rejects(memory[method](...values), 'PoolError'));
    equal(await memory.read(131070, 2), new Uint8Array(2)); // nothing was written
  };
  await call(env, pool, 'log', [0, 0], { log });
  for (const { code } of errors) equal(code, 'POOL_EINVAL');
  assert(errors[0].message.includes('131072') && errors[0].message.includes('1 bytes'), errors[0].message);
  assert(errors[10].message.includes('UTF-8'), errors[10].message);
}

async function lateUseOfMemoryIsRefused(env, pool) {
  let kept;
  await call(env, pool, 'log', [0, 0], { log: ({ memory }) => void (kept = memory) });
  equal((await rejects(kept.read(0, 1), 'PoolError')).code, 'POOL_EBADF');
  const log = ({ memory }) => void memory.read(2 ** 31, 1); // nobody waits for its failure
  const error = await rejects(call(env, pool, 'log', [0, 0], { log }), 'ImportError');
  assert(error.cause.message.includes('2147483648'), String(error.cause));
}

async function failingHandlersEndTheGuest(env, pool) {
  const boom = new Error('boom\nand more');
  const failing = [
    () => {
      throw boom;
    },
    async () => {
      throw boom;
    },
  ];
  for (const i32 of failing) {
    const error = await rejects(call(env, pool, 'i32', [1], { i32 }), 'ImportError');
    assert(error instanceof env.millrace.TrapError && error instanceof env.millrace.JobError);
    equal([error.import, error.kind, error.code], ['env.i32', 'import', 'POOL_TRAPPED']);
    assert(error.cause === boom && error.message.includes('boom'), error.message);
  }
  for (const thrown of ['text', undefined, null, 7, Object.create(null)]) {
    const i32 = () => {
      throw thrown;
    };
    const error = await rejects(call(env, pool, 'i32', [1], { i32 }), 'ImportError');
    assert('cause' in error && error.cause === thrown, String(error.message));
  }
  const thenable = {
    then() {
      throw boom;
    },
  };
  equal((await rejects(call(env, pool, 'i32', [1], { i32: () => thenable }), 'ImportError')).cause, boom);
}

/** A guest that catches all, and would go on for ever. */
async function failuresCannotBeCaught(env, pool) {
  const catcher = env.guest('misbehaving/importcatcher');
  const own = await WebAssembly.compile(await env.load('examples/guests/misbehaving/importcatcher.gen.wasm'));
  const fail = () => {
    throw new Error('no');
  };
  for (const source of [catcher, own]) {
    equal((await rejects(pool.run(source, { imports: { env: { fail } } }), 'ImportError')).import, 'env.fail');
    equal((await rejects(pool.run(source, { missingImports: 'trap' }), 'ImportError')).import, 'env.fail');
    await rejects(
      pool.run(source, { imports: { env: { fail: (_, n) => n && undefined } }, timeoutMs: 50 }),
      'TimeoutError',
    );
    const cancels = ({ job }) => (job.cancel(), new Promise(() => undefined));
    await rejects(pool.run(source, { imports: { env: { fail: cancels } } }), 'AbortError');
  }
  const importsFrom = moduleUrl('export default () => ({ env: { fail() { throw new Error("no"); } } });');
  await rejects(pool.run(catcher, { importsFrom, timeoutMs: 100 }), 'TimeoutError'); // it may catch what is a script's
}

async function wrongResultsEndTheGuest(env, pool) {
  const wrong = [
    ['i32', [1], [undefined, null, '1', 1n, {}, [1], true, Symbol('s')]],
    ['i64', [1n], [undefined, 1, '1', [1n]]],
    ['f64', [1], [undefined, 1n, 'x']],
    ['all', [1, 1n, 1, 1], [undefined, 1, [], [1, 1, 1n], [1, 1, 1n, 1, 1], [1, 1, 1, 1], [1, 1n, 1n, 1], 'four']],
  ];
  for (const [name, values, results] of wrong) {
    for (const result of results) {
      const error = await rejects(call(env, pool, name, values, { [name]: () => result }), 'ImportError');
      equal(error.import, `env.${name}`);
      equal(error.cause.code, 'POOL_EINVAL', String(error.cause));
      assert(error.message.includes(`env.${name}`), error.message);
    }
  }
  const own = await WebAssembly.compile(await env.load('examples/guests/misbehaving/imports.gen.wasm'));
  for (const [name, values, result] of [
    ['i64', [1n], 5],
    ['i32', [1], 'x'],
    ['all', [1, 1n, 1, 1], [1]],
  ]) {
    const imports = { env: { ...echo, [name]: () => result } };
    equal((await rejects(pool.call(own, name, ...values, { imports }), 'ImportError')).import, `env.${name}`);
  }
}

async function thousandsOfCallsInALoop(env, pool) {
  let calls = 0;
  const n = 3000;
  const i32 = (_, value) => (calls++, value % 7 === 0 ? Promise.resolve(1) : 1);
  equal(await call(env, pool, 'sum', [n], { i32 }), n);
  equal(calls, n);
}

/** Ends a call by `options` while its handler runs: what its memory says then. */
async function endWhileAHandlerRuns(env, pool, options, name, begin = () => undefined) {
  let aborted = false;
  let begun = false;
  let late;
  const none = async ({ signal, memory, job }) => {
    begun = true;
    signal.addEventListener('abort', () => (aborted = true));
    begin(job);
    await until(() => aborted);
    late = await memory.read(0, 1).catch((error) => error.code);
  };
  const error = await rejects(call(env, pool, 'none', [], { none }, options), name);
  if (begun) await until(() => late !== undefined);
  return { error, late };
}

async function endingWhileAHandlerRuns(env, pool) {
  const cancelled = await endWhileAHandlerRuns(env, pool, {}, 'AbortError', (job) => job.cancel('enough'));
  equal([cancelled.error.cause, cancelled.late], ['enough', 'POOL_ECANCELED']);
  let late;
  for (let timeoutMs = 50; late === undefined; timeoutMs *= 2) {
    // a slow machine needs longer to come to the handler
    ({ late } = await endWhileAHandlerRuns(env, pool, { timeoutMs }, 'TimeoutError'));
  }
  equal(late, 'POOL_ECANCELED');
  await until(() => pool.stats().calls.used === 0);
}

async function closingWhileAHandlerRuns(env) {
  const pool = await env.millrace.Pool.create({ workers: 1 });
  let begun = false;
  let outcome;
  const none = async ({ memory, signal }) => {
    begun = true;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    outcome = await memory.write(0, bytes('x')).catch((error) => error.code);
  };
  const running = rejects(call(env, pool, 'none', [], { none }), 'AbortError');
  await until(() => begun);
  await pool.close();
  await running;
  await until(() => outcome !== undefined);
  equal(outcome, 'POOL_ECANCELED');
}

async function instancesAndPipelines(env, pool) {
  const lines = [];
  const log = async ({ memory }, at, size) => void lines.push(await memory.readString(at, size));
  await using(await pool.instantiate(guest(env), { imports: { env: { ...echo, log } } }), async (instance) => {
    same(await instance.call('all', 1, 2n, 3, 4), [4, 3, 2n, 1]);
    await instance.call('log', 16, 6);
    equal(lines, ['héllo']);
  });
  const failing = await pool.instantiate(guest(env), { imports: { env: { ...echo, i32: () => 'no' } } });
  equal((await rejects(failing.call('i32', 1), 'ImportError')).import, 'env.i32');
  equal((await rejects(failing.call('none'), 'EndedError')).cause.name, 'ImportError');
  const options = { imports: { env: { ...echo, log } } };
  const { code } = await pool.pipeline([env.guest('logger'), options], [guest(env), options]);
  equal(code, 0);
  equal([...lines].sort(), ['héllo', 'héllo', 'one', 'two']);
  const sums = [];
  const plusOne = { imports: { env: { ...echo, i32: (_, value) => value + 1 } } };
  for await (const result of pool.map(guest(env), 'i32', [1, 2, 3], plusOne)) sums.push(result);
  equal(sums, [2, 3, 4]);
  const job = await pool.spawn(env.guest('logger'), options);
  equal((await job.status).code, 0);
}

async function using(instance, use) {
  try {
    await use(instance);
  } finally {
    await instance.close();
  }
}

const LACKING = {
  imports: [
    ['env', 'first'],
    ['wasi_snapshot_preview1', 'no_such'],
    ['env', 'table', 'table'],
    ['env', 'number', 'global'],
    ['wasi_snapshot_preview1', 'sched_yield', 'global'],
  ],
  exports: command,
  params: 2,
};

async function whatIsMissingIsOneError(env, pool) {
  const error = await rejects(pool.run(moduleOf(LACKING)), 'NotStartedError');
  for (const [module, name] of LACKING.imports) assert(error.message.includes(`${module}.${name}`), error.message);
  assert(error.message.includes('env.first (i32, i32) -> ()'), error.message);
  assert(error.message.includes('table env.table') && error.message.includes('global env.number'), error.message);
  const memory = moduleOf({ imports: [['env', 'memory', 'memory']], exports: command });
  assert((await rejects(pool.run(memory), 'NotStartedError')).message.includes('memory env.memory'));
  const own = await WebAssembly.compile(moduleOf({ imports: [['env', 'first']], exports: command }));
  assert((await rejects(pool.run(own), 'NotStartedError')).message.includes('env.first'));
  const some = { imports: { env: { log: () => undefined, none: () => undefined } } };
  const { message } = await rejects(pool.run(guest(env), some), 'NotStartedError');
  assert(message.includes('env.all (i32, i64, f32, f64) -> (f64, f32, i64, i32)'), message);
  assert(!message.includes('env.log') && !message.includes('env.none'), message);
}

async function missingImportsMayTrap(env, pool) {
  const options = { missingImports: 'trap' };
  const lucky = moduleOf({ imports: [['env', 'never']], exports: command });
  equal((await pool.run(lucky, options)).code, 0);
  equal((await pool.run(await WebAssembly.compile(lucky), options)).code, 0);
  const error = await rejects(pool.run(env.guest('logger'), options), 'ImportError');
  equal([error.import, error.kind, error.cause], ['env.log', 'import', undefined]);
  assert(error instanceof env.millrace.TrapError && error.message.includes('env.log'), error.message);
  await rejects(pool.run(moduleOf(LACKING), options), 'NotStartedError'); // a table cannot trap
  equal(await call(env, pool, 'i32', [7], {}, options), 7);
}

async function importsAreLoadedByTheWorkers(env, pool) {
  const importsFrom = env.file('tests/scenarios/linked.mjs');
  const logged = [];
  const options = { importsFrom, host: { log: (_, { text }) => void logged.push(text()) } };
  const values = (name, ...given) => pool.call(guest(env), name, ...given, options);
  equal(await values('i32', 41), 42);
  same(await values('i64', -(2n ** 62n)), -(2n ** 63n));
  equal(await values('f32', 3), 1.5);
  same(await values('all', 1, 2n, 3, 4), [4, 3, 2n, 1]);
  if (env.tier === 'jspi') await loadedModulesCannotCall(values);
  else await loadedModulesCall(values, logged, () => pool.instantiate(guest(env), options));
  equal(await values('sum', 1000), 501_500);
  const times = await Promise.all([values('f64', 0), values('f64', 0)]);
  assert(
    times.every((n) => n > 1),
    'it is loaded once, and called for each guest',
  );
  const first = { ...options, imports: { env: { i32: (_, value) => -value } } };
  equal(await pool.call(guest(env), 'i32', 5, first), -5); // imports go before it
  equal(await pool.call(guest(env), 'f32', 5, { ...first, importsFrom: new URL(importsFrom, location()) }), 2.5);
}

async function loadedModulesCall(values, logged, instantiate) {
  await values('log', 16, 6);
  equal(logged, ['héllo']);
  const instance = await instantiate();
  await instance.call('log', 16, 1);
  equal(logged.at(-1), 'h');
  await instance.close();
}

/** Script between two frames of wasm cannot be suspended. */
async function loadedModulesCannotCall(values) {
  const error = await rejects(values('log', 16, 6), 'ImportError');
  assert(error.message.includes('"jspi"'), error.message);
  assert(error.message.includes('option imports'), error.message);
}

const location = () => globalThis.location?.href ?? 'file:///';
const moduleUrl = (source) => `data:text/javascript,${encodeURIComponent(source)}`;

async function badModulesAreRefused(env, pool) {
  const bad = [
    [env.file('tests/scenarios/no-such-file.mjs'), 'no-such-file'],
    [moduleUrl('export default ( => 1'), 'could not be loaded'],
    [moduleUrl('throw new Error("at the top")'), 'at the top'],
    [moduleUrl('export const link = 1;'), 'undefined'],
    [moduleUrl('export default 7;'), '7'],
    [moduleUrl('export default () => { throw new TypeError("in it"); }'), 'TypeError: in it'],
    [moduleUrl('export default async () => { throw "text"; }'), 'text'],
    [moduleUrl('export default () => 5;'), '5'],
    [moduleUrl('export default ({ memory }) => memory.buffer;'), 'memory'],
    [moduleUrl('export default ({ call }) => call("log");'), 'host'],
  ];
  for (const [importsFrom, part] of bad) {
    const error = await rejects(pool.run(env.guest('logger'), { importsFrom }), 'ImportsFromError');
    assert(error instanceof env.millrace.NotStartedError, error.name);
    equal([error.url, error.code], [importsFrom, 'POOL_NOT_STARTED']);
    assert(error.cause instanceof Error && error.message.includes(part), error.message);
  }
  const { message } = await rejects(
    pool.run(env.guest('logger'), { importsFrom: moduleUrl('export default () => ({ env: {} });') }),
    'NotStartedError',
  );
  assert(message.includes('env.log'), message);
  const wrong = moduleUrl('export default () => ({ env: { log: 7 } });');
  await rejects(pool.run(env.guest('logger'), { importsFrom: wrong }), 'NotStartedError');
}

async function whatLoadedFunctionsThrow(env, pool) {
  const from = (body) => ({
    importsFrom: moduleUrl(`export default ({ memory, call }) => ({ env: { log(at, size) { ${body} } } });`),
  });
  const error = await rejects(pool.run(env.guest('logger'), from('throw new TypeError("mine");')), 'ImportError');
  equal(error.import, 'env.log');
  assert(error.message.includes('TypeError: mine'), error.message);
  const unserved = await rejects(
    pool.run(env.guest('logger'), from('call("nobody", new Uint8Array(3))')),
    'ImportError',
  );
  assert(unserved.message.includes('PoolError'), unserved.message);
  if (env.tier === 'shared') await failedCallsOfModules(env, pool, from);
}

/** Where a module can call the host at all. */
async function failedCallsOfModules(env, pool, from) {
  const host = {
    busy: () => {
      throw new Error('too busy');
    },
  };
  const refused = await rejects(pool.run(env.guest('logger'), { ...from('call("busy")'), host }), 'ImportError');
  assert(refused.message.includes('too busy'), refused.message);
  const controller = new AbortController();
  let signal;
  const never = (_, context) => {
    ({ signal } = context);
    controller.abort();
    return new Promise(() => undefined);
  };
  await rejects(
    pool.run(env.guest('logger'), { ...from('call("never")'), host: { never }, signal: controller.signal }),
    'AbortError',
  );
  await until(() => signal?.aborted);
  const again = new AbortController();
  const calls = { never: () => (again.abort(), new Promise(() => undefined)) };
  const catching = { ...from('try { call("never") } catch {}'), host: calls, signal: again.signal };
  await rejects(pool.run(env.guest('logger'), catching), 'AbortError');
}

/** A worker cannot send what was thrown as it is. */
async function whatLoadedFunctionsThrowIsTheCause(env, pool) {
  const logger = env.guest('logger');
  const own = await WebAssembly.compile(await env.load('examples/guests/logger.gen.wasm'));
  const thrown = [
    [
      'new TypeError("mine: and, [more]\\nlines :wasm-function[3]")',
      'TypeError',
      'mine: and, [more]\nlines :wasm-function[3]',
    ],
    ['new RangeError("")', 'RangeError', ''],
    ['Object.assign(new Error("named"), { name: "OwnError" })', 'OwnError', 'named'],
    ['new DOMException("it is over", "AbortError")', 'AbortError', 'it is over'],
    ['new (class extends SyntaxError {})("a class")', 'SyntaxError', 'a class'],
    ['new Error("x".repeat(100_000))', 'Error', undefined],
    ['{ name: "Like", message: "no error" }', 'Like', 'no error'],
    ['{}', 'Error', 'an object'],
    ['() => 1', 'Error', 'a function'],
  ];
  for (const source of [logger, own]) {
    for (const [expression, name, message] of thrown) {
      const importsFrom = moduleUrl(`export default () => ({ env: { log() { throw ${expression}; } } });`);
      const error = await rejects(pool.run(source, { importsFrom }), 'ImportError');
      assert(error.cause instanceof Error, `${expression}: ${error.cause}`);
      equal(error.cause.name, name);
      if (message !== undefined) equal(error.cause.message, message);
      if (/^new \w*Error/.test(expression)) assert(error.frames.length > 0 && error.cause.stack.length > 0, expression);
      assert(!error.wasmStack.includes('{"'), error.wasmStack);
    }
  }
  for (const [expression, value] of [
    ['"text"', 'text'],
    ['7', 7],
    ['null', null],
    ['undefined', undefined],
    ['5n', '5'],
  ]) {
    const importsFrom = moduleUrl(`export default () => ({ env: { log() { throw ${expression}; } } });`);
    const error = await rejects(pool.run(logger, { importsFrom }), 'ImportError');
    assert('cause' in error);
    equal(error.cause, value);
  }
  const calls = moduleUrl('export default ({ call }) => ({ env: { log: () => void call("nobody") } });');
  const { cause } = await rejects(pool.run(logger, { importsFrom: calls }), 'ImportError');
  assert(cause instanceof env.millrace.PoolError);
  equal([cause.name, cause.code], ['PoolError', env.tier === 'jspi' ? 'POOL_ENOTSUP' : 'POOL_ENOENT']);
  const importsFrom = moduleUrl('export default () => ({ env: { other() {} } });');
  const lacking = await rejects(pool.run(logger, { importsFrom, missingImports: 'trap' }), 'ImportError');
  equal(
    [lacking.import, lacking.cause.code, lacking.cause.message.includes('env.log')],
    ['env.log', 'POOL_ENOENT', true],
  );
  const broken = moduleUrl('export default () => { throw new RangeError("in it"); }');
  const refused = await rejects(pool.run(logger, { importsFrom: broken }), 'ImportsFromError');
  equal([refused.cause instanceof RangeError, refused.cause.message], [true, 'in it']);
}

/** Functions of a module are JavaScript's: what it converts is converted, and the rest is named. */
async function whatLoadedFunctionsReturn(env, pool) {
  const echo = 'i32: same, i64: same, f32: same, f64: same, all: (a, b, c, d) => [d, c, b, a], none() {}, log() {}';
  const from = (name, body) => ({
    importsFrom: moduleUrl(
      `const same = (v) => v; export default () => ({ env: { ${echo}, ${name}: () => ${body} } });`,
    ),
  });
  const values = { i32: [1], i64: [1n], f32: [1], f64: [1], all: [1, 1n, 1, 1], none: [] };
  const own = await WebAssembly.compile(await env.load('examples/guests/misbehaving/imports.gen.wasm'));
  const taken = [
    ['i32', '1.5', 1],
    ['i32', '2 ** 32 + 5', 5],
    ['i32', 'true', 1],
    ['i32', 'undefined', 0],
    ['i32', '"7"', 7],
    ['i64', '2n ** 64n + 3n', 3n],
    ['f32', '1e300', Infinity],
    ['none', 'Promise.resolve(5)', undefined],
    ['none', '5', undefined],
    ['all', 'new Set([4, 3, 2n, 1])', [4, 3, 2n, 1]],
  ];
  for (const [name, body, result] of taken) {
    for (const source of [guest(env), own])
      same(await pool.call(source, name, ...values[name], from(name, body)), result);
  }
  const refused = [
    ['i32', '5n', /^what env\.i32 returns must be a number, and is 5n/],
    ['i32', 'Promise.resolve(5)', /^what env\.i32 returns must be a number, and is a Promise: .* synchronous/],
    ['f64', '(async () => 1)()', /^what env\.f64 returns must be a number, and is a Promise/],
    ['i64', '5', /^what env\.i64 returns must be a bigint, and is 5/],
    ['i64', 'undefined', /^what env\.i64 returns must be a bigint, and is undefined/],
    ['i64', 'Promise.resolve(5n)', /^what env\.i64 returns must be a bigint, and is a Promise/],
    ['all', '[1]', /^what env\.all returns must be an array of 4 values, and is an Array/],
    ['all', '1', /^what env\.all returns must be an array of 4 values, and is 1/],
    ['all', 'Promise.resolve([1, 1n, 1, 1])', /^what env\.all returns must be an array of 4 values, and is a Promise/],
  ];
  for (const [name, body, pattern] of refused) {
    const error = await rejects(pool.call(guest(env), name, ...values[name], from(name, body)), 'ImportError');
    equal([error.import, error.cause.code], [`env.${name}`, 'POOL_EINVAL'], error.message);
    assert(pattern.test(error.cause.message), error.cause.message);
    if (body.includes('Promise') || body.includes('async')) continue;
    equal(
      (await rejects(pool.call(own, name, ...values[name], from(name, body)), 'ImportError')).import,
      `env.${name}`,
    );
  }
  const cut = [
    ['i32', 1.5, 1],
    ['i32', 2 ** 32 + 5, 5],
    ['i32', NaN, 0],
    ['i64', 2n ** 64n + 3n, 3n],
    ['none', 5, undefined],
  ];
  for (const [name, given, result] of cut)
    same(await call(env, pool, name, values[name], { [name]: () => given }), result);
}

async function loadingThatNeverEndsIsEnded(env, pool) {
  const importsFrom = moduleUrl('await new Promise(() => {}); export default () => ({});');
  await rejects(pool.run(env.guest('logger'), { importsFrom, timeoutMs: 200 }), 'TimeoutError');
  const never = moduleUrl('export default () => new Promise(() => {});');
  const controller = new AbortController();
  const waiting = rejects(
    pool.run(env.guest('logger'), { importsFrom: never, signal: controller.signal }),
    'AbortError',
  );
  setTimeout(() => controller.abort(), 50);
  await waiting;
}

async function memoryFromTheModule(env, pool) {
  const importsFrom = moduleUrl(`export default () => ({
    env: { memory: new WebAssembly.Memory({ initial: 1 }), first: () => {} },
  });`);
  const imports = [['env', 'memory', 'memory']];
  equal((await pool.run(moduleOf({ imports, exports: command }), { importsFrom })).code, 0);
}

/** One guest is another's import. */
async function functionsOfOtherInstances(env, pool) {
  const binary = await env.load('examples/guests/adder.gen.wasm');
  const importsFrom = moduleUrl(`
    const module = new WebAssembly.Module(new Uint8Array([${[...binary]}]));
    const wasi = new Proxy({}, { get: () => () => 0, has: () => true });
    const { exports } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi });
    const none = () => undefined;
    export default () => ({
      env: { i32: (value) => exports.add(value, 1), i64: none, f32: none, f64: exports.root, all: none, none, log: none },
    });
  `);
  equal(await pool.call(guest(env), 'f64', 9, { importsFrom, missingImports: 'trap' }), 3);
}

async function startSectionsCall(env, pool) {
  const errors = [];
  const started = async ({ memory }, value) => {
    equal(await memory.size(), 0);
    errors.push((await rejects(memory.read(0, 1), 'PoolError')).message);
    return value * 6;
  };
  const calling = pool.call(env.guest('misbehaving/startcaller'), 'got', { imports: { env: { started } } });
  if (env.tier === 'jspi') {
    const error = await rejects(calling, 'NotStartedError'); // no engine suspends a start section
    assert(error.message.includes('start section'), error.message);
    return equal(errors, []);
  }
  equal(await calling, 42);
  assert(errors[0].includes('cannot be reached'), errors[0]);
}

async function handlersRunOtherGuests(env, pool) {
  const i32 = async (_, value) => {
    const { stdoutText } = await pool.run(env.guest('cat'), { stdin: String(value * 2) });
    return Number(stdoutText);
  };
  const values = Array.from({ length: 4 }, (_, i) => i);
  equal(await Promise.all(values.map((value) => call(env, pool, 'i32', [value], { i32 }))), [0, 2, 4, 6]);
}

async function optionsAreChecked(env, pool) {
  const wrong = [
    [{ imports: 7 }, 'imports'],
    [{ imports: { env: 7 } }, 'imports["env"]'],
    [{ imports: { env: { log: 7 } } }, 'imports["env"]["log"]'],
    [{ imports: { env: { memory: new WebAssembly.Memory({ initial: 1 }) } } }, 'importsFrom'],
    [{ imports: { env: { 'a\ud800': () => 1 } } }, 'Unicode'],
    [{ importsFrom: '' }, 'importsFrom'],
    [{ importsFrom: 7 }, 'importsFrom'],
    [{ importsFrom: 'http://[' }, 'importsFrom'],
    [{ missingImports: 'ignore' }, 'missingImports'],
    [{ missingImports: true }, 'missingImports'],
    [{ import: {} }, 'imports'],
  ];
  for (const [options, part] of wrong) {
    const error = await rejects(pool.run(env.guest('hello'), options), 'PoolError');
    equal(error.code, 'POOL_EINVAL');
    assert(error.message.includes(part), error.message);
  }
  const harmless = { imports: { env: undefined, other: { log: undefined, x: () => 1 } }, missingImports: undefined };
  equal((await pool.run(env.guest('hello'), harmless)).code, 0);
  const yields = { imports: { wasi_snapshot_preview1: { sched_yield: () => 0 } } };
  equal((await pool.run(env.guest('hello'), yields)).code, 0);
}

const scenario = (name, run, options = { workers: 2 }) => ({
  name: `imports: ${name}`,
  run: (env) =>
    withPool(env, options, async (pool) => {
      await run(env, pool);
      await stillGood(env, pool, 2);
    }),
});

export const scenarios = [
  scenario('every numeric type goes to a handler and comes back, and several results', (env, pool) =>
    everyTypeGoesThrough(env, pool, guest(env)),
  ),
  scenario('so they do in a module that was compiled elsewhere', async (env, pool) => {
    const own = await WebAssembly.compile(await env.load('examples/guests/misbehaving/imports.gen.wasm'));
    await everyTypeGoesThrough(env, pool, own);
  }),
  scenario('a handler is told who calls, and serves what the module imports', contextSaysWhoCalls),
  scenario('a handler reads and writes the memory of the guest that waits', memoryIsReachedWhileTheGuestWaits),
  scenario('large pieces of memory go through whole', largePiecesGoThroughWhole),
  scenario('places that are not in the memory are refused', wrongPlacesAreRefused),
  scenario('memory is out of reach once the handler has answered', lateUseOfMemoryIsRefused),
  scenario('a handler that throws ends the guest, with the cause', failingHandlersEndTheGuest),
  scenario('a guest cannot catch that an import has failed', failuresCannotBeCaught),
  scenario('results of another kind or number end the guest', wrongResultsEndTheGuest),
  scenario('thousands of calls in a loop', thousandsOfCallsInALoop),
  scenario('a job that ends while a handler runs aborts its signal', endingWhileAHandlerRuns),
  { name: 'imports: closing the pool while a handler runs', run: closingWhileAHandlerRuns },
  scenario('instances, pipelines, maps and spawned jobs have them too', instancesAndPipelines, { workers: 3 }),
  scenario('what nobody provides is one error that lists it all', whatIsMissingIsOneError),
  scenario('what nobody provides may trap when it is called', missingImportsMayTrap),
  scenario('a module of the embedder, loaded by the workers', importsAreLoadedByTheWorkers, { workers: 1 }),
  scenario('a module that cannot be had keeps the guest from starting', badModulesAreRefused),
  scenario('what its functions throw, and calls of the host that fail', whatLoadedFunctionsThrow, { workers: 1 }),
  scenario('what its functions throw is the cause, with its name and its message', whatLoadedFunctionsThrowIsTheCause),
  scenario('what its functions return is converted as JavaScript does, or named', whatLoadedFunctionsReturn),
  scenario('a module that never loads is ended with its job', loadingThatNeverEndsIsEnded, { workers: 1 }),
  scenario('a module may give what is no function', memoryFromTheModule),
  scenario('a module may give functions of other instances', functionsOfOtherInstances),
  scenario('a start section may call', startSectionsCall),
  scenario('a handler may run other guests', handlersRunOtherGuests, { workers: 1 }),
  scenario('options that cannot be are refused by name', optionsAreChecked),
];
