// Puts the page together: the pool, the clockwork that draws, and the buttons that run things.

import { CancelledError } from 'millrace';
import { Scene } from '../common/animation.js';
import { startClockwork } from '../common/clockwork.js';
import { mandelbrot, sieve } from './computations.js';
import { seconds } from '../common/format.js';
import { startPool } from '../common/pool.js';
import { FrameChart } from './chart.js';
import { startReadings } from './readings.js';

/** @typedef {import('./computations.js').Computation} Computation */
/** @typedef {{cancel?: () => void, hadCompany: boolean}} Run without `cancel` it cannot be cancelled */

const scene = new Scene(/** @type {HTMLCanvasElement} */ (document.getElementById('scene')));
const chart = new FrameChart(/** @type {HTMLCanvasElement} */ (document.getElementById('chart')));
const meter = startClockwork([(now, time) => scene.draw(time), (now) => chart.draw(meter, now)]);
const computations = [sieve(), mandelbrot()];
/** @type {Map<Computation, Run>} */
const running = new Map();
/** What the newest run makes of the frames. @type {import('../common/frames.js').Watch | undefined} */
let newestWatch;
/** @type {import('millrace').Pool | undefined} */
let pool;

/** @param {Computation} computation */
function runOnMainThread(computation) {
  const { card, url, onMainThread } = computation;
  return run(computation, 'main', undefined, async () => {
    const module = await WebAssembly.compileStreaming(fetch(url));
    card.say('Running on the main thread: the page is frozen until it ends.', 'frozen');
    // Once more the page may draw itself: so far nobody can see that anything began.
    await nextFrame();
    await nextFrame();
    return measure(() => onMainThread(module, (share) => card.progress(share)));
  });
}

/** @param {Computation} computation */
function runOnPool(computation) {
  const { card, url, onPool } = computation;
  const controller = new AbortController();
  return run(
    computation,
    'pool',
    () => controller.abort(),
    async () => {
      const started = /** @type {import('millrace').Pool} */ (pool);
      await started.compile(url);
      card.say('Running on the pool.', 'running');
      return measure(() => onPool(started, controller.signal, (share) => card.progress(share)));
    },
  );
}

/**
 * What is the same wherever something runs.
 *
 * @param {Computation} computation
 * @param {import('./card.js').Place} place
 * @param {(() => void) | undefined} cancel
 * @param {() => Promise<{result: string, measured: import('./card.js').Measured}>} work
 */
async function run(computation, place, cancel, work) {
  const { card, clear } = computation;
  const started = performance.now();
  const entry = begin(computation, cancel);
  clear();
  card.progress(0);
  try {
    const { result, measured } = await work();
    const where = place === 'main' ? 'main thread' : entry.hadCompany ? 'pool, shared with the other run' : 'pool';
    card.compare(place, measured, entry.hadCompany);
    card.say(`${result}, on the ${where}, in ${seconds(measured.took)}.`, 'done');
  } catch (error) {
    if (error instanceof CancelledError)
      card.say(`Cancelled after ${seconds(performance.now() - started)}.`, 'stopped');
    else card.say(`Failed: ${error instanceof Error ? error.message : error}`, 'failed');
  }
  running.delete(computation);
  enableButtons();
}

/**
 * @param {Computation} computation
 * @param {(() => void) | undefined} cancel
 */
function begin(computation, cancel) {
  /** @type {Run} */
  const entry = { cancel, hadCompany: false };
  running.set(computation, entry);
  // Two runs share the workers, and both take longer.
  if (running.size > 1) for (const each of running.values()) each.hadCompany = true;
  enableButtons();
  return entry;
}

/**
 * Runs something and tells how long it took and what became of the frames meanwhile.
 *
 * @param {() => string | Promise<string>} work
 */
async function measure(work) {
  const watch = meter.watch();
  newestWatch = watch;
  const started = performance.now();
  try {
    const result = await work();
    const took = performance.now() - started;
    watch.end();
    // The frame that was under way at the end is drawn only now, and counts.
    await nextFrame();
    await nextFrame();
    return { result, measured: { took, frames: watch.frames, worst: watch.worst } };
  } finally {
    watch.end();
  }
}

/** @returns {Promise<number>} */
function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function enableButtons() {
  const mainThreadRuns = [...running.values()].some(({ cancel }) => cancel === undefined);
  for (const computation of computations) {
    computation.card.enable({
      // A frozen page would spoil the frame times of what runs on the pool.
      'run-main': running.size === 0,
      'run-pool': pool !== undefined && !mainThreadRuns && !running.has(computation),
      cancel: running.get(computation)?.cancel !== undefined,
    });
  }
}

async function start() {
  startReadings(meter, () => newestWatch);
  pool = await startPool();
  // Compiled before anybody presses a button. If that fails, the run that needs it will say so.
  await Promise.allSettled(computations.map(({ url }) => pool?.compile(url)));
  // How the page itself started is not what is shown here.
  meter.clear();
  for (const computation of computations) {
    computation.card.onClick({
      'run-main': () => runOnMainThread(computation),
      'run-pool': () => runOnPool(computation),
      cancel: () => running.get(computation)?.cancel?.(),
    });
    computation.card.say(pool ? 'Ready. Press a button, and watch the wheel.' : 'Ready, on the main thread only.');
  }
  enableButtons();
}

await start();
