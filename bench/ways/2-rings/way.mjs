// Way 2: rings in shared memory, and no protocol for falling asleep. It is not measured; it is caught. README.md in this
// folder.

import { NaiveRing } from './naive-ring.mjs';

const WATCHDOG_MS = 250;
const LOOK_MS = 5;

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {import('../../lib/context.mjs').Env} env @param {boolean} isReplay */
async function start(env, isReplay) {
  const worker = await env.startWorker(new URL('./worker.mjs', import.meta.url));
  const [input, output] = [new NaiveRing(), new NaiveRing()];
  worker.post({ input: input.buffer, output: output.buffer, isReplay });
  return { worker, input, output };
}

/**
 * The very steps that Spin finds: the reader looks, the writer publishes and sees nobody asleep, the reader sleeps.
 *
 * @param {import('../../lib/context.mjs').Env} env
 * @returns {Promise<string>} what the watchdog saw
 */
async function replay(env) {
  const { worker, input, output } = await start(env, true);
  while (!input.isBetween) await sleep(LOOK_MS);
  input.write(1);
  input.proceed();
  await sleep(WATCHDOG_MS);
  const hangs = input.isAsleep && input.used === 1 && output.used === 0;
  input.kick();
  for (let left = 1000; left > 0 && output.used === 0; left--) await sleep(LOOK_MS);
  const answered = output.take() === 1;
  worker.terminate();
  if (!hangs || !answered) throw new Error('the interleaving that Spin finds did not hang here');
  return `with the interleaving that Spin finds, the worker slept with a byte in its ring until a watchdog kicked it`;
}

/**
 * Byte by byte, forth and back, until one is not answered or the time is over.
 *
 * @param {import('../../lib/context.mjs').Env} env
 * @param {number} ms
 * @returns {Promise<string>}
 */
async function run(env, ms) {
  const { worker, input, output } = await start(env, false);
  const end = performance.now() + ms;
  let n = 0;
  /** @type {(() => void) | undefined} */
  let wake;
  worker.onMessage(() => wake?.());
  /** One byte forth and back; false: the watchdog barked. */
  const exchange = async () => {
    input.write(1);
    for (;;) {
      if (output.take() >= 0) return true;
      output.sayAsleep();
      let timer;
      const late = new Promise((resolve) => (timer = setTimeout(() => resolve(true), WATCHDOG_MS)));
      const isLate = await Promise.race([late, new Promise((resolve) => (wake = () => resolve(false)))]);
      clearTimeout(timer);
      if (isLate) return false;
      output.kick();
    }
  };
  let works = true;
  while (works && performance.now() < end) {
    works = await exchange();
    if (works) n++;
  }
  worker.terminate();
  return works
    ? `${n} exchanges in ${ms} ms went well, as they do until one does not`
    : `left alone, exchange ${n + 1} hung for good`;
}

/**
 * @param {import('../../lib/context.mjs').Env} env
 * @param {number} ms how long it may try to hang by itself
 * @returns {Promise<string>} what was seen
 */
export async function watchHang(env, ms) {
  return `${await replay(env)}; ${await run(env, ms)}`;
}
