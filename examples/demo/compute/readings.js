// The frame times beside the scene, as numbers.

import { milliseconds } from '../common/format.js';

const SPAN_MS = 5000;
const READ_EVERY_MS = 200;
const BAD_MS = 50;

/**
 * Shows them from now on.
 *
 * @param {import('../common/frames.js').FrameMeter} meter
 * @param {() => import('../common/frames.js').Watch | undefined} newestWatch
 */
export function startReadings(meter, newestWatch) {
  setInterval(() => showReadings(meter, newestWatch()), READ_EVERY_MS);
}

/**
 * @param {import('../common/frames.js').FrameMeter} meter
 * @param {import('../common/frames.js').Watch | undefined} watch
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
  const reading = /** @type {HTMLElement} */ (document.getElementById(id));
  reading.textContent = milliseconds(ms);
  reading.classList.toggle('bad', ms > BAD_MS);
}
