// One request to a running guest and its answer, many times one after another; and requests that make it compute.

import { expect, timed } from '../lib/measure.mjs';
import { startMessages } from '../ways/1-messages/way.mjs';
import { compileGuest, openSessions, rowOf, variantsOf } from './guests.mjs';

/** How many primes there are up to a limit. @type {ReadonlyMap<number, number>} */
const PRIMES = new Map([
  [1, 0],
  [1_000_000, 78_498],
]);

/**
 * @param {number} n
 * @param {() => Promise<void>} work
 */
async function repeat(n, work) {
  for (let i = 0; i < n; i++) await work();
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'ping',
  group: 'ways',
  open: async (context) => {
    const { sessions, rivals, close } = await openSessions(context);
    const { pings, repeats } = context.sizes;
    const messages = await startMessages(context.env);
    const fresh = '1 messages, a new guest for each request';
    sessions[fresh] = messages.open(await compileGuest(context, 'rpc'));
    rivals.push(fresh);
    const variants = variantsOf(sessions, 'ping', async (session, label) => {
      const ping = async () => expect(await session.request('ping'), 'pong', `ping (${label})`);
      return ((await timed(() => repeat(pings, ping))) * 1000) / pings;
    });
    const rows = [rowOf('ping', 'us', rivals)];
    for (const [limit, primes] of PRIMES) {
      const name = `prime_sieve ${limit}`;
      rows.push(rowOf(name, 'ms', rivals));
      Object.assign(
        variants,
        variantsOf(sessions, name, async (session, label) => {
          const sieve = async () =>
            expect(await session.request('prime_sieve', { limit }), primes, `${name} (${label})`);
          return (await timed(() => repeat(repeats, sieve))) / repeats;
        }),
      );
    }
    const closeAll = async () => {
      await close();
      messages.close();
    };
    return { variants, rows, close: closeAll };
  },
};
