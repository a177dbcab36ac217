// The ways that can talk with the guest `rpc` for as long as it lives, by the labels of their figures.

import { startAsyncify } from './4-asyncify/way.mjs';
import { startAtomics } from './3-atomics/way.mjs';
import { startJspi } from './1.1-jspi/way.mjs';
import { startRelay } from './5-relay/way.mjs';
import { startTimeoutPoll } from './timeout-poll/way.mjs';

/**
 * @typedef {object} Way
 * @property {(module: WebAssembly.Module) => import('../lib/rpc-host.mjs').Session} open one guest at a time
 * @property {() => Promise<Response>} [fetchGuest] its own kind of the guest; the same as everybody's, if there is none
 * @property {() => void} close
 */

/** Whether a thread that must not block can be woken by shared memory. */
const canListen = 'waitAsync' in Atomics;

/**
 * @param {import('../lib/context.mjs').Env} env
 * @returns {Record<string, () => Promise<Way>>} those that this engine can do
 */
export function waysOf(env) {
  return {
    ...(env.canSuspend ? { '1.1 JSPI in a worker': () => startJspi(env) } : {}),
    ...(canListen ? { '3 atomics on the main thread': () => startAtomics(env) } : {}),
    '4 Asyncify, woken by a message': () => startAsyncify(env, false),
    '4 Asyncify, clamped timers': () => startAsyncify(env, true),
    '5 relay by a coordinator': () => startRelay(env),
    'timeout-poll': () => startTimeoutPoll(env),
  };
}

/** Those whose calls of the host take a second, and the same second each time. */
export const SLOW = ['timeout-poll', '4 Asyncify, clamped timers'];
