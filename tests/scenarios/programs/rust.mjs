// Guests in Rust (examples/guests/rust): a program of the standard library, and those that know their host by `millrace-guest`.
import { assert, bytes, equal, readUntil, rejects, until, withPool } from '../harness.mjs';

const host = {
  upper: async (_, { text }) => text().toUpperCase(),
  large: () => new Uint8Array(300_000).fill(0x78),
  fail: () => {
    throw new Error('no luck');
  },
};

/** What `ask` prints, and its exit code. */
async function ask(env, pool, ...args) {
  const { code, stdoutText } = await pool.run(env.guest('rust/ask'), { args });
  return [code, stdoutText];
}

/** A handler that answers only when it was asked as often as that. */
function togetherAt(n) {
  const waiting = [];
  return (_, { text }) =>
    new Promise((resolve) => {
      waiting.push(() => resolve(`<${text()}>`));
      if (waiting.length === n) for (const answer of waiting.reverse()) answer();
    });
}

const MIB = 1 << 20;

export const scenarios = [
  {
    name: 'Rust: a program of the standard library reads stdin, sleeps and keeps files',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory();
        const job = await pool.spawn(env.guest('rust/diary'), { args: ['/d/a/b', '5'], preopens: { '/d': directory } });
        const [input, output] = [job.stdin.getWriter(), job.stdout.getReader()];
        await input.write(bytes('sow\n'));
        equal(await readUntil(output, '\n'), 'noted sow\n'); // it had blocked for that, and then slept
        await input.write(bytes('reap\n'));
        await input.close();
        equal(await readUntil(output, '2. reap'), 'noted reap\n2 noted, 15 bytes in all\n1. sow\n2. reap\n');
        equal((await job.status).code, 0);
        equal(new TextDecoder().decode(await directory.readFile('a/b')), '1. sow\n2. reap\n');
      }),
  },
  {
    name: 'Rust: what the directory refuses is an io::Error, and not a panic',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const preopens = { '/d': { directory: new env.millrace.Directory(), readOnly: true } };
        const { code, stderrText } = await pool.run(env.guest('rust/diary'), { args: ['/d/a'], preopens });
        equal(code, 1);
        assert(/^diary: .*\(os error \d+\)\n$/.test(stderrText), stderrText);
      }),
  },
  {
    name: 'Rust: bytes that are no UTF-8, where a string is taken, are a panic, and that is a trap',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const instance = await pool.instantiate(env.guest('rust/text'));
        const error = await rejects(instance.call('upper', new Uint8Array([0xff]), { returns: 'string' }), 'TrapError');
        equal(error.kind, 'unreachable');
      }),
  },
  {
    name: 'Rust: calls of the host are answered, at any size, and its errors have numbers and texts',
    run: (env) =>
      withPool(env, { workers: 1, host }, async (pool) => {
        equal(await ask(env, pool, 'upper', 'grüße'), [0, 'GRÜSSE\n']);
        equal(await ask(env, pool, 'upper', ''), [0, '\n']);
        const [code, large] = await ask(env, pool, 'large', '');
        equal([code, large.length], [0, 300_001]);
        equal(await ask(env, pool, 'fail', ''), [1, 'error -5: no luck\n']);
        equal(await ask(env, pool, 'nobody', ''), [1, 'error -2: \n']);
      }),
  },
  {
    name: 'Rust: several calls are on their way at the same time',
    run: (env) =>
      withPool(env, { workers: 1, host: { together: togetherAt(3) } }, async (pool) => {
        equal(await ask(env, pool, '-b', 'together', 'a', 'b', 'c'), [0, '<a>\n<b>\n<c>\n']);
        await until(() => pool.stats().calls.used === 0); // all were closed
      }),
  },
  {
    name: 'Rust: exports take and return strings and bytes, and give all memory back',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const instance = await pool.instantiate(env.guest('rust/text'));
        equal(await instance.call('upper', 'grüße', { returns: 'string' }), 'GRÜSSE');
        equal(await instance.call('upper', '', { returns: 'string' }), '');
        equal(
          await instance.call('reverse', new Uint8Array([1, 2, 3]), { returns: 'bytes' }),
          new Uint8Array([3, 2, 1]),
        );
        equal(await instance.call('reverse', new Uint8Array(), { returns: 'bytes' }), new Uint8Array());
        equal(await instance.call('count', 'to be or not to be', 0x20), 5);
        const large = new Uint8Array(MIB).map((_, i) => i);
        for (let i = 0; i < 100; i++) {
          const reversed = await instance.call('reverse', large, { returns: 'bytes' });
          equal([reversed.length, reversed[0]], [MIB, 255]);
        }
        const error = await rejects(instance.memory.read(32 * MIB, 1), 'PoolError');
        assert(/are not in the guest's memory/.test(error.message), error.message);
        await instance.close();
      }),
  },
];
