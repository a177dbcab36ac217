// Puts the page together: the clockwork that draws, and the cards that run things.

import { Pool } from 'millrace';
import { Scene } from './animation.js';
import { Card } from './card.js';
import { FrameChart } from './chart.js';
import { browserName, counted, milliseconds, seconds } from './format.js';
import { FrameMeter } from './frames.js';
import { mandelbrotOnMainThread, sieveOnMainThread } from './main-thread.js';
import { MANDELBROT_URL, MandelbrotFigure, TILE_COUNT } from './mandelbrot.js';
import { mandelbrotOnPool, sieveOnPool } from './pool-run.js';
import { SIEVE_ROUNDS, SIEVE_URL, SieveFigure } from './sieve.js';

/**
 * One of the page's two computations.
 *
 * @typedef {object} Computation
 * @property {string} name
 * @property {Card} card
 * @property {string} url
 * @property {() => void} clear makes its figure empty
 * @property {(module: WebAssembly.Module, onProgress: (share: number) => void) => string} onMainThread
 * @property {(pool: Pool, signal: AbortSignal, onProgress: (share: number) => void) => Promise<string>} onPool
 *   both answer the result in words
 */

const READINGS_SPAN_MS = 5000;
const READINGS_EVERY_MS = 200;
const FACTS_EVERY_MS = 500;

const meter = new FrameMeter();
/** @type {Pool | undefined} */
let pool;
/** What runs now, and what ends it. @type {Map<Computation, AbortController | undefined>} */
const running = new Map();
let mainThreadRuns = false;

const computations = [sieve(), mandelbrot()];

/** @returns {Computation} */
function sieve() {
  const card = new Card('sieve');
  const figure = new SieveFigure(card.part('figure'), card.part('count'));
  card.part('rounds').textContent = String(SIEVE_ROUNDS);
  const counter = (/** @type {(share: number) => void} */ onProgress) => {
    let done = 0;
    return (/** @type {number} */ round) => {
      figure.light(round);
      onProgress(++done / SIEVE_ROUNDS);
    };
  };
  const show = (/** @type {number} */ count) => {
    figure.showCount(count);
    return `${count.toLocaleString('en-US')} primes`;
  };
  return {
    name: 'sieve',
    card,
    url: SIEVE_URL,
    clear: () => figure.clear(),
    onMainThread: (module, onProgress) => show(sieveOnMainThread(module, counter(onProgress))),
    onPool: async (pool, signal, onProgress) => show(await sieveOnPool(pool, signal, counter(onProgress))),
  };
}

/** @returns {Computation} */
function mandelbrot() {
  const card = new Card('mandelbrot');
  const figure = new MandelbrotFigure(card.part('figure'));
  card.part('tiles').textContent = String(TILE_COUNT);
  const painter = (/** @type {(share: number) => void} */ onProgress) => {
    let done = 0;
    return (/** @type {import('./mandelbrot.js').Tile} */ tile) => {
      figure.paint(tile);
      onProgress(++done / TILE_COUNT);
    };
  };
  return {
    name: 'Mandelbrot',
    card,
    url: MANDELBROT_URL,
    clear: () => figure.clear(),
    onMainThread: (module, onProgress) => {
      mandelbrotOnMainThread(module, painter(onProgress));
      return `${TILE_COUNT} tiles`;
    },
    onPool: async (pool, signal, onProgress) => {
      await mandelbrotOnPool(pool, signal, painter(onProgress));
      return `${TILE_COUNT} tiles`;
    },
  };
}

/** @param {Computation} computation */
async function runOnMainThread(computation) {
  const { card, url, onMainThread } = computation;
  mainThreadRuns = true;
  await run(computation, 'main', undefined, async () => {
    const module = await WebAssembly.compileStreaming(fetch(url));
    card.say('Running on the main thread: the page is frozen until it ends.', 'frozen');
    // Once more the page may draw itself: so far nobody can see that anything began.
    await nextFrame();
    await nextFrame();
    return measure('main thread', () => onMainThread(module, (share) => card.progress(share)));
  });
  mainThreadRuns = false;
  enableButtons();
}

/** @param {Computation} computation */
async function runOnPool(computation) {
  const { card, url, onPool } = computation;
  const controller = new AbortController();
  await run(computation, 'pool', controller, async () => {
    const started = /** @type {Pool} */ (pool);
    await started.compile(url);
    card.say('Running on the pool.', 'running');
    return measure('pool', () => onPool(started, controller.signal, (share) => card.progress(share)));
  });
}

/**
 * What is the same wherever something runs.
 *
 * @param {Computation} computation
 * @param {import('./card.js').Place} place
 * @param {AbortController | undefined} controller
 * @param {() => Promise<{result: string, measured: import('./card.js').Measured}>} work
 */
async function run(computation, place, controller, work) {
  const { card } = computation;
  const started = performance.now();
  running.set(computation, controller);
  enableButtons();
  computation.clear();
  card.progress(0);
  try {
    const { result, measured } = await work();
    card.compare(place, measured);
    card.say(`${result}, on the ${place === 'main' ? 'main thread' : 'pool'}, in ${seconds(measured.took)}.`, 'done');
  } catch (error) {
    const after = seconds(performance.now() - started);
    if (controller?.signal.aborted) card.say(`Cancelled after ${after}.`, 'stopped');
    else card.say(`Failed: ${messageOf(error)}`, 'failed');
  }
  running.delete(computation);
  enableButtons();
}

/**
 * Runs something and tells how long it took and what became of the frames meanwhile.
 *
 * @param {string} place
 * @param {() => string | Promise<string>} work
 */
async function measure(place, work) {
  const watch = meter.watch();
  watched = { watch, place };
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

/** What the newest run made of the frames. @type {{watch: import('./frames.js').Watch, place: string} | undefined} */
let watched;

function enableButtons() {
  for (const computation of computations) {
    const free = !running.has(computation) && !mainThreadRuns;
    computation.card.enable({
      // A frozen page would spoil the frame times of whatever runs on the pool.
      main: running.size === 0 && free,
      pool: pool !== undefined && free,
      cancel: running.get(computation) !== undefined,
    });
  }
}

/** @returns {Promise<number>} */
function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

function startDrawing() {
  const scene = new Scene(/** @type {HTMLCanvasElement} */ (element('scene')));
  const chart = new FrameChart(/** @type {HTMLCanvasElement} */ (element('chart')));
  const draw = () => {
    const now = performance.now();
    meter.tick(now);
    scene.draw(now);
    chart.draw(meter, now);
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
  document.addEventListener('visibilitychange', () => meter.skip());
  setInterval(showReadings, READINGS_EVERY_MS);
}

function showReadings() {
  const summary = meter.summary(READINGS_SPAN_MS);
  if (summary) {
    showReading('worst', summary.worst);
    showReading('p99', summary.p99);
  }
  if (watched) {
    element('run-worst-label').textContent = `Worst since the ${watched.place} run began`;
    showReading('run-worst', watched.watch.worst);
  }
}

/**
 * @param {string} id
 * @param {number} ms
 */
function showReading(id, ms) {
  element(id).textContent = milliseconds(ms);
  element(id).classList.toggle('bad', ms > 50);
}

function showFacts() {
  const { workers = 0, lostWorkers = 0 } = pool?.stats() ?? {};
  const facts = [
    pool ? `Tier “${pool.tier}”` : 'No pool',
    counted(workers, 'worker'),
    `${lostWorkers} lost`,
    counted(navigator.hardwareConcurrency || 1, 'core'),
    crossOriginIsolated ? 'cross-origin isolated' : 'not cross-origin isolated',
    browserName(),
  ];
  const text = facts.join('|');
  const list = element('facts');
  if (list.dataset.text === text) return;
  list.dataset.text = text;
  list.replaceChildren(...facts.map((fact) => Object.assign(document.createElement('li'), { textContent: fact })));
}

/** @param {unknown} error */
function showNoPool(error) {
  const alert = element('alert');
  alert.textContent = `There is no pool. ${messageOf(error)}`;
  alert.hidden = false;
}

for (const computation of computations) {
  computation.card.onClick({
    main: () => runOnMainThread(computation),
    pool: () => runOnPool(computation),
    cancel: () => running.get(computation)?.abort(),
  });
}

startDrawing();
showFacts();
try {
  pool = await Pool.create();
  // Before anybody presses a button, so that no download is part of what is measured.
  await Promise.all(computations.map(({ url }) => pool?.compile(url)));
} catch (error) {
  showNoPool(error);
}
for (const { card } of computations) card.say(pool ? 'Ready.' : 'Ready, on the main thread only.');
enableButtons();
showFacts();
setInterval(showFacts, FACTS_EVERY_MS);
