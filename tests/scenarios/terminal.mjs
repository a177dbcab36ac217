// Guests that are told that they have a terminal.
import { bytes, equal, readUntil, text, withPool } from './harness.mjs';

export const scenarios = [
  {
    name: 'a guest has a terminal if it is told so, of the size that it is told, and none otherwise',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const module = await pool.compile(env.guest('terminal'));
        const says = async (options) => (await pool.run(module, options)).stdoutText.split('\n').slice(0, 2);
        equal(await says({}), ['0 0 0', 'none x none']);
        equal(await says({ tty: false }), ['0 0 0', 'none x none']);
        equal(await says({ tty: undefined }), ['0 0 0', 'none x none']);
        equal(await says({ tty: true }), ['1 1 1', '80 x 24']);
        equal(await says({ tty: { columns: 132, rows: 50 } }), ['1 1 1', '132 x 50']);
        equal(await says({ tty: { columns: 132 } }), ['1 1 1', '132 x 24']);
        equal(await says({ tty: {} }), ['1 1 1', '80 x 24']);
        equal(await says({ tty: true, env: { LINES: '7' } }), ['1 1 1', '80 x 7']);
        equal(await says({ tty: true, env: { LINES: '', COLUMNS: '5', LINES_2: '2' } }), ['1 1 1', '5 x ']);
        equal(await says({}), ['0 0 0', 'none x none'], 'after one that had a terminal:');
      }),
  },
  {
    name: 'on a terminal each line comes out when it is written, though the guest never flushes',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.guest('terminal'), { tty: true });
        const [input, output] = [job.stdin.getWriter(), job.stdout.getReader()];
        await readUntil(output, '80 x 24\n');
        for (const line of ['one\n', 'two\n']) {
          await input.write(bytes(line));
          equal(await readUntil(output, '\n'), `> ${line}`);
        }
        await input.close();
        equal((await job.status).code, 0);
      }),
  },
  {
    name: 'a terminal changes nothing of what is at the other end: bytes go through as they are',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const data = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
        const { stdout, code } = await pool.run(env.guest('cat'), { stdin: data, tty: true });
        equal([code, stdout.length], [0, data.length]);
        equal(text(stdout), text(data));
      }),
  },
];
