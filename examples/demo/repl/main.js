// Puts the page together: the terminal, its buttons, and the session behind them.

import { CancelledError } from 'millrace';
import { Scene } from '../common/animation.js';
import { startClockwork } from '../common/clockwork.js';
import { element } from '../common/element.js';
import { startPool } from '../common/pool.js';
import { History } from './history.js';
import { Hush } from './hush.js';
import { interpreters } from './interpreters.js';
import { Screen } from './screen.js';
import { Session } from './session.js';

const LOOK_EVERY_MS = 200;
const STATES = { running: 'computing', waiting: 'blocked in read()' };

const hush = new Hush(element('screen'), (text) => {
  element('hush').textContent = text;
});
const screen = new Screen(element('screen'), hush);
const history = new History();
const field = /** @type {HTMLInputElement} */ (element('line'));
const choice = /** @type {HTMLSelectElement} */ (element('interpreter'));
/** @type {Session | undefined} */
let session;
/** How many were started: of two that start at once the first is not wanted any more. */
let starts = 0;
/** @type {import('millrace').Pool | undefined} */
let pool;

const chosen = () => interpreters[choice.selectedIndex];

/** Starts the chosen program, in place of the one that runs. */
async function start() {
  const interpreter = chosen();
  const own = ++starts;
  session?.stop();
  session = undefined;
  enable();
  screen.clear();
  showTries(interpreter);
  say(`Loading ${interpreter.title}…`);
  try {
    const started = await Session.start(/** @type {import('millrace').Pool} */ (pool), interpreter, (text) => {
      if (session === started) screen.write(text);
    });
    if (own !== starts) return started.stop();
    session = started;
    say(`${interpreter.title} runs. It waits for you.`);
    started.ended.then(
      ({ code }) => ended(started, `It ended with exit code ${code}.`),
      (error) => ended(started, why(error)),
    );
  } catch (error) {
    if (own === starts) say(why(error));
  }
  enable();
}

/** @param {unknown} error */
function why(error) {
  if (error instanceof CancelledError) return 'It was stopped.';
  return `It failed: ${error instanceof Error ? error.message : error}`;
}

/**
 * @param {Session} which
 * @param {string} text
 */
function ended(which, text) {
  if (session !== which) return;
  const hadFocus = element('form').contains(document.activeElement) || document.activeElement === element('stop');
  session = undefined;
  screen.note(text);
  say(`${text} Start it again to go on.`);
  enable();
  // The field is off now, and cannot keep the focus.
  if (hadFocus) element('restart').focus();
}

/** @param {string} line */
async function send(line) {
  screen.type(line);
  history.add(line);
  // If it ends before it has read the line, its end is said.
  await session?.send(line).catch(() => {});
}

/** @param {string} text */
function say(text) {
  element('status').textContent = text;
}

function enable() {
  for (const id of ['line', 'send', 'end', 'stop']) element(id).disabled = session === undefined;
  for (const button of element('tries').querySelectorAll('button')) button.disabled = session === undefined;
  element('restart').disabled = pool === undefined;
}

/** @param {import('./interpreters.js').Interpreter} interpreter */
function showTries({ tries }) {
  const items = tries.map(({ title, lines }) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', disabled: true });
    button.append(title, Object.assign(document.createElement('code'), { textContent: lines[0] }));
    button.addEventListener('click', async () => {
      field.focus();
      for (const line of lines) await send(line);
    });
    const item = document.createElement('li');
    item.append(button);
    return item;
  });
  element('tries').replaceChildren(...items);
}

/** What the pool knows of the program's worker: whether it computes, or sleeps in its read. */
function showState() {
  const worker = session && pool?.stats().perWorker.find(({ job }) => job?.name === chosen().id);
  const state = element('state');
  state.textContent = STATES[worker?.state] ?? (session ? 'queued' : 'not running');
  state.dataset.state = worker?.state ?? '';
}

function listen() {
  history.serve(field);
  element('form').addEventListener('submit', (event) => {
    event.preventDefault();
    const line = field.value;
    field.value = '';
    send(line);
  });
  element('restart').addEventListener('click', async () => {
    await start();
    field.focus();
  });
  element('end').addEventListener('click', () => session?.endInput().catch(() => {}));
  element('stop').addEventListener('click', () => session?.stop());
  choice.addEventListener('change', start);
  setInterval(showState, LOOK_EVERY_MS);
}

const scene = new Scene(/** @type {HTMLCanvasElement} */ (element('scene')));
startClockwork([(_now, time) => scene.draw(time)]);
choice.replaceChildren(...interpreters.map(({ title }) => new Option(title)));
pool = await startPool();
listen();
if (pool) await start();
else say('Nothing can run here: there is no pool.');
