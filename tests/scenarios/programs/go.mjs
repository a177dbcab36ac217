// A guest in Go (examples/guests/go), built where there is a Go: `make guests-go`.
import { bytes, equal, readUntil, text, withPool } from '../harness.mjs';

const GUEST = 'build/guests/go.wasm';

/** Where there is no Go, all of these are left out. */
const scenario = (name, use) => ({
  name: `Go: ${name}`,
  needs: GUEST,
  run: (env) => withPool(env, { workers: 1 }, (pool) => use(env, pool, env.file(GUEST))),
});

export const scenarios = [
  scenario('goroutines tick while another one waits for stdin', async (_, pool, guest) => {
    const job = await pool.spawn(guest, { args: ['clock'] });
    const [input, output] = [job.stdin.getWriter(), job.stdout.getReader()];
    await readUntil(output, 'tick 3\n'); // nothing was written yet
    await input.write(bytes('one\n'));
    const seen = await readUntil(output, 'line one\n');
    const next =
      Number(
        seen
          .match(/tick (\d+)/g)
          ?.at(-1)
          .slice(5) ?? 3,
      ) + 3;
    await readUntil(output, `tick ${next}\n`); // they went on
    await input.write(bytes('two\n'));
    await readUntil(output, 'line two\n');
    await input.close();
    await readUntil(output, 'lines 2\n');
    equal((await job.status).code, 0);
  }),
  scenario('files are made, renamed, listed and removed', async (env, pool, guest) => {
    const directory = new env.millrace.Directory({ 'old.txt': 'old', 'kept.txt': 'kept' });
    const preopens = { '/data': directory };
    const { code, stdoutText, stderrText } = await pool.run(guest, { args: ['files', '/data'], preopens });
    equal([code, stderrText], [0, '']);
    const entries = [
      '/data true',
      '/data/deep true',
      '/data/deep/down true',
      '/data/deep/down/final false',
      '/data/kept.txt false',
    ];
    equal(stdoutText.trim().split('\n'), entries);
    equal(text(await directory.readFile('deep/down/final')), 'written by Go\n');
    const again = await pool.run(guest, { args: ['files', '/data'], preopens });
    equal([again.code, again.stderrText], [1, 'remove /data/old.txt: No such file or directory\n']);
  }),
  scenario('sockets are ENOSYS, and net fails with its own errors', async (_, pool, guest) => {
    const { code, stdoutText, stderrText } = await pool.run(guest, { args: ['net'] });
    equal([code, stderrText], [0, '']);
    equal(stdoutText, 'socket: ENOSYS is true\ndial: a net.OpError is true\naccept: an error is true\n');
  }),
];
