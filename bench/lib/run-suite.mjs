// Runs the subjects, in whatever engine this is.

import { subjects } from '../suite/index.mjs';
import { FULL, QUICK } from './context.mjs';
import { measureRounds } from './measure.mjs';

/** The engine goes on compiling what is hot well into the second round. */
const WARMUPS = 2;

/**
 * @typedef {object} Params
 * @property {number} rounds
 * @property {boolean} quick
 * @property {string} only a part of the names of subjects; empty: all
 * @property {string} dist the package's folder
 * @property {string} baseline the folder of another build of it; empty: none
 * @property {string} guests the guests' folder
 *
 * @typedef {{label: string, median: number, min: number, max: number, values: number[]}} Cell
 * @typedef {{name: string, subject: string, unit: string, better: 'lower' | 'higher', ours: Cell, rivals: Cell[]}} ReportRow
 * @typedef {{engine: string, cores: number, rounds: number, rows: ReportRow[]}} SuiteReport
 */

/**
 * @param {import('./context.mjs').Env} env
 * @param {Params} params
 * @param {(text: string) => void} onProgress
 * @returns {Promise<SuiteReport>}
 */
export async function runSuite(env, params, onProgress) {
  const builds = [await openBuild(env, 'ours', params.dist)];
  if (params.baseline) builds.push(await openBuild(env, 'baseline', params.baseline));
  const context = { env, builds, sizes: params.quick ? QUICK : FULL };
  const rows = [];
  for (const subject of subjects) {
    if (!subject.name.includes(params.only)) continue;
    rows.push(...(await runSubject(subject, context, params, (text) => onProgress(`${subject.name}: ${text}`))));
  }
  onProgress('closing the pools');
  for (const { pool } of builds) await pool.close();
  return { engine: env.engine, cores: env.cores, rounds: params.rounds, rows };
}

/**
 * @param {import('./context.mjs').Env} env
 * @param {string} label
 * @param {string} folder
 * @returns {Promise<import('./context.mjs').Build>}
 */
async function openBuild(env, label, folder) {
  const { Pool, Directory } = await env.importBuild(folder);
  return { label, pool: await Pool.create({ workers: 1 }), Directory };
}

/**
 * @param {import('./measure.mjs').Subject} subject
 * @param {import('./context.mjs').Context} context
 * @param {Params} params
 * @param {(text: string) => void} onProgress
 * @returns {Promise<ReportRow[]>}
 */
async function runSubject(subject, context, { rounds }, onProgress) {
  onProgress('opening');
  const { variants, rows, close } = await subject.open(context);
  const counts = subject.counts ?? { rounds, warmups: WARMUPS };
  const figures = await measureRounds(variants, counts, onProgress);
  onProgress('closing');
  await close();
  const cell = (/** @type {string} */ variant) => {
    const found = figures.get(variant);
    if (!found) throw new Error(`${subject.name}: no variant is called ${variant}`);
    return { label: labelOf(variant), ...found };
  };
  return rows.map(({ name, unit, better, ours, rivals }) => ({
    name,
    subject: subject.name,
    unit,
    better,
    ours: cell(ours),
    rivals: rivals.map(cell),
  }));
}

/** What stands behind the colon, where there is one. @param {string} variant */
function labelOf(variant) {
  return variant.slice(variant.lastIndexOf(': ') + 1).trim();
}
