// A guest that calls its host: 200 calls one after another, each after the answer to the one before, and 200 at once; as
// lines of JSON, and the first by pool_call, where the package has host calls.

import { expect, timed } from '../lib/measure.mjs';
import { compileGuest, openSessions, rowOf, variantsOf } from './guests.mjs';

/** @typedef {import('../lib/rpc-host.mjs').Session} Session */

/** The one that takes a second each time, and the same one. */
const SLOW = 'timeout-poll';

/**
 * From the first call to the last, so that the guest runs already, as those do that it stands beside.
 *
 * @param {any} pool
 * @param {WebAssembly.Module} module
 * @param {number} calls
 */
async function measureCalls(pool, module, calls) {
  let [n, begin, end] = [0, 0, 0];
  const host_ping = (/** @type {Uint8Array} */ data) => {
    if (n === 0) begin = performance.now();
    if (n === calls) end = performance.now();
    n++;
    return data;
  };
  const args = ['-r', String(calls + 1), 'host_ping', '{"n":1}'];
  expect((await pool.run(module, { args, host: { host_ping } })).stdoutText, `${calls + 1}\n`, 'host_call');
  return end - begin;
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'host-calls',
  open: async (context) => {
    const { sessions, rivals, close } = await openSessions(context);
    const hostcall = await compileGuest(context, 'hostcall');
    const { calls, repeats } = context.sizes;
    /** @type {(method: string) => (session: Session, label: string) => Promise<number>} */
    const measure = (method) => async (session, label) => {
      const n = label === SLOW ? 1 : repeats;
      const ms = await timed(async () => {
        for (let i = 0; i < n; i++)
          expect(await session.request(method, { count: calls }), calls, `${method} (${label})`);
      });
      return ms / n;
    };
    const variants = {
      ...variantsOf(sessions, 'call_many', measure('call_many')),
      ...variantsOf(sessions, 'call_many_async', measure('call_many_async')),
    };
    for (const { label, pool } of context.builds) {
      variants[`host_call: ${label}`] = () => measureCalls(pool, hostcall, calls);
    }
    const others = context.builds.map(({ label }) => `host_call: ${label}`).slice(1);
    /** @type {import('../lib/measure.mjs').Row} */
    const hostCallRow = {
      ...rowOf('host_call', 'ms', []),
      rivals: [...others, 'call_many: relay', 'call_many: timeout-poll'],
    };
    const rows = [rowOf('call_many', 'ms', rivals), rowOf('call_many_async', 'ms', rivals), hostCallRow];
    return { variants, rows, close };
  },
};
