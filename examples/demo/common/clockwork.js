// What turns on every page: one loop of animation frames, which measures them, and the wheel in the header.

import { Badge } from './badge.js';
import { milliseconds } from './format.js';
import { FrameMeter } from './frames.js';
import { motion } from './motion.js';

const SPAN_MS = 5000;
const READ_EVERY_MS = 500;
const BAD_MS = 50;

/** @typedef {(now: number, time: number) => void} Draw `now` and the time that pictures show, both in milliseconds */

/**
 * Draws from now on in every animation frame, and measures the frames.
 *
 * @param {Draw[]} draws what the page draws beside the wheel in the header
 * @returns {FrameMeter}
 */
export function startClockwork(draws = []) {
  const meter = new FrameMeter();
  const badge = new Badge(/** @type {HTMLCanvasElement} */ (document.getElementById('badge')));
  const everything = [badge.draw.bind(badge), ...draws];
  const frame = () => {
    const now = performance.now();
    meter.tick(now);
    const time = motion.at(now);
    for (const draw of everything) draw(now, time);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  document.addEventListener('visibilitychange', () => meter.skip());
  setInterval(() => showPulse(meter), READ_EVERY_MS);
  enableHolding();
  return meter;
}

/** The slowest frame, in the header. It is no live region: nobody wants to hear it twice a second. @param {FrameMeter} meter */
function showPulse(meter) {
  const summary = meter.summary(SPAN_MS);
  const pulse = document.getElementById('pulse');
  if (!summary || !pulse) return;
  pulse.textContent = milliseconds(summary.worst);
  pulse.classList.toggle('bad', summary.worst > BAD_MS);
}

function enableHolding() {
  const button = /** @type {HTMLButtonElement} */ (document.getElementById('still'));
  const show = () => button.setAttribute('aria-pressed', String(motion.isStill));
  button.addEventListener('click', () => {
    motion.toggle();
    show();
  });
  show();
}
