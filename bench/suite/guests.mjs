// The conversations with the guest `rpc` that several subjects are about: ours and the rivals', warm and side by side.

import { openOurs } from '../lib/rpc-host.mjs';
import { startRelay } from '../rivals/relay.mjs';
import { startTimeoutPoll } from '../rivals/timeout-poll.mjs';

/** @typedef {import('../lib/context.mjs').Context} Context */
/** @typedef {import('../lib/rpc-host.mjs').Session} Session */

/**
 * @param {Context} context
 * @param {string} name
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileGuest({ env }, name) {
  return WebAssembly.compile(await (await env.fetchGuest(name)).arrayBuffer());
}

/**
 * One running guest for each build and each rival, by the label of its variants.
 *
 * @param {Context} context
 * @returns {Promise<{sessions: Record<string, Session>, rivals: string[], close: () => Promise<void>}>}
 */
export async function openSessions(context) {
  const module = await compileGuest(context, 'rpc');
  /** @type {Record<string, Session>} */
  const sessions = {};
  for (const { label, pool } of context.builds) sessions[label] = await openOurs(pool, module);
  const relay = await startRelay(context.env);
  const poll = await startTimeoutPoll(context.env);
  sessions.relay = relay.open(module);
  sessions['timeout-poll'] = poll.open(module);
  return {
    sessions,
    rivals: Object.keys(sessions).filter((label) => label !== 'ours'),
    close: async () => {
      for (const session of Object.values(sessions)) await session.close();
      relay.close();
      poll.close();
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
