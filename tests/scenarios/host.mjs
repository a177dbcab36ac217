// Host calls: what guests ask of the page, and what they are answered.
import {
  assert,
  bytes,
  equal,
  frames,
  rejects,
  sleep,
  stillGood,
  until,
  withPool,
  withTimeEnough,
} from './harness.mjs';

const MIB = 1 << 20;

/** What a guest prints that calls once: the reply behind its size, or the error. */
async function ask(env, pool, args, options) {
  const { stdoutText } = await pool.run(env.guest('hostcall'), { args, ...options });
  return stdoutText;
}

/** What it prints of a reply. */
const printed = (reply) => `${bytes(reply).length} ${reply}\n`;

/** A handler that waits for its signal: how many have begun, and how many were told that nobody waits. */
function waiting() {
  const seen = { begun: 0, aborted: 0 };
  const handler = (_, { signal }) => {
    seen.begun++;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        seen.aborted++;
        resolve('too late');
      });
    });
  };
  return { seen, handler };
}

/** That nothing of any call is left. */
async function untilNothingIsLeft(pool) {
  await until(() => pool.stats().calls.used === 0 && pool.stats().memory.used === 0);
}

const replies = {
  bytes: [() => bytes('bytes'), 'bytes'],
  buffer: [() => bytes('buffer').buffer, 'buffer'],
  view: [() => new DataView(bytes('a view').buffer, 2), 'view'],
  numbers: [() => new Uint16Array([0x4241]), 'AB'],
  text: [() => 'téxt', 'téxt'],
  empty: [() => '', ''],
  nothing: [() => undefined, ''],
  null: [() => null, 'null'],
  number: [() => 42.5, '42.5'],
  truth: [() => false, 'false'],
  object: [() => ({ a: [1, 'ü', null] }), '{"a":[1,"ü",null]}'],
  array: [() => [], '[]'],
  date: [() => new Date(0), '"1970-01-01T00:00:00.000Z"'],
  instance: [
    () =>
      new (class Point {
        x = 1;
      })(),
    '{"x":1}',
  ],
  promise: [() => Promise.resolve('promised'), 'promised'],
  thenable: [() => ({ then: (resolve) => resolve('then') }), 'then'],
  late: [() => sleep(30).then(() => ({ late: true })), '{"late":true}'],
};

const circle = {};
circle.self = circle;

const notReplies = {
  symbol: [() => Symbol('s'), /^the reply of "symbol" must be bytes, .* is Symbol\(s\)/],
  bigint: [() => 5n, /^the reply of "bigint" must be bytes, .* and is 5n/],
  function: [() => () => 1, /a function$/],
  nan: [() => Number.NaN, /NaN$/],
  map: [() => new Map([[1, 2]]), /a Map$/],
  blob: [() => new Blob(['x']), /a Blob$/],
  response: [async () => new Response('x'), /a Response$/],
  error: [() => new Error('as a value'), /an Error$/],
  circle: [() => circle, /^the reply of "circle" has no JSON: /],
  inside: [() => ({ n: 5n }), /^the reply of "inside" has no JSON: /],
  unsaid: [() => ({ toJSON: () => undefined }), /an object$/],
  surrogate: [() => 'cut \ud83d', /cut in the middle/],
};

const failures = (PoolError) => ({
  throws: [() => JSON.parse('{'), -5, /JSON/],
  rejects: [() => Promise.reject(new Error('no luck')), -5, /^no luck$/],
  later: [() => sleep(20).then(() => Promise.reject(new RangeError('no luck later'))), -5, /^no luck later$/],
  string: [() => Promise.reject('just a string'), -5, /^just a string$/],
  undefined: [() => Promise.reject(undefined), -5, /^undefined$/],
  code: [() => Promise.reject(new PoolError('POOL_EROFS', 'look, do not touch')), -30, /^look, do not touch$/],
  again: [() => Promise.reject(new PoolError('POOL_EAGAIN', 'not now')), -5, /^not now$/],
  trapped: [() => Promise.reject(new PoolError('POOL_TRAPPED', 'no errno')), -5, /^no errno$/],
  hostile: [() => Promise.reject(new Proxy({}, { get: () => JSON.parse('no') })), -5, /./],
  long: [() => Promise.reject(new Error('ü'.repeat(1e6))), -5, /^ü{4096}$/],
});

export const scenarios = [
  {
    name: 'a handler gives bytes, text, nothing or JSON, now or later',
    run: (env) => {
      const host = Object.fromEntries(Object.entries(replies).map(([name, [handler]]) => [name, handler]));
      return withPool(env, { workers: 2, host }, async (pool) => {
        for (const [name, [, expected]] of Object.entries(replies)) {
          equal(await ask(env, pool, [name]), printed(expected), `${name}:`);
        }
        await untilNothingIsLeft(pool);
      });
    },
  },
  {
    name: 'a handler is given the bytes, which are its own, and reads them as text or JSON',
    run: (env) => {
      const host = {
        bytes: (data) => {
          equal([data.constructor.name, data.buffer.constructor.name], ['Uint8Array', 'ArrayBuffer']);
          return data.reverse();
        },
        text: (_, context) => context.text().toUpperCase(),
        json: (_, { json }) => json() + 1,
        parsed: (_, context) => context.json().a + 1,
        who: (_, { name, job }) => ({ name, job }),
      };
      return withPool(env, { workers: 1, host }, async (pool) => {
        equal(await ask(env, pool, ['bytes', 'abc']), printed('cba'));
        equal(await ask(env, pool, ['bytes']), printed(''));
        equal(await ask(env, pool, ['text', 'ä\ufeff']), printed('Ä\ufeff'));
        equal(await ask(env, pool, ['text', '\ufeffbom']), printed('\ufeffBOM'));
        equal(await ask(env, pool, ['json', '1']), printed('2'));
        equal(await ask(env, pool, ['parsed', '{"a":41}']), printed('42'));
        const who = '{"name":"who","job":{"name":"prog","args":["who","x"]}}';
        equal(await ask(env, pool, ['who', 'x'], { name: 'prog' }), printed(who));
      });
    },
  },
  {
    name: 'data that is not what its handler reads it as is an error to the guest',
    run: (env) => {
      const host = { text: (_, context) => context.text(), json: (_, context) => context.json() };
      return withPool(env, { workers: 1, host }, async (pool) => {
        equal(await ask(env, pool, ['-z', 'text', '251']), 'error -22: the data of "text" is not UTF-8\n');
        const told = await ask(env, pool, ['json', '{']);
        assert(told.startsWith('error -22: the data of "json" is not JSON: '), told);
      });
    },
  },
  {
    name: 'what a handler cannot give is an error to the guest, and says why',
    run: (env) => {
      const host = Object.fromEntries(Object.entries(notReplies).map(([name, [handler]]) => [name, handler]));
      return withPool(env, { workers: 1, host }, async (pool) => {
        for (const [name, [, pattern]] of Object.entries(notReplies)) {
          const [, message] = /^error -22: ([^]*)\n$/.exec(await ask(env, pool, [name])) ?? [];
          assert(pattern.test(message), `${name}: ${message}`);
        }
        await untilNothingIsLeft(pool);
      });
    },
  },
  {
    name: 'a handler that throws is an error with its message to the guest, which goes on; a begun call has it too',
    run: (env) => {
      const cases = failures(env.millrace.PoolError);
      const host = Object.fromEntries(Object.entries(cases).map(([name, [handler]]) => [name, handler]));
      return withPool(env, { workers: 1, host }, async (pool) => {
        for (const [name, [, code, pattern]] of Object.entries(cases)) {
          for (const args of [[name], ['-n', '3', name]]) {
            const [, number, message] = /^error (-\d+): (.*)\n$/.exec(await ask(env, pool, args)) ?? [];
            equal(Number(number), code, `${name}:`);
            assert(pattern.test(message), `${name}: ${message}`);
          }
        }
        await untilNothingIsLeft(pool);
        await stillGood(env, pool, 1);
      });
    },
  },
  {
    name: 'a name that nobody serves is ENOENT, whatever objects inherit',
    run: (env) =>
      withPool(env, { workers: 1, host: { one: () => '1', none: undefined } }, async (pool) => {
        for (const name of ['two', 'none', 'toString', '__proto__', 'constructor', 'on', 'One']) {
          equal(await ask(env, pool, [name]), 'error -2\n', `${name}:`);
        }
        equal(await ask(env, pool, ['one']), printed('1'));
        const odd = Object.fromEntries([['__proto__', () => 'own'], ['ü'.repeat(127), () => 'long']]); // prettier-ignore
        equal(await ask(env, pool, ['__proto__'], { host: odd }), printed('own'));
        equal(await ask(env, pool, ['ü'.repeat(127)], { host: odd }), printed('long'));
      }),
  },
  {
    name: "a job's handlers come before its pool's, and are its own",
    run: (env) => {
      const host = { who: () => 'the pool', also: () => 'of the pool' };
      return withPool(env, { workers: 2, host }, async (pool) => {
        const own = (name) => ({ host: { who: () => name } });
        const told = await Promise.all([
          ...['a', 'b', 'c'].map((name) => ask(env, pool, ['who'], own(name))),
          ask(env, pool, ['who']),
          ask(env, pool, ['also'], own('a')),
        ]);
        equal(told, ['a', 'b', 'c', 'the pool', 'of the pool'].map(printed));
        const job = await pool.spawn(env.guest('hostcall'), { args: ['who'], stdin: 'null', ...own('spawned') });
        equal(await new Response(job.stdout).text(), printed('spawned'));
        await job.status;
      });
    },
  },
  {
    name: 'calls of a job have one job to name, which can be ended',
    run: (env) => {
      const jobs = new Set();
      const count = (_, { job }) => void jobs.add(job);
      const stop = (_, { job }) => new Promise(() => job.cancel('enough'));
      return withPool(env, { workers: 1, host: { count, stop } }, async (pool) => {
        await ask(env, pool, ['-r', '10', 'count']);
        await ask(env, pool, ['-r', '10', 'count']);
        equal(jobs.size, 2);
        const error = await rejects(ask(env, pool, ['stop']), 'AbortError');
        equal(error.cause, 'enough');
        await untilNothingIsLeft(pool);
      });
    },
  },
  {
    name: 'many calls are under way at once, and the page goes on',
    run: (env) => {
      let open = 0;
      let most = 0;
      const echo = async (data) => {
        most = Math.max(most, ++open);
        await until(() => most === 512);
        await sleep(Math.random() * 20);
        open--;
        return data;
      };
      return withPool(env, { workers: 2, host: { echo } }, async (pool) => {
        const told = Promise.all([1, 2].map(() => ask(env, pool, ['-n', '256', 'echo', 'abc'])));
        await frames(env, 5);
        equal(await told, ['768\n', '768\n']);
        await untilNothingIsLeft(pool);
      });
    },
  },
  {
    name: 'guests that call in a row, each for ever if it could, leave the page its turns',
    run: (env) =>
      withPool(env, { workers: 4 }, async (pool) => {
        let calls = 0;
        const slow = (data) => {
          for (const begin = performance.now(); performance.now() - begin < 3;);
          calls++;
          return data;
        };
        const args = ['-r', '1000000000', 'slow', 'x'];
        const job = () => ask(env, pool, args, { host: { slow } }).catch(({ name }) => name);
        const jobs = Array.from({ length: 4 }, job);
        await until(() => calls > 20);
        const before = calls;
        for (let turn = 0; turn < 10; turn++) await sleep(0);
        assert(calls > before && calls - before < 500, `${calls - before} calls in ten turns`);
        await pool.close();
        equal(await Promise.all(jobs), Array(4).fill('AbortError'));
      }),
  },
  {
    name: 'the signal aborts when the job is cancelled, times out, is killed or ends, and when the call is given up',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const { seen, handler } = waiting();
        const told = async (n) => {
          await until(() => seen.aborted === n);
          equal(seen.begun, n);
          await untilNothingIsLeft(pool);
        };
        const spawn = (...args) => pool.spawn(env.guest('hostcall'), { args, host: { wait: handler } });
        const cancelled = await spawn('wait');
        await until(() => seen.begun === 1);
        cancelled.cancel();
        await rejects(cancelled.status, 'AbortError');
        await told(1);
        await withTimeEnough(async (timeoutMs) => {
          await rejects(ask(env, pool, ['wait'], { host: { wait: handler }, timeoutMs }), 'TimeoutError');
          return seen.begun === 2;
        });
        await told(2);
        const killed = await spawn('-s', '8', 'wait');
        await until(() => seen.begun === 10);
        killed.cancel();
        await rejects(killed.status, 'AbortError');
        await told(10);
        const leaving = await spawn('-g', '100', 'wait');
        const stdin = leaving.stdin.getWriter();
        await until(() => seen.begun === 110);
        await stdin.write(bytes('!'));
        await until(() => seen.aborted === 110);
        await stdin.close();
        equal((await leaving.status).code, 0);
        await told(110);
        const left = await spawn('-l', 'wait');
        await until(() => seen.begun === 110 + 256);
        await left.stdin.close();
        equal((await left.status).code, 0);
        await told(110 + 256);
      }),
  },
  {
    name: 'the signal aborts when the pool is closed, and what handlers do then is nothing',
    async run(env) {
      const { seen, handler } = waiting();
      const signals = [];
      const throws = async (_, { signal }) => {
        signals.push(signal);
        await until(() => signal.aborted);
        throw new Error('nobody hears this');
      };
      const pool = await env.millrace.Pool.create({ workers: 2, host: { wait: handler, throws } });
      const jobs = ['wait', 'throws'].map((name) => ask(env, pool, ['-n', '20', name]));
      const ended = jobs.map((job) => rejects(job, 'AbortError'));
      await until(() => seen.begun === 20 && signals.length === 20);
      await pool.close();
      await Promise.all(ended);
      equal(seen.aborted, 20);
      assert(signals.every(({ aborted }) => aborted));
    },
  },
  {
    name: 'a handler that never settles costs nothing once its caller has gone',
    run: (env) =>
      withPool(env, { workers: 1, host: { never: () => new Promise(() => undefined) } }, async (pool) => {
        for (let i = 0; i < 20; i++) {
          const job = await pool.spawn(env.guest('hostcall'), { args: ['-g', '200', 'never', 'x'.repeat(1000)] });
          await job.stdin.close();
          equal((await job.status).code, 0);
        }
        await untilNothingIsLeft(pool);
      }),
  },
  {
    name: 'a signal that is asked for too late has aborted, and one of a call that is answered never does',
    run: (env) => {
      const contexts = [];
      const host = { keep: (_, context) => (contexts.push(context), new Promise(() => {})), fine: (_, context) => contexts.push(context) }; // prettier-ignore
      return withPool(env, { workers: 1, host }, async (pool) => {
        await withTimeEnough(async (timeoutMs) => {
          await rejects(ask(env, pool, ['keep'], { timeoutMs }), 'TimeoutError');
          return contexts.length > 0;
        });
        await untilNothingIsLeft(pool);
        equal(contexts[0].signal.aborted, true);
        equal(await ask(env, pool, ['fine']), printed('2'));
        await untilNothingIsLeft(pool);
        equal(contexts[1].signal.aborted, false);
      });
    },
  },
  {
    name: 'data and replies of 16 MiB go through, and more is an error that says so',
    run: (env) => {
      const host = {
        echo: (data) => data,
        large: (_, context) => new Uint8Array(Number(context.text())).fill(46),
      };
      return withPool(env, { workers: 1, host }, async (pool) => {
        const most = 16 * MIB - 'echo'.length;
        equal(await ask(env, pool, ['-z', 'echo', String(most)]), `${most}\n`);
        equal(await ask(env, pool, ['-z', 'echo', String(most + 1)]), 'error -7\n');
        equal(await ask(env, pool, ['large', String(16 * MIB)]), `${16 * MIB} ${'.'.repeat(65536)}\n`);
        const tooLarge = 'error -7: the reply of "large" has 16777217 bytes; the most is 16777216\n';
        equal(await ask(env, pool, ['large', String(16 * MIB + 1)]), tooLarge);
        equal(await ask(env, pool, ['large', String(2 * MIB)], { maxMemoryMiB: 1 }), 'error -122\n');
        await untilNothingIsLeft(pool);
      });
    },
  },
  {
    name: 'replies wait for memory that others have, and all come',
    run: (env) => {
      const host = { large: () => new Uint8Array(8 * MIB).fill(46) };
      return withPool(env, { workers: 8, maxMemory: 64 * MIB, host }, async (pool) => {
        const told = await Promise.all(Array.from({ length: 32 }, () => ask(env, pool, ['large'])));
        for (const each of told) equal(each.slice(0, 10), `${8 * MIB} ..`);
        await untilNothingIsLeft(pool);
      });
    },
  },
  {
    name: 'a reply that waits for memory is a copy, and is dropped with its caller',
    run: (env) => {
      const reply = new Uint8Array(8 * MIB).fill(46);
      let asked = 0;
      const host = { large: () => (asked++, reply) };
      return withPool(env, { workers: 8, maxMemory: 32 * MIB, host }, async (pool) => {
        const jobs = Array.from({ length: 8 }, () =>
          pool.spawn(env.guest('hostcall'), { args: ['-l', 'large'], maxCalls: 4 }),
        );
        const begun = await Promise.all(jobs);
        await until(() => asked === 32);
        reply.fill(0);
        for (const job of begun) job.cancel();
        for (const job of begun) await rejects(job.status, 'AbortError');
        await untilNothingIsLeft(pool);
        reply.fill(46);
        assert((await ask(env, pool, ['large'])).endsWith('..\n'));
      });
    },
  },
  {
    name: 'a handler may use the pool that calls it, even to close it',
    run: (env) => {
      let closing;
      const host = {
        hello: async () => (await pool.run(env.guest('hello'))).stdout,
        close: () => {
          closing = pool.close();
        },
      };
      let pool;
      return withPool(env, { workers: 2, host }, async (made) => {
        pool = made;
        equal(await ask(env, pool, ['hello']), printed('Hello from WebAssembly text\n'));
        await ask(env, pool, ['close']).catch(({ name }) => equal(name, 'AbortError'));
        await closing;
      });
    },
  },
];
