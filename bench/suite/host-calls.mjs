// A guest that calls its host: 200 calls one after another, each after the answer to the one before, and 200 at once.

import { expect, timed } from '../lib/measure.mjs';
import { openSessions, rowOf, variantsOf } from './guests.mjs';

/** @typedef {import('../lib/rpc-host.mjs').Session} Session */

/** The one that takes a second each time, and the same one. */
const SLOW = 'timeout-poll';

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'host-calls',
  open: async (context) => {
    const { sessions, rivals, close } = await openSessions(context);
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
      },
      rows: [rowOf('call_many', 'ms', rivals), rowOf('call_many_async', 'ms', rivals)],
      close,
    };
  },
};
