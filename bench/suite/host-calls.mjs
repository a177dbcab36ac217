// A guest that calls its host: 200 calls one after another, each after the answer to the one before, and 200 at once; as
// lines of JSON, and the first by pool_call, where the package has host calls.

import { expect, timed } from '../lib/measure.mjs';
import { compileGuest, openSessions, rowOf, variantsOf } from './guests.mjs';

/** @typedef {import('../lib/rpc-host.mjs').Session} Session */

/** Beside the same with lines of JSON, in guests that run already. */
const hostCallRow = {
  name: 'host_call',
  unit: 'ms',
  better: 'lower',
  ours: 'host_call: ours',
  rivals: ['call_many: ours', 'call_many: relay', 'call_many: timeout-poll'],
};

/** The one that takes a second each time, and the same one. */
const SLOW = 'timeout-poll';

/** A job that calls by pool_call; it has to be started as well. */
async function measureCalls(pool, module, calls) {
  const host = { host_ping: (data) => data };
  const args = ['-r', String(calls), 'host_ping', '{"n":1}'];
  return timed(async () => expect((await pool.run(module, { args, host })).stdoutText, `${calls}\n`, 'host_call'));
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'host-calls',
  open: async (context) => {
    const { sessions, rivals, close } = await openSessions(context);
    const { pool } = context.builds.find(({ label }) => label === 'ours');
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
    return {
      variants: {
        ...variantsOf(sessions, 'call_many', measure('call_many')),
        ...variantsOf(sessions, 'call_many_async', measure('call_many_async')),
        'host_call: ours': () => measureCalls(pool, hostcall, calls),
      },
      rows: [rowOf('call_many', 'ms', rivals), rowOf('call_many_async', 'ms', rivals), hostCallRow],
      close,
    };
  },
};
