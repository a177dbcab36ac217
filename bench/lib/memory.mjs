// How much memory a process and all that it started take.

import { readFileSync } from 'node:fs';
import { processTree } from './load.mjs';

/**
 * Pages that several processes share count once, as the kernel divides them among these.
 *
 * @param {number} pid
 * @returns {number} MiB
 */
export function memoryOfMiB(pid) {
  let kb = 0;
  for (const each of processTree(pid)) {
    try {
      kb += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return kb / 1024;
}
