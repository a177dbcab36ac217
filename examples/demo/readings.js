// What the page shows all the time: the animation, the frame times, and the facts about the pool.

import { Scene } from './animation.js';
import { FrameChart } from './chart.js';
import { browserName, counted, milliseconds } from './format.js';

const SPAN_MS = 5000;
const READ_EVERY_MS = 200;
const BAD_MS = 50;

/**
 * Draws from now on in every animation frame, and measures the frames.
 *
 * @param {import('./frames.js').FrameMeter} meter
 * @param {() => import('./frames.js').Watch | undefined} newestWatch
 */
export function startDrawing(meter, newestWatch) {
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
  setInterval(() => showReadings(meter, newestWatch()), READ_EVERY_MS);
}

/**
 * @param {import('./frames.js').FrameMeter} meter
 * @param {import('./frames.js').Watch | undefined} watch
 */
function showReadings(meter, watch) {
  const summary = meter.summary(SPAN_MS);
  if (summary) {
    showReading('worst', summary.worst);
    showReading('p99', summary.p99);
  }
  // A run that has just begun has no frame yet.
  if (watch?.worst) showReading('run-worst', watch.worst);
}

/**
 * @param {string} id
 * @param {number} ms
 */
function showReading(id, ms) {
  element(id).textContent = milliseconds(ms);
  element(id).classList.toggle('bad', ms > BAD_MS);
}

/** @param {import('millrace').Pool | undefined} pool */
export function showFacts(pool) {
  const { workers = 0, lostWorkers = 0 } = pool?.stats() ?? {};
  const facts = [
    pool ? `Tier “${pool.tier}”` : 'No pool',
    counted(workers, 'worker'),
    `${counted(lostWorkers, 'worker')} lost`,
    counted(navigator.hardwareConcurrency || 1, 'core'),
    crossOriginIsolated ? 'cross-origin isolated' : 'not cross-origin isolated',
    browserName(),
  ];
  const items = facts.map((fact) => Object.assign(document.createElement('li'), { textContent: fact }));
  element('facts').replaceChildren(...items);
}

/** Says in the page that there is no pool, and why. @param {unknown} error */
export function showNoPool(error) {
  element('alert').textContent = `There is no pool. ${error instanceof Error ? error.message : error}`;
  element('alert').hidden = false;
}

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
