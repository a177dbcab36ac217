/** What guests were told of the time, over all cells: none that begins is shown a time before what those that have ended were
 * shown, in whichever cell, though the clocks of two threads may differ. In nanoseconds since 1970, which a number cannot hold. */
import { nowMs } from '../shared/thread.js';

/** So much may the clocks of two threads differ: in Firefox each rounds both its origin and its time to a millisecond, up or
 * down. */
const APART_MS = 4;

const NS_A_MS = 1_000_000n;

/** Of enum port_clock. */
const MONOTONIC = 1;

export class Told {
  #ns = 0n;

  get ns(): bigint {
    return this.#ns;
  }

  raise(ns: bigint): void {
    if (ns > this.#ns) this.#ns = ns;
  }

  /** A cell was ended with guests in it, and took with it what they were told: not more than any clock shows by now. */
  lose(): void {
    this.raise(BigInt(Math.ceil(nowMs(MONOTONIC)) + APART_MS) * NS_A_MS);
  }
}
