// The pool of a page: its start, what the page says if there is none, and the facts at the bottom.

import { Pool } from 'millrace';
import { browserName, counted } from './format.js';

const FACTS_EVERY_MS = 500;

/**
 * Starts a pool, and shows it. Without one the page says why, in a sentence that can be acted on.
 *
 * @returns {Promise<Pool | undefined>}
 */
export async function startPool() {
  /** @type {Pool | undefined} */
  let pool;
  showFacts(pool);
  try {
    pool = await Pool.create();
  } catch (error) {
    showNoPool(error);
  }
  setInterval(() => showFacts(pool), FACTS_EVERY_MS);
  endWhenLeft(pool);
  showFacts(pool);
  return pool;
}

/**
 * A browser may keep a page that was left, with all that runs in it. This one is not to compute unseen, and begins anew when
 * somebody comes back.
 *
 * @param {Pool | undefined} pool
 */
function endWhenLeft(pool) {
  addEventListener('pagehide', () => pool?.close());
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}

/** @param {Pool | undefined} pool */
function showFacts(pool) {
  const { workers = 0, lostWorkers = 0 } = pool?.stats() ?? {};
  const facts = [
    pool ? `Tier “${pool.tier}”` : 'No pool',
    counted(workers, 'worker'),
    `${counted(lostWorkers, 'worker')} lost`,
    counted(navigator.hardwareConcurrency || 1, 'core'),
    crossOriginIsolated ? 'cross-origin isolated' : 'not cross-origin isolated',
    browserName(),
  ];
  const list = /** @type {HTMLElement} */ (document.getElementById('facts'));
  // What has not changed is left alone: a screen reader may be reading it.
  if (list.dataset.shown === facts.join()) return;
  list.dataset.shown = facts.join();
  list.replaceChildren(...facts.map((fact) => Object.assign(document.createElement('li'), { textContent: fact })));
}

/** @param {unknown} error */
function showNoPool(error) {
  const alert = /** @type {HTMLElement} */ (document.getElementById('alert'));
  alert.textContent = `There is no pool. ${error instanceof Error ? error.message : error}`;
  alert.hidden = false;
}
