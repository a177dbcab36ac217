// What callers can give wrongly, and in which shapes they can give what is right: every refusal names the option, what was
// given and what is taken, and comes before anything has been done.
import { assert, bytes, equal, rejects, sharedBuffer, stillGood, text, withPool } from './harness.mjs';

const throwing = (key) => Object.defineProperty({}, key, { enumerable: true, get: () => JSON.parse('no') });
const hostile = new Proxy({}, { ownKeys: () => JSON.parse('no'), get: () => JSON.parse('no') });
const locked = () => {
  const stream = new ReadableStream();
  stream.getReader();
  return stream;
};

/** A view whose buffer has gone elsewhere. */
function transferred(View = Uint8Array) {
  const view = new View(new ArrayBuffer(8));
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

/** A view of a buffer that has shrunk below it; `undefined` where buffers cannot. */
function shrunk() {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
  if (!buffer.resizable) return undefined;
  const view = new Uint8Array(buffer, 4, 4);
  buffer.resize(2);
  return view;
}

class Strange {}

const notStrings = [5, 5n, null, true, Symbol('s'), {}, ['a'], () => 'a', new String('a')];
const notObjects = ['text', 5, null, true, [], new Map(), new Date(), Promise.resolve({}), () => ({}), new Strange()];
const notCounts = [0, -1, 1.5, Number.NaN, Infinity, '5', 5n, null, true, {}, [5], 2 ** 60];

/** `host`, of a pool and of a job. */
const hostOptions = [
  [
    'host',
    [...notObjects.filter((x) => x !== null), null, []],
    /^host must be an object of functions by their names, and is /,
  ],
  [
    'host',
    [5, 'x', null, {}, [], Promise.resolve(), Symbol('s')].map((ask) => ({ ask })),
    /^host\["ask"\] must be a function, and is /,
  ],
  ['host', [{ '': () => 1 }], /^host has a handler by the name "": a name must/],
  ['host', [{ 'a\0': () => 1 }, { '\ud800': () => 1 }], /^the name of host\[.*\] must be (without NUL|well-formed)/],
  ['host', [{ ['ü'.repeat(128)]: () => 1 }], /^the name of host\[.*\] must have at most 255 bytes, and has 256/],
  ['host', [throwing('ask')], /^host\["ask"\] cannot be read/],
  ['host', [hostile], /^host /],
  ['hosts', [{}], /^hosts is no option: did you mean host\?/],
];

/** Options of both `run` and `spawn`: name, wrong values, what the message says is wrong. */
const jobOptions = [
  ...hostOptions,
  ['args', ['-l', 5, null, new Set(['a']), { 0: 'a', length: 1 }], /^args must be an array of strings/],
  ['args', notStrings.map((arg) => ['a', arg]), /^args\[1\] must be a string, and is /],
  ['args', [[undefined], [, 'a']], /^args\[0\] must be a string, and is undefined/],
  ['args', [['a\0b']], /^args\[0\] must be without NUL/],
  ['args', [['\ud800'], ['a\udc00b']], /^args\[0\] must be well-formed Unicode/],
  ['name', notStrings, /^name must be a string/],
  ['name', ['a\0'], /^name must be without NUL/],
  ['env', notObjects, /^env must be an object of strings/],
  ['env', notStrings.map((A) => ({ A })), /^env\["A"\] must be a string, and is /],
  ['env', [{ A: 'a\0' }, { A: '\udfff' }], /^env\["A"\] must be/],
  ['env', [{ 'A=B': 'c' }, { '': 'c' }], /^env has "(A=B)?", which cannot be a variable's name/],
  ['env', [{ 'A\0': 'c' }, { '\ud800': 'c' }], /^the name of env\[.*\] must be/],
  ['env', [throwing('A')], /^env\["A"\] cannot be read/],
  ['env', [hostile], /^env /],
  ['preopens', notObjects, /^preopens must be an object of directories/],
  ['preopens', [5, 'x', null, [], new Map(), { in: 'x' }].map((x) => ({ '/x': x })), /^preopens\["\/x"\]/],
  ['preopens', [throwing('/x')], /^preopens\["\/x"\] cannot be read/],
  ['signal', [new AbortController(), { signal: new AbortController().signal }], /^signal must be .* give its signal/],
  [
    'signal',
    [null, 5, 'abort', {}, new Strange(), () => {}, { aborted: true }, hostile],
    /^signal must be an AbortSignal/,
  ],
  ['signal', [Object.create(AbortSignal.prototype)], /^signal must be an AbortSignal/],
  ['timeoutMs', [0, -1, Number.NaN, Infinity, '5', 5n, null, {}, new Date()], /^timeoutMs must be a number of milli/],
  [
    'priority',
    ['urgent', 'toString', '__proto__', 5, null, {}, ['high']],
    /^priority must be "high", "normal" or "low"/,
  ],
  ['pipeCapacity', notCounts, /^pipeCapacity must be a whole number, at least 1 and at most /],
  ['maxCalls', [...notCounts, 2049], /^maxCalls must be a whole number, at least 1 and at most 2048/],
  ['maxMemoryMiB', [...notCounts, 4097], /^maxMemoryMiB must be a whole number, at least 1 and at most 4096/],
  ['tty', [1, 'true', null, Symbol('s'), () => {}], /^tty must be true, false or \{ columns, rows \}/],
  ['tty', [[], new Map()], /^tty must be an object of options/],
  ['columns', [80], /^columns is no option: did you mean tty\.columns\?/],
  ['tty', [{ cols: 80 }], /^tty\.cols is no option: there are columns, rows/],
  ['tty', [...notCounts, 65_536].map((columns) => ({ columns })), /^tty\.columns must be a whole number/],
  ['tty', [...notCounts, 65_536].map((rows) => ({ columns: 80, rows })), /^tty\.rows must be a whole number/],
];

const runOptions = [
  [
    'stdin',
    [5, 5n, true, Symbol('s'), {}, () => {}, new Strange(), new Map(), hostile],
    /^stdin must be a string, bytes/,
  ],
  ['stdin', [new Response('x'), new Request('https://example.org')], /^stdin must be .*: give its body/],
  ['stdin', [new FormData(), new URLSearchParams(), new Headers()], /^stdin must be a string, bytes/],
  ['stdin', [Promise.resolve('x')], /^stdin must be .*a Promise: await it/],
  ['stdin', [[1, 2, 3], [null], [undefined]], /^stdin\[0\] must be a string, an ArrayBuffer or a view/],
  ['stdin', [['\ud83d', '\ude00']], /^stdin\[0\] is text that was cut/],
  ['stdin', [locked()], /^stdin must be a stream that nobody reads/],
  ['stdin', [transferred(), transferred().buffer, transferred(Float64Array)], /^stdin must have its bytes/],
  ['stdin', [{ [Symbol.asyncIterator]: () => JSON.parse('no') }], /^stdin is an iterable that gives no iterator/],
  ['maxOutput', notCounts, /^maxOutput must be a whole number/],
];

/** A stream that somebody writes. */
function busy() {
  const stream = new WritableStream();
  stream.getWriter();
  return stream;
}

const targetOptions = ['stdout', 'stderr'].flatMap((name) => [
  [
    name,
    ['text', '', 'PIPE', 5, null, true, {}, [], new ReadableStream(), { stream: 5 }, { preventClose: true }, hostile],
    new RegExp(`^${name} must be "pipe", "null", "inherit", a WritableStream, or \\{ stream, preventClose`),
  ],
  [name, [{ write() {}, end() {} }], /convert it with Writable\.toWeb/],
  [name, [busy(), { stream: busy() }], new RegExp(`^${name} must be a stream that nobody writes`)],
  [
    name,
    [1, 'true', null].map((preventClose) => ({ stream: new WritableStream(), preventClose })),
    new RegExp(`^${name}\\.preventClose must be true or false`),
  ],
  [
    name,
    [{ stream: new WritableStream(), preventCancel: true }],
    new RegExp(`^${name}\\.preventCancel is no option: there are stream, preventClose, preventAbort`),
  ],
]);

const spawnOptions = [
  ['stdin', [5, true, {}, new WritableStream(), Symbol('s'), hostile], /^stdin must be a string, bytes/],
  ['stdin', [locked()], /^stdin must be a stream that nobody reads/],
  ['maxOutput', [5], /^maxOutput is no option/],
];

const poolOptions = [
  ...hostOptions,
  ['workers', [...notCounts, 128], /^workers must be a whole number, at least 1 and at most 127/],
  ['maxWorkers', [...notCounts, 128], /^maxWorkers must be a whole number/],
  ['maxMemory', [...notCounts, 1 << 20], /^maxMemory must be a whole number/],
  ['graceMs', [0, -1, Number.NaN, Infinity, '5', null], /^graceMs must be a number of milliseconds/],
  ['urls', notObjects, /^urls must be an object of options/],
  ['urls', [{ wsam: 'x' }], /^urls\.wsam is no option/],
  ...['wasm', 'coordinator', 'worker'].map((name) => [
    'urls',
    [5, '', null, {}, new Strange(), 'http://[', new Blob([])].map((url) => ({ [name]: url })),
    new RegExp(`^urls\\.${name} must be a URL`),
  ]),
  ['name', notStrings.slice(0, 3), /^name must be a string/],
  ['name', [''], /^name must be a text/],
  ['name', ['a\0'], /^name must be without NUL/],
  ['onlog', [null, 5, 'log', {}, []], /^onlog must be a function/],
  ['idleMs', [0, -1, Number.NaN, Infinity, '5', null], /^idleMs must be a number of milliseconds/],
  ['worker', [1], /^worker is no option: did you mean workers\?/],
];

/** Calls with each wrong value, and sees to it that it is refused in the way that is expected. */
async function refuseAll(rows, call, pool) {
  for (const [name, values, pattern] of rows) {
    for (const [i, value] of values.entries()) {
      const what = `${name}, wrong value ${i}`;
      await refuse(() => call({ [name]: value }), pattern, pool, what);
    }
  }
}

async function refuse(call, pattern, pool, what = String(pattern)) {
  const error = await call().then(
    () => undefined,
    (thrown) => thrown,
  );
  const isUnknown = / is no option: (did you mean |there are )/.test(error?.message);
  equal(String(error?.name), isUnknown ? 'TypeError' : 'PoolError', `${what}: ${error?.message}:`);
  equal(error instanceof TypeError, isUnknown, `${error.message}: a TypeError:`);
  equal(error.code, 'POOL_EINVAL', `${error.message}:`);
  assert(pattern.test(error.message), `${error.message} is not ${pattern}`);
  assert(error.message.length < 400, `${error.message.length} characters`);
  equal(pool?.stats().jobs ?? 0, 0, `${error.message}: jobs`);
}

/** What throws at once instead of rejecting. */
const thrown = (call) => async () => call();

async function* later(...chunks) {
  for (const chunk of chunks) {
    await Promise.resolve();
    yield chunk;
  }
}

/** Who has what a module can be made of, in any realm. */
const realmSource = `({
  bytes: (data) => new Uint8Array(data),
  buffer: (data) => new Uint8Array(data).buffer,
  view: (data) => new DataView(new Uint8Array(data).buffer),
  module: (data) => new WebAssembly.Module(new Uint8Array(data)),
  promise: (value) => Promise.resolve(value),
  object: (entries) => Object.fromEntries(entries),
  array: (...values) => [...values],
  iterable: (values) => values[Symbol.iterator](),
  map: () => new Map(),
})`;

/** What a frame has besides. */
const frameSource = `({
  blob: (data) => new Blob([new Uint8Array(data)]),
  stream: (data) => new Blob([new Uint8Array(data)]).stream(),
  response: (data, type) => new Response(new Uint8Array(data), { headers: { 'Content-Type': type } }),
  url: (text) => new URL(text),
  request: (text) => new Request(text),
  controller: () => new AbortController(),
})`;

/** Another realm: a frame's, or a context's of node:vm. */
async function withRealm(env, use) {
  if (!env.browser) return use((await import('node:vm')).runInNewContext(realmSource));
  const frame = document.createElement('iframe');
  document.body.append(frame);
  try {
    const { eval: evaluate } = frame.contentWindow;
    await use({ ...evaluate(realmSource), ...evaluate(frameSource) });
  } finally {
    frame.remove();
  }
}

async function useOtherRealm(env, pool, realm) {
  const data = [...(await env.load('examples/guests/hello.gen.wasm'))];
  const sources = [realm.bytes(data), realm.buffer(data), realm.view(data), realm.module(data)];
  sources.push(realm.promise(realm.bytes(data)));
  if (realm.blob) {
    sources.push(realm.blob(data), realm.response(data, 'application/wasm'), realm.response(data, 'text/plain'));
    sources.push(realm.url(env.guest('hello')), realm.request(env.guest('hello')));
  }
  for (const source of sources) equal(text((await pool.run(source)).stdout), 'Hello from WebAssembly text\n');
  const inputs = [realm.bytes([104, 105]), realm.buffer([104, 105]), realm.iterable(realm.array('h', 'i'))];
  inputs.push(realm.array('hi'));
  if (realm.blob) inputs.push(realm.blob([104, 105]), realm.stream([104, 105]));
  for (const stdin of inputs) equal(text((await pool.run(env.guest('cat'), { stdin })).stdout), 'hi');
  await useOtherRealmsOptions(env, pool, realm);
}

async function useOtherRealmsOptions(env, pool, realm) {
  const tree = realm.object([
    ['a', realm.bytes([97])],
    ['sub', realm.object([['b', realm.promise('b')]])],
  ]);
  const directory = new env.millrace.Directory(tree, realm.object([['maxFiles', 10]]));
  equal(text(await directory.readFile('sub/b')), 'b');
  const options = realm.object([
    ['args', realm.array('cat', '/data/a')],
    ['env', realm.object([['A', 'b']])],
    ['preopens', realm.object([['/data', realm.object([['directory', directory]])]])],
  ]);
  equal(text((await pool.run(env.guest('files'), options)).stdout), 'a');
  await refuse(() => new env.millrace.Directory({ a: realm.map() }).list(), /^tree\["a"\] must be/, pool);
  await refuse(() => pool.run(env.guest('cat'), { env: realm.map() }), /^env must be/, pool);
  if (!realm.controller) return;
  const controller = realm.controller();
  const job = await pool.spawn(env.guest('cat'), { signal: controller.signal });
  await refuse(() => pool.run(env.guest('cat'), { signal: controller }), /give its signal/);
  controller.abort();
  await rejects(job.status, 'AbortError');
}

export const scenarios = [
  {
    name: 'gates: each wrong option of a job is refused by name, before anything is submitted',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const hello = env.guest('hello');
        await refuseAll([...jobOptions, ...targetOptions, ...runOptions], (options) => pool.run(hello, options), pool);
        await refuseAll(
          [...jobOptions, ...targetOptions, ...spawnOptions],
          (options) => pool.spawn(hello, options),
          pool,
        );
        for (const options of notObjects) {
          await refuse(() => pool.run(hello, options), /^options must be an object of options, and is /, pool);
          await refuse(() => pool.spawn(hello, options), /^options must be an object of options, and is /, pool);
        }
        for (const options of [hostile, throwing('signal'), throwing('unknown')]) {
          await refuse(() => pool.run(hello, options), / (cannot be read|must be an object of options)/, pool);
        }
        if (shrunk()) await refuse(() => pool.run(hello, { stdin: shrunk() }), /^stdin must have its bytes/, pool);
        await stillGood(env, pool, 1);
        equal(pool.stats().lostWorkers, 0);
      }),
  },
  {
    name: 'gates: an option that nobody knows is named, and the one that was meant',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const run = (options) => () => pool.run(env.guest('hello'), options);
        await refuse(run({ timeout: 5 }), /^timeout is no option: did you mean timeoutMs\?/, pool);
        await refuse(run({ arg: [] }), /^arg is no option: did you mean args\?/, pool);
        await refuse(run({ stdIn: 'x' }), /^stdIn is no option: did you mean stdin\?/, pool);
        await refuse(run({ cwd: '/' }), /^cwd is no option: there are args, name, env, /, pool);
        await refuse(run({ timoutMs: 5 }), /^timoutMs is no option: did you mean timeoutMs\?/, pool);
        await refuse(run({ stdn: 'x' }), /^stdn is no option: did you mean stdin\?/, pool);
        await refuse(run({ singal: null }), /^singal is no option: did you mean signal\?/, pool);
        await refuse(run({ max_output: 5 }), /^max_output is no option: did you mean maxOutput\?/, pool);
        await refuse(run({ capacity: 5 }), /^capacity is no option: did you mean pipeCapacity\?/, pool);
        await refuse(run({ enviroment: {} }), /^enviroment is no option: there are /, pool);
        await refuse(run({ '': 1 }), /^ is no option: there are /, pool);
        await refuse(run({ ['x'.repeat(1e6)]: 1 }), /^xxx/, pool);
        await refuse(run(JSON.parse('{"__proto__": 1}')), /^__proto__ is no option/, pool);
        const directory = new env.millrace.Directory();
        const preopen = (options) => run({ preopens: { '/x': { directory, ...options } } });
        await refuse(
          preopen({ readonly: true }),
          /^preopens\["\/x"\]\.readonly .* preopens\["\/x"\]\.readOnly\?/,
          pool,
        );
        await refuse(preopen({ readOnly: 'false' }), /^preopens\["\/x"\]\.readOnly must be true or false/, pool);
        await refuse(preopen({ directory: {} }), /^preopens\["\/x"\]\.directory must be a Directory/, pool);
        equal({}.signal, undefined);
      }),
  },
  {
    name: 'gates: an option that nobody knows is a TypeError and a PoolError, wherever options are taken',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { Directory, Pool, PoolError, JobError } = env.millrace;
        const hello = env.guest('hello');
        const adder = await pool.instantiate(env.guest('adder'));
        const directory = new Directory({ file: 'x' });
        const calls = {
          'workrs is no option: did you mean workers?': (o) => Pool.create(o('workrs')),
          'urls.wsam is no option: did you mean urls.wasm?': (o) => Pool.create({ urls: o('wsam') }),
          'sginal is no option: did you mean signal?': (o) => pool.compile(hello, o('sginal')),
          'stdot is no option: did you mean stdout?': (o) => pool.run(hello, o('stdot')),
          'nam is no option: did you mean name?': (o) => pool.spawn(hello, o('nam')),
          'timeout is no option: did you mean timeoutMs?': (o) => pool.call(hello, 'f', 1, o('timeout')),
          'prority is no option: did you mean priority?': (o) => pool.instantiate(hello, o('prority')),
          'signals is no option: did you mean signal?': (o) => adder.call('add', 1, 2, o('signals')),
          'concurency is no option: did you mean concurrency?': (o) => pool.map(hello, 'f', [], o('concurency')),
          'stages[0]: tyt is no option: did you mean tty?': (o) => pool.pipeline([hello, o('tyt')]),
          'timeot is no option: did you mean timeoutMs?': (o) => pool.pipeline([hello], o('timeot')),
          'capcity is no option: did you mean capacity?': (o) => pool.pipe(o('capcity')),
          'tty.column is no option: did you mean tty.columns?': (o) => pool.run(hello, { tty: o('column') }),
          'maxFile is no option: did you mean maxFiles?': (o) => new Directory({}, o('maxFile')),
          'ofset is no option: did you mean offset?': (o) => directory.readFile('file', o('ofset')),
          'follows is no option: did you mean follow?': (o) => directory.stat('file', o('follows')),
        };
        for (const [message, call] of Object.entries(calls)) {
          const error = await (async () => call((name) => ({ [name]: 1 })))().catch((failure) => failure);
          equal([error.name, error.code, error.message], ['TypeError', 'POOL_EINVAL', message]);
          assert(error instanceof TypeError && error instanceof PoolError, `${message}: instanceof`);
          assert(error instanceof Error && !(error instanceof JobError), `${message}: of which class`);
          if (error.cause) assert(error.cause instanceof PoolError, `${message}: its cause`);
        }
        assert(!(new TypeError('of somebody else') instanceof PoolError), 'another TypeError is no PoolError');
        await adder.close();
      }),
  },
  {
    name: 'gates: what is undefined is absent, and null is where it is documented',
    run: (env) =>
      withPool(env, { workers: 1, maxWorkers: undefined, urls: undefined, other: undefined }, async (pool) => {
        const names = [...jobOptions, ...runOptions].map(([name]) => name);
        const none = Object.fromEntries([...names, 'unknown'].map((name) => [name, undefined]));
        equal((await pool.run(env.guest('hello'), none)).code, 0);
        equal((await pool.run(env.guest('hello'), { stdin: null })).code, 0);
        const directory = new env.millrace.Directory({}, { maxBytes: undefined, maxFiles: undefined });
        const preopens = { '/no': undefined, '/data': { directory, readOnly: undefined } };
        const variables = Object.assign(Object.create(null), { A: undefined, B: 'b', C: undefined });
        equal((await pool.run(env.guest('files'), { args: ['list', '/data'], preopens })).code, 0);
        const { stdout } = await pool.run(env.guest('misbehaving/echoargs'), { env: variables });
        assert(/B=b/.test(text(stdout)) && !/[AC]=/.test(text(stdout)), text(stdout));
      }),
  },
  {
    name: 'gates: each wrong option of a pool is refused by name, and nothing is started',
    async run({ millrace: { Pool } }) {
      await refuseAll(poolOptions, (options) => Pool.create(options));
      for (const options of notObjects)
        await refuse(() => Pool.create(options), /^options must be an object of options/);
      await refuse(() => Pool.create({ workers: 4, maxWorkers: 3 }), /^maxWorkers must be at least workers/);
    },
  },
  {
    name: 'gates: each wrong source is refused by name',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const used = new Response('x');
        await used.text();
        const held = new Response('x');
        held.body?.getReader();
        const wrong = [undefined, null, 5, 5n, true, Symbol('s'), {}, [], [0, 97, 115, 109], () => {}, new Map()];
        await refuse(() => pool.run(hostile), /^source must be /, pool);
        for (const source of [...wrong, new Strange(), new ReadableStream(), '', '\ud800', new FormData()]) {
          await refuse(() => pool.run(source), /^source must be /, pool);
          await refuse(() => pool.compile(Promise.resolve(source)), /^the promised source must be /, pool);
        }
        await refuse(() => pool.run(Object.create(WebAssembly.Module.prototype)), /^source must be /, pool);
        await refuse(
          () => pool.run(used),
          /^source must be a Response with its body, and is one whose body was read/,
          pool,
        );
        if (held.body) await refuse(() => pool.run(held), /whose body is locked/, pool);
        await refuse(() => pool.run(transferred()), /^source must have its bytes/, pool);
        for (const module of [undefined, null, {}, 5, 'hello.wasm', pool.compile(env.guest('hello'))]) {
          await refuse(
            thrown(() => pool.unload(module)),
            /^module must be a WebAssembly.Module/,
            pool,
          );
        }
        for (const n of [undefined, 0, -1, 1.5, 128, '3', null, Number.NaN]) {
          await refuse(
            thrown(() => pool.resize(n)),
            /^workers must be a whole number/,
            pool,
          );
        }
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'gates: a source that is no module says what was got',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const page = `data:text/html,<!doctype html><title>${'404'.repeat(1000)}</title>`;
        const gzip = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
        const expected = [
          [page, /got HTML from "data:text\/html/],
          [bytes('\n <html>'), /got HTML/],
          [bytes('not found'), /got text, "not found"/],
          [new Uint8Array(0), /got nothing/],
          [gzip, /got gzip/],
          [new Response('x', { status: 404 }), /404/],
          [Response.error(), /of type "error"/],
          [{ then: (_, reject) => reject(new Error('offline')) }, /offline/],
          [{ then: (_, reject) => reject(null) }, /null/],
          ['nosuchscheme:x', /could not be fetched/],
          ['http://[', /could not be fetched/],
          [new Request('http://127.0.0.1:1/'), /could not be fetched/],
        ];
        for (const [source, pattern] of expected) {
          const error = await rejects(pool.run(source), 'CompileError');
          assert(pattern.test(error.message), `${error.message} is not ${pattern}`);
          assert(error.message.length < 500, error.message);
        }
        equal(pool.stats().jobs, 0);
      }),
  },
  {
    name: 'gates: a source can be a Blob, a File, a Request, a promise of any, and have parameters in its type',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = await env.load('examples/guests/hello.gen.wasm');
        const response = (type) => new Response(data, { headers: { 'Content-Type': type } });
        const sources = [new Blob([data]), new File([data], 'hello.wasm'), Promise.resolve(data), data.buffer];
        sources.push(Promise.resolve(new Blob([data])), Promise.resolve(env.guest('hello')), new DataView(data.buffer));
        sources.push(response('application/wasm; charset=utf-8'), response('Application/WASM'), response('text/plain'));
        sources.push({ then: (resolve) => resolve(data) }, Promise.resolve(WebAssembly.compile(data)));
        if (env.browser) sources.push(new Request(env.guest('hello')));
        for (const source of sources) equal(text((await pool.run(source)).stdout), 'Hello from WebAssembly text\n');
      }),
  },
  {
    name: 'gates: stdin can be an iterable of chunks, and is let go when the guest reads no more',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const chunks = ['a', bytes('b'), bytes('c').buffer, new DataView(bytes('d').buffer), '', 'ü'];
        const inputs = [
          chunks,
          chunks.values(),
          new Set(chunks),
          later(...chunks),
          chunks.map((c) => Promise.resolve(c)).values(),
        ];
        for (const stdin of inputs) equal(text((await pool.run(env.guest('cat'), { stdin })).stdout), 'abcdü');
        let returned = 0;
        const endless = { next: () => ({ done: false, value: 'x' }), return: () => ({ done: ++returned > 0 }) };
        equal((await pool.run(env.guest('hello'), { stdin: { [Symbol.iterator]: () => endless } })).code, 0);
        while (returned === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        equal(returned, 1);
      }),
  },
  {
    name: 'gates: bytes that are given belong to nobody but the guest',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = new Uint8Array(1_000_000).fill(65);
        const shared = new Uint8Array(sharedBuffer(10)).fill(66);
        const running = [pool.run(env.guest('cat'), { stdin: data }), pool.run(env.guest('cat'), { stdin: shared })];
        structuredClone(data.buffer, { transfer: [data.buffer] });
        shared.fill(0);
        const [a, b] = await Promise.all(running);
        assert(a.stdout.length === 1_000_000 && a.stdout.every((byte) => byte === 65));
        equal(text(b.stdout), 'B'.repeat(10));
        const directory = new env.millrace.Directory({ file: shared.fill(67) });
        shared.fill(0);
        equal(text(await directory.readFile('file')), 'C'.repeat(10));
      }),
  },
  {
    name: 'gates: a tree or a file that is none is refused by name',
    async run({ millrace: { Directory } }) {
      const cyclic = { sub: {} };
      cyclic.sub.again = cyclic;
      let deep = {};
      for (let i = 0; i < 5000; i++) deep = { a: deep };
      const wrong = [
        5,
        5n,
        null,
        undefined,
        true,
        Symbol('s'),
        [],
        ['a'],
        new Map(),
        new Date(),
        () => {},
        new Response('x'),
      ];
      wrong.push(new Strange(), new Directory(), later('x'), new ReadableStream(), new Error('x'), Promise.resolve());
      for (const value of wrong) {
        await refuse(
          () => new Directory({ sub: { file: value } }).list(),
          /^tree\["sub\/file"\] must be a string, bytes/,
        );
        await refuse(
          () => new Directory().writeFile('file', value),
          /^data must be a string, bytes or a Blob, and is /,
        );
      }
      await refuse(() => new Directory().writeFile('file', Promise.resolve('x')), /: await it/);
      for (const tree of ['text', 5, null, [], new Map(), bytes('x'), new Directory(), new Strange(), new Blob([])]) {
        await refuse(() => new Directory(tree).list(), /^tree must be an object of files and directories/);
      }
      await refuse(() => new Directory(cyclic).list(), /is a directory that contains it/);
      await refuse(() => new Directory(deep).list(), /is deeper than a path can be/);
      await refuse(() => new Directory({ '': 'x' }).list(), /^tree\[""\] must have a name/);
      await refuse(() => new Directory({ 'a\0': 'x' }).list(), /^the name of tree\[.* must be without NUL/);
      await refuse(() => new Directory({ a: { '\ud800': 'x' } }).list(), /^the name of tree\[.* well-formed/);
      await refuse(() => new Directory({ file: transferred() }).list(), /^tree\["file"\] must have its bytes/);
      await refuse(() => new Directory(throwing('file')).list(), /^tree\["file"\] cannot be read/);
      const odd = new Directory(JSON.parse('{"__proto__": "kept", "constructor": {"prototype": "kept"}}'));
      equal((await odd.list()).map(({ name }) => name).sort(), ['__proto__', 'constructor']);
      equal({}.kept, undefined);
    },
  },
  {
    name: 'gates: each argument of a directory is checked by name',
    async run(env) {
      const { Directory } = env.millrace;
      const directory = new Directory({ file: 'kept' });
      for (const path of [5, null, Symbol('p'), new URL('file:///x'), ['a'], 'a\0b', '\udc00', {}]) {
        for (const name of ['readFile', 'list', 'stat', 'mkdir', 'remove', 'readlink']) {
          await refuse(() => directory[name](path), /^path must be /);
        }
        await refuse(() => directory.writeFile(path, 'x'), /^path must be /);
        await refuse(() => directory.rename(path, 'x'), /^from must be /);
        await refuse(() => directory.rename('file', path), /^to must be /);
        await refuse(() => directory.symlink('link', path), /^target must be /);
      }
      for (const name of ['readFile', 'stat', 'mkdir', 'remove', 'readlink', 'rename', 'symlink', 'writeFile']) {
        await refuse(() => directory[name](), /^(path|from) must be a string, and is undefined/);
      }
      await refuse(() => directory.stat('file', { folow: false }), /^folow is no option/);
      await refuse(() => directory.stat('file', { follow: 'no' }), /^follow must be true or false/);
      await refuse(() => directory.stat('file', false), /^options must be/);
      for (const handle of [undefined, null, {}, 'dir', { kind: 'file' }, { kind: 'directory' }]) {
        await refuse(() => Directory.fromHandle(handle), /^handle must be a FileSystemDirectoryHandle/);
        await refuse(() => directory.toHandle(handle), /^handle must be a FileSystemDirectoryHandle/);
      }
      for (const maxBytes of notCounts) {
        await refuse(
          thrown(() => new Directory({}, { maxBytes })),
          /^maxBytes must be/,
        );
        await refuse(
          thrown(() => new Directory({}, { maxFiles: maxBytes })),
          /^maxFiles must be/,
        );
      }
      await refuse(
        thrown(() => new Directory({}, { maxSize: 5 })),
        /^maxSize is no option/,
      );
      const folders = [undefined, null, 5, '', 'a\0b', {}, new URL('https://example.org/')];
      for (const folder of env.browser ? [] : folders) {
        await refuse(() => Directory.fromPath(folder), /^folder must be /);
        await refuse(() => directory.toPath(folder), /^folder must be /);
      }
      equal(
        (await directory.list()).map(({ name }) => name),
        ['file'],
      );
      equal(text(await directory.readFile('file')), 'kept');
    },
  },
  {
    name: 'gates: a chunk that is none is refused by name, and ends the stream',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const chunk of ['text', 5, null, undefined, {}, [1], transferred()]) {
          const job = await pool.spawn(env.guest('cat'));
          await refuse(() => job.stdin.getWriter().write(chunk), /^chunk must /);
          job.cancel();
          await rejects(job.status, 'InputError');
        }
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'gates: what another realm made is as good as our own',
    run: (env) => withPool(env, { workers: 1 }, (pool) => withRealm(env, (realm) => useOtherRealm(env, pool, realm))),
  },
];
