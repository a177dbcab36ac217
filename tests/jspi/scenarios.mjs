// What a site does that cannot set headers. The same file serves pages of every kind, so it imports nothing else.
import {
  assert,
  bytes,
  equal,
  readUntil,
  rejects,
  sleep,
  spawnSpinning,
  stillGood,
  text,
  until,
  withPool,
} from '../scenarios/harness.mjs';

/** A pool for one scenario, of the tier that the page has to have. */
const scenario = (name, use) => ({
  name,
  run: (env) =>
    withPool(env, { workers: 2 }, async (pool) => {
      equal([globalThis.crossOriginIsolated, pool.tier], [false, 'jspi']);
      await use(env, pool);
      await stillGood(env, pool, 2);
    }),
});

/** Whatever the engine: the error names the headers, and no engines that would help. */
const needsHeaders = {
  name: 'the tier "shared" needs the headers',
  async run({ millrace }) {
    const error = await rejects(millrace.Pool.create({ workers: 1, tier: 'shared' }), 'NotIsolatedError');
    equal(
      ['Cross-Origin-Embedder-Policy', 'no engine', 'Chrome'].map((word) => error.message.includes(word)),
      [true, true, false],
    );
  },
};

export const scenarios = [
  needsHeaders,
  scenario('a command reads its input and is done', async (env, pool) => {
    const { code, stdoutText } = await pool.run(env.guest('wordcount'), {
      args: ['-n', '1'],
      stdin: 'to be or not to',
    });
    equal(code, 0);
    assert(stdoutText.includes('to'), stdoutText);
  }),
  scenario('a guest that waits for input is fed later, again and again', async (env, pool) => {
    const job = await pool.spawn(env.guest('cat'));
    const [writer, reader] = [job.stdin.getWriter(), job.stdout.getReader()];
    for (const words of ['one', 'two', 'three']) {
      await until(() => pool.stats().perWorker.some(({ state }) => state === 'waiting'));
      await writer.write(bytes(words));
      await readUntil(reader, words);
    }
    await writer.close();
    equal((await reader.read()).done, true);
    equal((await job.status).code, 0);
  }),
  scenario('a host call is answered by what takes its time', async (env, pool) => {
    const asked = [];
    const greet = async (_, { text: textOf }) => {
      asked.push(textOf());
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 'hello';
    };
    const { stdoutText } = await pool.run(env.guest('hostcall'), { args: ['greet', 'world'], host: { greet } });
    equal([asked, stdoutText], [['world'], '5 hello\n']);
  }),
  scenario('a directory is read and written', async (env, pool) => {
    const directory = new env.millrace.Directory({ 'in.txt': 'from the page' });
    const preopens = { '/data': directory };
    const read = await pool.run(env.guest('files'), { args: ['cat', '/data/in.txt'], preopens });
    equal([read.code, read.stdoutText], [0, 'from the page']);
    const written = await pool.run(env.guest('files'), {
      args: ['put', '/data/out.txt', 'from the guest'],
      preopens,
    });
    equal(written.code, 0);
    equal(text(await directory.readFile('out.txt')), 'from the guest');
    await directory.close();
  }),
  scenario('a guest that computes is cancelled', async (env, pool) => {
    const job = await spawnSpinning(env, pool);
    job.cancel('enough');
    equal((await rejects(job.status, 'AbortError')).cause, 'enough');
    await sleep(100);
    equal(globalThis.__console, []); // what Firefox writes to its console is no event of the page
  }),
];

/** Where an engine cannot suspend wasm. */
export const refusals = [
  needsHeaders,
  {
    name: 'no pool, and why: the headers and the engines',
    async run({ millrace }) {
      equal(globalThis.crossOriginIsolated, false);
      const error = await rejects(millrace.Pool.create({ workers: 1 }), 'NotIsolatedError');
      const needed = [
        'Cross-Origin-Opener-Policy',
        'Cross-Origin-Embedder-Policy',
        'Chrome',
        'Firefox',
        'Safari',
        'Node',
      ];
      for (const word of needed) assert(error.message.includes(word), error.message);
      const unsupported = await rejects(millrace.Pool.create({ workers: 1, tier: 'jspi' }), 'PoolError');
      equal(unsupported.code, 'POOL_ENOTSUP');
    },
  },
];
