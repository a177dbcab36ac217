// What of the suite is wanted: which subject in which engine, in the order of the groups.

import { groups } from '../suite/groups.mjs';
import { subjects } from '../suite/index.mjs';

const EVERYWHERE = ['chromium', 'firefox', 'webkit', 'node'];

/** @typedef {{engine: string, subject: import('./measure.mjs').Subject}} Task */

/**
 * @param {readonly string[]} engines
 * @param {readonly string[]} rows names of groups or of subjects; none: all
 * @returns {Task[]}
 */
export function planOf(engines, rows) {
  const names = [...groups, ...subjects].map(({ name }) => name);
  const unknown = rows.find((row) => !names.includes(row));
  if (unknown) throw new Error(`no rows are called ${unknown}; there are ${[...new Set(names)].join(', ')}`);
  const wanted = subjects.filter(({ name, group }) => rows.length === 0 || rows.includes(name) || rows.includes(group));
  const tasks = engines.flatMap((engine) =>
    wanted
      .filter((subject) => (subject.engines ?? EVERYWHERE).includes(engine))
      .map((subject) => ({ engine, subject })),
  );
  if (tasks.length === 0) throw new Error(`${rows.join(', ')}: not in ${engines.join(', ')}`);
  return tasks;
}

/**
 * In the report's order: by groups, subjects, and engines as they were named first.
 *
 * @template {{group: string, subject: string, engine: string}} T
 * @param {readonly T[]} results
 * @param {readonly string[]} engines
 * @returns {T[]}
 */
export function inOrder(results, engines) {
  const rank = ({ group, subject, engine }) => [
    groups.findIndex(({ name }) => name === group),
    subjects.findIndex(({ name }) => name === subject),
    engines.indexOf(engine),
  ];
  return [...results].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
  });
}
