// A guest's whole life: load it, compile it, start it, ask it once, stop it. The workers are warm, which is what a pool
// is for; beside it, the same by a new worker for each guest, which is what one does without a pool.

import { expect, timed } from '../lib/measure.mjs';
import { openOurs } from '../lib/rpc-host.mjs';
import { startRelay } from '../rivals/relay.mjs';
import { rowOf } from './guests.mjs';

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'lifecycle',
  open: async ({ env, builds }) => {
    const relay = await startRelay(env);
    const live = (/** @type {(module: WebAssembly.Module) => any} */ open) =>
      timed(async () => {
        const response = await env.fetchGuest('rpc');
        const session = await open(await WebAssembly.compileStreaming(response));
        expect(await session.request('ping'), 'pong', 'ping');
        await session.close();
      });
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    for (const { label, pool } of builds) {
      variants[`lifecycle: ${label}`] = () => live((module) => openOurs(pool, module));
    }
    variants['lifecycle: relay'] = () => live((module) => relay.open(module));
    variants['lifecycle: relay, new workers'] = async () => {
      const begin = performance.now();
      const fresh = await startRelay(env);
      const started = performance.now() - begin;
      const ms = await live((module) => fresh.open(module));
      fresh.close();
      return started + ms;
    };
    const rivals = [
      ...builds.map(({ label }) => label).filter((label) => label !== 'ours'),
      'relay',
      'relay, new workers',
    ];
    return { variants, rows: [rowOf('lifecycle', 'ms', rivals)], close: async () => relay.close() };
  },
};
