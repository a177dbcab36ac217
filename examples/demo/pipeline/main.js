// Puts the page together: the picture, the table and the buttons, and the pipeline behind them.

import { CancelledError } from 'millrace';
import { startClockwork } from '../common/clockwork.js';
import { element } from '../common/element.js';
import { startPool } from '../common/pool.js';
import { Basin } from './basin.js';
import { runPipeline } from './pipeline-run.js';
import { Race } from './race.js';
import { Spring } from './spring.js';
import { PipeTable } from './table.js';
import { Tally } from './tally.js';
import { Waters } from './waters.js';

const TEXT = 'texts/ARCHITECTURE.md';
const SHOW_EVERY_MS = 200;
const PIPES = 4;

const tally = new Tally(element('words'));
const table = new PipeTable(element('pipes'));
let spring = new Spring(new Uint8Array(0), rate);
let basin = new Basin(() => {});
let waters = new Waters(spring, basin);
let controller = new AbortController();
let isPaused = false;
let isRunning = false;
let said = '';

/** In bytes a second: each step of the slider is twice as many. */
function rate() {
  return 1024 << element('flow').valueAsNumber;
}

/**
 * Runs the pipeline until somebody starts another.
 *
 * @param {import('millrace').Pool} pool
 * @param {Uint8Array<ArrayBuffer>} text
 */
async function run(pool, text) {
  controller.abort();
  const own = (controller = new AbortController());
  tally.clear();
  spring = new Spring(text, rate);
  basin = new Basin((line) => tally.take(line));
  const counted = (waters = new Waters(spring, basin));
  pause(false);
  isRunning = true;
  try {
    await runPipeline(
      pool,
      spring.readable(),
      basin.writable(),
      (stage, counts) => counted.count(stage, counts),
      own.signal,
    );
  } catch (error) {
    if (error instanceof CancelledError || own.signal.aborted) return;
    isRunning = false;
    say(`It failed: ${error instanceof Error ? error.message : error}`);
  }
}

/** @param {boolean} wanted */
function pause(wanted) {
  isPaused = wanted;
  if (wanted) basin.pause();
  else basin.resume();
  element('pause').setAttribute('aria-pressed', String(wanted));
}

function show() {
  table.show(waters.now());
  tally.show();
  element('lines').textContent = tally.lines.toLocaleString('en-US');
  if (isRunning) say(stateOf(waters.full));
}

/** @param {number} full how many pipes are */
function stateOf(full) {
  if (!isPaused) return 'It runs: what the page writes comes out as counted words.';
  if (full < PIPES) return 'Paused: nobody reads the last pipe. It fills, and then the one before it.';
  return 'Paused, and all four pipes are full: even the page’s own write waits now. Nothing is lost, and nothing froze.';
}

/** Says only what is new: a screen reader reads it out. @param {string} text */
function say(text) {
  if (text === said) return;
  said = text;
  element('status').textContent = text;
}

function showFlow() {
  const kibibytes = rate() / 1024;
  element('flow-text').textContent = `${kibibytes} KiB/s`;
  element('flow').setAttribute('aria-valuetext', `${kibibytes} KiB a second`);
}

async function start() {
  const race = new Race(
    element('race'),
    () => waters.now(),
    () => isRunning && waters.full < PIPES,
    () => isPaused,
  );
  startClockwork([() => race.draw()]);
  setInterval(show, SHOW_EVERY_MS);
  element('flow').addEventListener('input', showFlow);
  showFlow();
  const pool = await startPool();
  if (!pool) return say('Nothing can run here: there is no pool.');
  const text = new Uint8Array(await (await fetch(TEXT)).arrayBuffer());
  element('pause').addEventListener('click', () => pause(!isPaused));
  element('restart').addEventListener('click', () => run(pool, text));
  element('pause').disabled = element('restart').disabled = false;
  await run(pool, text);
}

await start();
