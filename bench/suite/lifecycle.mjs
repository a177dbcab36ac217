// A guest's whole life: load it, compile it, start it, ask it once, stop it. The workers are warm, which is what a pool
// is for; beside it, the same by a new worker for each guest, which is what one does without a pool.

import { expect, timed } from '../lib/measure.mjs';
import { openOurs } from '../lib/rpc-host.mjs';
import { startRelay } from '../ways/5-relay/way.mjs';
import { waysOf } from '../ways/index.mjs';
import { OTHER_TIER, openOtherTier, rowOf } from './guests.mjs';

const FRESH = '5 relay, with new workers';

/**
 * @param {() => Promise<Response>} fetchGuest
 * @param {(module: WebAssembly.Module) => any} open
 */
function live(fetchGuest, open) {
  return timed(async () => {
    const session = await open(await WebAssembly.compileStreaming(await fetchGuest()));
    expect(await session.request('ping'), 'pong', 'ping');
    await session.close();
  });
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'lifecycle',
  group: 'ways',
  open: async (context) => {
    const { env, builds } = context;
    const fetchGuest = () => env.fetchGuest('rpc');
    const other = await openOtherTier(context);
    const pools = [...builds, ...(other ? [{ label: OTHER_TIER, pool: other }] : [])];
    const ways = await Promise.all(
      Object.entries(waysOf(env)).map(async ([label, start]) => ({ label, way: await start() })),
    );
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    for (const { label, pool } of pools) {
      variants[`lifecycle: ${label}`] = () => live(fetchGuest, (module) => openOurs(pool, module));
    }
    for (const { label, way } of ways) {
      variants[`lifecycle: ${label}`] = () => live(way.fetchGuest ?? fetchGuest, way.open);
    }
    variants[`lifecycle: ${FRESH}`] = async () => {
      const begin = performance.now();
      const fresh = await startRelay(env);
      const started = performance.now() - begin;
      const ms = await live(fetchGuest, (module) => fresh.open(module));
      fresh.close();
      return started + ms;
    };
    const rivals = [...pools.slice(1), ...ways, { label: FRESH }].map(({ label }) => label);
    const close = async () => {
      for (const { way } of ways) way.close();
      await other?.close();
    };
    return { variants, rows: [rowOf('lifecycle', 'ms', rivals)], close };
  },
};
