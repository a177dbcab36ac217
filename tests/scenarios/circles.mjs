// Jobs of the tier "jspi" that could wait for each other for ever: one waits for directories that others use in two cells, and
// those wait at pipes for it. It is refused, with an error that says why; and none is that only has to wait.
import { assert, equal, isEmpty, rejects, scenariosOf, sleep, until } from './harness.mjs';

const make = scenariosOf('circles', {});

/** A scenario with two directories in two cells. */
const circle = (name, use) => ({
  tiers: ['jspi'],
  ...make(name, { workers: 3 }, async (env, pool) => {
    const { Directory } = env.millrace;
    const directories = [new Directory({ 'x.txt': 'one' }), new Directory({ 'x.txt': 'other' })];
    for (const directory of directories) await pool.run(env.guest('hello'), { preopens: { '/d': directory } });
    const [one, other] = directories;
    await use(env, pool, { one, other, both: { '/a': one, '/b': other } });
    await Promise.all(directories.map((directory) => directory.close()));
    await isEmpty(pool);
  }),
});

/** Longer than it takes to find out. */
const WHILE_MS = 600;

async function isRefused(promise) {
  const error = await rejects(promise, 'NotStartedError');
  assert(
    ['for ever', '"/a"', '"/b"', 'pipe'].every((part) => error.message.includes(part)),
    error.message,
  );
}

const cat = (env, pool, options) => pool.spawn(env.guest('cat'), options);

/** One that reads a pipe. */
async function reader(env, pool, directory) {
  const { readable, writable } = pool.pipe();
  return { job: await cat(env, pool, { stdin: readable, preopens: { '/d': directory } }), writable };
}

export const scenarios = [
  circle('two that read what one would write', async (env, pool, { one, other, both }) => {
    const [first, second] = [await reader(env, pool, one), await reader(env, pool, other)];
    const outputs = { stdout: first.writable, stderr: second.writable };
    await isRefused(pool.run(env.guest('hello'), { ...outputs, preopens: both }));
    for (const { job } of [first, second]) equal((await job.status).code, 0);
  }),
  circle(
    'one that writes what another would read, and one that reads what that would write',
    async (env, pool, all) => {
      const bulk = { args: ['write', '10000000', '65536'], stderr: 'null', preopens: { '/d': all.one } };
      const writer = await pool.spawn(env.guest('bulk'), bulk);
      const { job, writable } = await reader(env, pool, all.other);
      await isRefused(pool.run(env.guest('cat'), { stdin: writer.stdout, stdout: writable, preopens: all.both }));
      await writer.status.catch(() => undefined); // EPIPE, whatever it makes of it
      equal((await job.status).code, 0);
    },
  ),
  circle('one that waits for another that waits', async (env, pool, { one, other, both }) => {
    const first = await reader(env, pool, one);
    const second = await cat(env, pool, { stdin: first.job.stdout, preopens: { '/d': other } });
    await isRefused(pool.run(env.guest('hello'), { stdout: first.writable, preopens: both }));
    for (const { status } of [first.job, second]) equal((await status).code, 0);
  }),
  circle('of two that cannot begin one is refused, and the other begins', async (env, pool, { one, other, both }) => {
    const [first, second] = [await reader(env, pool, one), await reader(env, pool, other)];
    const written = pool.run(env.guest('hello'), { stdout: first.writable, preopens: both });
    await isRefused(pool.run(env.guest('hello'), { stdout: second.writable, preopens: both }));
    equal((await written).code, 0);
    for (const { job } of [first, second]) equal((await job.status).code, 0);
  }),
  circle('one that comes later and makes it a circle', async (env, pool, { one, other, both }) => {
    const [first, second] = [await reader(env, pool, one), await reader(env, pool, other)];
    const { readable, writable } = pool.pipe();
    const refused = isRefused(pool.run(env.guest('hello'), { stdout: writable, preopens: both }));
    await until(() => pool.stats().running === 3);
    await sleep(WHILE_MS);
    const ends = { stdin: readable, stdout: first.writable, stderr: second.writable };
    equal((await pool.run(env.guest('cat'), ends)).code, 0);
    await refused;
    for (const { job } of [first, second]) equal((await job.status).code, 0);
  }),
  circle('who waits for the page is waited for', async (env, pool, { one, other, both }) => {
    const first = await reader(env, pool, one);
    const second = await cat(env, pool, { preopens: { '/d': other } });
    const joins = { stdin: second.stdout, stdout: first.writable, preopens: both };
    const joined = pool.run(env.guest('cat'), joins);
    await until(() => pool.stats().running === 3);
    await sleep(WHILE_MS);
    const input = second.stdin.getWriter();
    await input.write(new TextEncoder().encode('at last'));
    await input.close();
    equal((await joined).code, 0);
    equal(await new Response(first.job.stdout).text(), 'at last');
    for (const { status } of [first.job, second]) equal((await status).code, 0);
  }),
  circle('who waits for a host call is waited for', async (env, pool, { one, other, both }) => {
    let answer;
    const host = { slow: () => new Promise((resolve) => (answer = resolve)) };
    const { readable, writable } = pool.pipe();
    const calls = { args: ['slow'], stdin: readable, host, preopens: { '/d': one } };
    const first = await pool.spawn(env.guest('hostcall'), calls);
    const second = await cat(env, pool, { stdin: first.stdout, preopens: { '/d': other } });
    const joined = pool.run(env.guest('files'), { args: ['cat', '/a/x.txt'], stdout: writable, preopens: both });
    await until(() => answer && pool.stats().running === 3);
    await sleep(WHILE_MS);
    answer('answered');
    equal(await new Response(second.stdout).text(), '8 answered\n');
    await joined.catch(() => undefined); // nobody reads it, whatever it makes of that
    for (const { status } of [first, second]) equal((await status).code, 0);
  }),
];
