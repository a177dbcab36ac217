// Every subject, in the order in which they run.

import crossing from './crossing.mjs';
import frames from './frames.mjs';
import hostCalls from './host-calls.mjs';
import instances from './instances.mjs';
import jobs from './jobs.mjs';
import lifecycle from './lifecycle.mjs';
import ping from './ping.mjs';
import pipes from './pipes.mjs';
import tiers from './tiers.mjs';

/** @type {readonly import('../lib/measure.mjs').Subject[]} */
export const subjects = [hostCalls, ping, lifecycle, jobs, instances, crossing, pipes, frames, tiers];
