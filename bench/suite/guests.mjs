// The conversations with the guest `rpc` that several subjects are about: ours and the other ways', warm and side by side.

import { expect } from '../lib/measure.mjs';
import { openOurs } from '../lib/rpc-host.mjs';
import { waysOf } from '../ways/index.mjs';

/** @typedef {import('../lib/context.mjs').Context} Context */
/** @typedef {import('../lib/rpc-host.mjs').Session} Session */

/** What the rows call a pool of the other tier. */
export const OTHER_TIER = 'ours without shared memory';

/**
 * @param {Context} context
 * @param {string} name
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileGuest({ env }, name) {
  return WebAssembly.compile(await (await env.fetchGuest(name)).arrayBuffer());
}

/** @param {Context} context */
export const othersThan = ({ builds }) => builds.map(({ label }) => label).filter((label) => label !== 'ours');

/**
 * A pool of the tier for pages that share no memory, where the engine can do it.
 *
 * @param {Context} context
 * @returns {Promise<any>} `undefined`: it cannot
 */
export async function openOtherTier({ env, builds }) {
  return env.canSuspend ? builds[0].millrace.Pool.create({ workers: 1, tier: 'jspi' }) : undefined;
}

/**
 * One running guest for each build, tier and way, by the label of its variants.
 *
 * @param {Context} context
 * @returns {Promise<{sessions: Record<string, Session>, rivals: string[], close: () => Promise<void>}>}
 */
export async function openSessions(context) {
  const module = await compileGuest(context, 'rpc');
  /** @type {Record<string, Session>} */
  const sessions = {};
  for (const { label, pool } of context.builds) sessions[label] = await openOurs(pool, module);
  const other = await openOtherTier(context);
  if (other) sessions[OTHER_TIER] = await openOurs(other, module);
  const started = [];
  for (const [label, start] of Object.entries(waysOf(context.env))) {
    const way = await start();
    started.push(way);
    const own = way.fetchGuest && (await WebAssembly.compile(await (await way.fetchGuest()).arrayBuffer()));
    sessions[label] = way.open(own ?? module);
  }
  return {
    sessions,
    rivals: Object.keys(sessions).filter((label) => label !== 'ours'),
    close: async () => {
      for (const session of Object.values(sessions)) await session.close();
      for (const way of started) way.close();
      await other?.close();
    },
  };
}

/**
 * The variants of one request: how many milliseconds it takes.
 *
 * @param {Record<string, Session>} sessions
 * @param {string} name
 * @param {(session: Session, label: string) => Promise<number>} measure
 * @returns {Record<string, () => Promise<number>>}
 */
export function variantsOf(sessions, name, measure) {
  const entries = Object.entries(sessions);
  return Object.fromEntries(entries.map(([label, session]) => [`${name}: ${label}`, () => measure(session, label)]));
}

/**
 * @param {string} name
 * @param {string} unit
 * @param {readonly string[]} rivals
 * @returns {import('../lib/measure.mjs').Row}
 */
export function rowOf(name, unit, rivals) {
  const variant = (/** @type {string} */ label) => `${name}: ${label}`;
  return { name, unit, better: 'lower', ours: variant('ours'), rivals: rivals.map(variant) };
}

/**
 * From the first call to the last, so that the guest runs already, as those do that it stands beside.
 *
 * @param {any} pool
 * @param {WebAssembly.Module} module
 * @param {number} calls
 */
export async function hostCallsMs(pool, module, calls) {
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
