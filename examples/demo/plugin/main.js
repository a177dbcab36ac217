// Puts the page together: the form, the talk and the result, and the plugin behind them.

import { Scene } from '../common/animation.js';
import { startClockwork } from '../common/clockwork.js';
import { element } from '../common/element.js';
import { startPool } from '../common/pool.js';
import { digest, openDigest } from './plugin-run.js';
import { Talk } from './talk.js';

const talk = new Talk(element('talk'));
const onMessage = talk.add.bind(talk);
let isAsking = false;

/** @param {string} text */
function say(text) {
  element('status').textContent = text;
}

/** @param {import('./plugin-run.js').Digest | undefined} answer */
function showResult(answer) {
  element('result').hidden = answer === undefined;
  if (!answer) return;
  const { commonest, times, ...rest } = answer;
  const shown = { ...rest, commonest: `${commonest}, ${times} times` };
  for (const [name, value] of Object.entries(shown))
    element('result').querySelector(`[data-part="${name}"]`).textContent = value.toLocaleString('en-US');
}

/**
 * @param {import('millrace/plugin').Plugin} plugin
 * @param {string} url
 */
async function ask(plugin, url) {
  // One at a time: the plugin would send a second one back.
  if (isAsking) return;
  isAsking = true;
  talk.clear();
  showResult(undefined);
  try {
    const answer = await digest(plugin, url, onMessage);
    showResult(answer);
    say(
      `The plugin has read ${answer.words.toLocaleString('en-US')} words, and says that the commonest is “${answer.commonest}”.`,
    );
  } catch (error) {
    say(`The plugin was told why not, and answers: ${error instanceof Error ? error.message : error}.`);
  }
  isAsking = false;
}

async function start() {
  const scene = new Scene(element('scene'));
  startClockwork([(_now, time) => scene.draw(time)]);
  // Without a pool the form must not leave the page either.
  element('form').addEventListener('submit', (event) => event.preventDefault());
  const pool = await startPool();
  if (!pool) return say('Nothing can run here: there is no pool.');
  const plugin = await openDigest(pool, onMessage);
  element('form').addEventListener('submit', (event) => ask(plugin, new FormData(event.target).get('url')));
  element('digest').disabled = false;
  say('The plugin is open, and waits for a request.');
}

start().catch((error) => say(`The plugin could not be started: ${error.message}`));
