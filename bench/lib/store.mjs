// What was measured so far, one file for each subject and engine, so that a run that was broken off goes on where it
// was. A file counts only for the very code that it was measured with.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../build/bench/results', import.meta.url));
const NO_CODE = ['report', 'README.md'];

/**
 * A subject's rows in one engine.
 *
 * @typedef {object} Result
 * @property {string} engine
 * @property {string} version
 * @property {string} subject
 * @property {string} group
 * @property {string} build the beginning of the hash of what was measured
 * @property {string} at when, in UTC
 * @property {number} rounds
 * @property {number | undefined} foreign percent of a core that others used meanwhile
 * @property {import('./figures.mjs').ReportRow[]} rows
 */

/** @param {string[]} folders all files in them are hashed */
function hashOf(folders) {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    for (const path of entries.map((each) => join(each.parentPath ?? each.path, each.name)).sort())
      hash.update(path).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 12);
}

/** @param {string} dist */
export const buildOf = (dist) => hashOf([dist]);

/** @param {{dist: string, baseline: string, rounds: number, quick: boolean}} params */
export function openStore({ dist, baseline, rounds, quick }) {
  const code = readdirSync(BENCH, { withFileTypes: true }).filter((each) => each.isDirectory());
  const folders = code.filter(({ name }) => !NO_CODE.includes(name)).map(({ name }) => join(BENCH, name));
  const key = [hashOf([dist, ...(baseline ? [baseline] : []), ...folders]), rounds, quick].join(' ');
  const fileOf = (/** @type {string} */ engine, /** @type {string} */ subject) =>
    join(FOLDER, `${engine}-${subject}.json`);
  mkdirSync(FOLDER, { recursive: true });
  return {
    /** @returns {Result | undefined} */
    get(/** @type {string} */ engine, /** @type {string} */ subject) {
      const file = fileOf(engine, subject);
      if (!existsSync(file)) return undefined;
      const { key: itsKey, result } = JSON.parse(readFileSync(file, 'utf8'));
      return itsKey === key ? result : undefined;
    },
    put(/** @type {Result} */ result) {
      writeFileSync(fileOf(result.engine, result.subject), JSON.stringify({ key, result }));
    },
    /** These are in the report. Another run may be under way with others. */
    clear(/** @type {readonly Result[]} */ results) {
      for (const { engine, subject } of results) rmSync(fileOf(engine, subject), { force: true });
    },
  };
}
