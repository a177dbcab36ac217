// How much of the machine others used meanwhile. Figures of a busy machine are worth less, and the report says so.

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_S = 100;

/** @typedef {{at: number, busy: number, own: number}} Sample in ticks of a hundredth of a second */

/**
 * What this machine and this process with all that it started have used so far; `undefined` where there is no /proc.
 *
 * @returns {Sample | undefined}
 */
export function sampleLoad() {
  try {
    const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)[0]
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return { at: performance.now(), busy: user + nice + system + irq + softirq + steal, own: ownTicks() };
  } catch {
    return undefined;
  }
}

/**
 * @param {Sample | undefined} from
 * @param {Sample | undefined} to
 * @returns {number | undefined} percent of one core that others used
 */
export function foreignLoad(from, to) {
  if (!from || !to) return undefined;
  const ticks = to.busy - from.busy - (to.own - from.own);
  return Math.max(0, Math.round((ticks / TICKS_PER_S / ((to.at - from.at) / 1000)) * 100));
}

/**
 * @param {number} pid
 * @returns {number[]} it and all that it started
 */
export function processTree(pid) {
  const children = groupByParent(processTable());
  /** @type {(pid: number) => number[]} */
  const below = (parent) => [parent, ...(children.get(parent) ?? []).flatMap((child) => below(child.pid))];
  return below(pid);
}

function ownTicks() {
  const table = processTable();
  const children = groupByParent(table);
  /** @type {(pid: number) => number} */
  const ticksOf = (pid) =>
    (table.get(pid)?.ticks ?? 0) + (children.get(pid) ?? []).reduce((sum, child) => sum + ticksOf(child.pid), 0);
  return ticksOf(process.pid);
}

/** @typedef {{pid: number, parent: number, ticks: number}} Entry */

/** @param {Map<number, Entry>} table */
function groupByParent(table) {
  /** @type {Map<number, Entry[]>} */
  const groups = new Map();
  for (const entry of table.values()) groups.set(entry.parent, [...(groups.get(entry.parent) ?? []), entry]);
  return groups;
}

/** @returns {Map<number, Entry>} */
function processTable() {
  const table = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readProcess(name);
    if (entry) table.set(entry.pid, entry);
  }
  return table;
}

/**
 * @param {string} pid
 * @returns {Entry | undefined} with the time of its children that have ended
 */
function readProcess(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { pid: Number(pid), parent: fields[1], ticks: fields[11] + fields[12] + fields[13] + fields[14] };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
