// Every subject. One more is a file of this folder and a line in each of the two lists; their order is the report's, within
// each group.

import calls from './calls.mjs';
import crossings from './crossings.mjs';
import frames from './frames.mjs';
import hostCalls from './host-calls.mjs';
import jobs from './jobs.mjs';
import lifecycle from './lifecycle.mjs';
import ping from './ping.mjs';
import native from './native.mjs';
import pipes from './pipes.mjs';
import tiers from './tiers.mjs';

/** @type {readonly import('../lib/measure.mjs').Subject[]} */
export const subjects = [hostCalls, ping, lifecycle, jobs, calls, pipes, crossings, frames, tiers, native];
