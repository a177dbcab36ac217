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
import programs from './programs.mjs';
import rust from './rust.mjs';
import scaling from './scaling.mjs';
import size from './size.mjs';
import start from './start.mjs';
import tiers from './tiers.mjs';

/** @type {readonly import('../lib/measure.mjs').Subject[]} */
export const subjects = [
  // The ways
  hostCalls,
  ping,
  lifecycle,
  // Everything else
  jobs,
  calls,
  start,
  size,
  pipes,
  crossings,
  programs,
  frames,
  scaling,
  tiers,
  rust,
  native,
];
