// A guest that calls its host: 200 calls one after another, each after the answer to the one before, and 200 at once; as
// lines of JSON, and the first by pool_call, beside libraries that are made for such calls.

import { expect, timed } from '../lib/measure.mjs';
import { startCoincident } from '../rivals/coincident.mjs';
import { startExtism } from '../rivals/extism.mjs';
import { watchStarvation } from '../ways/1-messages/way.mjs';
import { watchHang } from '../ways/2-rings/way.mjs';
import { SLOW } from '../ways/index.mjs';
import { compileGuest, hostCallsMs, openSessions, othersThan, rowOf, variantsOf } from './guests.mjs';

/** @typedef {import('../lib/rpc-host.mjs').Session} Session */

/** How long way 2 may try to hang by itself. */
const HANG_MS = 2000;

/**
 * @param {import('../lib/context.mjs').Sizes} sizes
 * @param {string} method
 * @returns {(session: Session, label: string) => Promise<number>}
 */
function callsOf({ calls, repeats }, method) {
  return async (session, label) => {
    const n = SLOW.includes(label) ? 1 : repeats;
    const ms = await timed(async () => {
      for (let i = 0; i < n; i++)
        expect(await session.request(method, { count: calls }), calls, `${method} (${label})`);
    });
    return ms / n;
  };
}

/** @param {import('../lib/context.mjs').Context} context */
async function ruledOut({ env, sizes }, /** @type {WebAssembly.Module} */ module) {
  return [
    { label: '1 messages', reason: await watchStarvation(env, module) },
    { label: '2 rings without a sleep protocol', reason: await watchHang(env, sizes.quick ? 200 : HANG_MS) },
  ];
}

/** The libraries, each with what it calls its host by. @param {import('../lib/context.mjs').Env} env */
async function startLibraries(env) {
  const libraries = [await startExtism(env), await startCoincident(env)];
  return libraries.filter((library) => library !== undefined);
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'host-calls',
  group: 'ways',
  open: async (context) => {
    const { env, sizes, builds } = context;
    const cannot = await ruledOut(context, await compileGuest(context, 'rpc'));
    const { sessions, rivals, close } = await openSessions(context);
    const hostcall = await compileGuest(context, 'hostcall');
    const libraries = await startLibraries(env);
    const variants = {
      ...variantsOf(sessions, 'call_many', callsOf(sizes, 'call_many')),
      ...variantsOf(sessions, 'call_many_async', callsOf(sizes, 'call_many_async')),
    };
    for (const { label, pool } of builds)
      variants[`host_call: ${label}`] = () => hostCallsMs(pool, hostcall, sizes.calls);
    for (const { label, call } of libraries) variants[`host_call: ${label}`] = () => timed(() => call(sizes.calls));
    const hostCallRow = rowOf('host_call', 'ms', [...othersThan(context), ...libraries.map(({ label }) => label)]);
    const about =
      '200 calls of the host with bytes by pool_call, by a guest that runs already; rivals call with a number';
    return {
      variants,
      rows: [
        { ...rowOf('call_many', 'ms', rivals), cannot },
        { ...rowOf('call_many_async', 'ms', rivals), cannot },
        { ...hostCallRow, about, rivals: [...hostCallRow.rivals, 'call_many: 5 relay by a coordinator'] },
      ],
      close: async () => {
        for (const library of libraries) await library.close();
        await close();
      },
    };
  },
};
