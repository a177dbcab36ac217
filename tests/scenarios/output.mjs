// Output that cannot be carried is never silence: a job is not said to have exited when some of what it wrote is lost.
import { damagePipe, watchingMemory } from './damage.mjs';
import { bytes, equal, rejects, stillGood, text, until, withPool } from './harness.mjs';

const QUESTION = 'What is your name?\n';
const CAPACITY = 1 << 15; // as no other pipe has

/** Makes a pool for a guest that has asked when `damage` resolves, and whose stdout is a damaged pipe from then on. */
function withDamage(env, use) {
  return watchingMemory((memory) =>
    withPool(env, { workers: 1, maxWorkers: 1, maxMemory: 32 << 20 }, async (pool) => {
      await use(pool, () => damagePipe(memory(), { capacity: CAPACITY, written: QUESTION }));
      await until(() => pool.stats().memory.used === 0);
      await stillGood(env, pool, 1);
    }),
  );
}

/** Runs a guest that is given `answers` once the pipe that it writes to is damaged. */
async function runOverDamage(env, pool, { damage, answers }) {
  let stdin;
  const stream = new ReadableStream({ start: (controller) => void (stdin = controller) });
  const result = pool.run(env.guest('greet'), { stdin: stream, pipeCapacity: CAPACITY });
  result.catch(() => undefined);
  await damage();
  if (answers) stdin.enqueue(bytes(answers));
  stdin.close();
  return result;
}

function expectLost(error) {
  equal([error.code, error.cause.code], ['POOL_OUTPUT_LOST', 'POOL_EPROTO']);
}

/** In the other tier what the page reads lies in no pipe of a memory that it could reach. */
const tiers = ['shared'];

const all = [
  {
    name: 'output: a guest that cannot write all has not exited, whatever it makes of it; what came is there',
    run: (env) =>
      withDamage(env, async (pool, damage) => {
        const error = await rejects(runOverDamage(env, pool, { damage, answers: 'Ada\nred\n' }), 'OutputLostError');
        expectLost(error);
        equal([error.output.stdoutText, error.output.stderrText], [QUESTION, '']);
      }),
  },
  {
    name: 'output: what the page cannot read to its end is lost as well, although the guest could write it',
    run: (env) =>
      withDamage(env, async (pool, damage) => {
        const error = await rejects(runOverDamage(env, pool, { damage, answers: '' }), 'OutputLostError');
        expectLost(error);
        equal([error.output.stdoutText, error.output.stderrText], [QUESTION, '']);
      }),
  },
  {
    name: 'output: a stream that cannot be read to its end fails, and does not end',
    run: (env) =>
      withDamage(env, async (pool, damage) => {
        const job = await pool.spawn(env.guest('greet'), { pipeCapacity: CAPACITY });
        const reader = job.stdout.getReader();
        equal(text((await reader.read()).value), QUESTION);
        await damage();
        await job.stdin.close();
        equal((await rejects(reader.read(), 'PoolError')).code, 'POOL_EPROTO');
        equal((await job.status).code, 3);
        await job.stderr.cancel();
      }),
  },
];

export const scenarios = all.map((scenario) => ({ ...scenario, tiers }));
