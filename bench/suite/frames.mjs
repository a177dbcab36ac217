// The longest time between two frames of the page while a guest calls its host without a pause. Information only: it
// says whether the page stays alive, not how fast anything is.

import { expect } from '../lib/measure.mjs';
import { openSessions } from './guests.mjs';

/** @typedef {import('../lib/rpc-host.mjs').Session} Session */

/**
 * @param {NonNullable<import('../lib/context.mjs').Env['watchFrames']>} watchFrames
 * @param {() => Promise<void>} work
 */
async function longestGap(watchFrames, work) {
  /** @type {number[]} */
  const frames = [];
  const stop = watchFrames((ms) => frames.push(ms));
  const begin = performance.now();
  await work();
  stop();
  // With its ends: a page that shows no frame at all has one gap, the whole time.
  const moments = [begin, ...frames, performance.now()];
  return Math.max(...moments.slice(1).map((ms, i) => ms - moments[i]));
}

/**
 * @param {Session | undefined} session `undefined`: just waits
 * @param {number} ms
 * @param {number} count
 */
async function keepCalling(session, ms, count) {
  const end = performance.now() + ms;
  if (!session) await new Promise((resolve) => setTimeout(resolve, ms));
  else while (performance.now() < end) expect(await session.request('call_many', { count }), count, 'call_many');
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'frames',
  group: 'page',
  engines: ['chromium', 'firefox', 'webkit'],
  counts: () => ({ rounds: 3, warmups: 1 }),
  open: async (context) => {
    const { watchFrames } = context.env;
    if (!watchFrames) return { variants: {}, rows: [], close: async () => undefined };
    const { sessions, rivals, close } = await openSessions(context);
    const { framesMs, calls } = context.sizes;
    const name = 'longest frame gap';
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {
      [`${name}: idle page`]: () => longestGap(watchFrames, () => keepCalling(undefined, framesMs, 0)),
    };
    for (const [label, session] of Object.entries(sessions)) {
      variants[`${name}: ${label}`] = () => longestGap(watchFrames, () => keepCalling(session, framesMs, calls));
    }
    const shown = ['idle page', ...rivals].map((label) => `${name}: ${label}`);
    return { variants, rows: [{ name, unit: 'ms', better: 'lower', ours: `${name}: ours`, rivals: shown }], close };
  },
};
