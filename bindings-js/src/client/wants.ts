/** What a job's stdin, stdout and stderr are to be connected with, as the launcher is told. */
import type { Fd } from './client.js';

/** What one of stdin, stdout and stderr is to be connected with: one of the three below, or an end of a pipe, which is the
 * job's own from then on. */
export type Want = Fd;
export const WANT_NULL: Want = 0;
/** A new pipe, whose other end becomes the caller's. */
export const WANT_PIPE: Want = 1;
/** Of stdin: what the job before it in a group writes as stdout. */
export const WANT_PREVIOUS: Want = 2;

/** Of stdin, stdout and stderr. */
export type Wants = readonly [Want, Want, Want];
