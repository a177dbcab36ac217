// Runs one subject, in whatever engine this is.

import { subjects } from '../suite/index.mjs';
import { FULL, QUICK } from './context.mjs';
import { measureRounds, VariantError } from './measure.mjs';

/** The engine goes on compiling what is hot well into the second round. */
const WARMUPS = 2;
const QUICK_COUNTS = { rounds: 2, warmups: 0 };

/**
 * @typedef {object} Params
 * @property {string} subject
 * @property {number} rounds
 * @property {boolean} quick
 * @property {string} dist the package's folder
 * @property {string} baseline the folder of another build of it; empty: none
 * @property {string} guests the guests' folder
 * @property {Record<string, string>} [without] variants of rivals that are not measured, with what was seen of them
 *
 * @typedef {{engine: string, cores: number, rounds: number, rows: import('./figures.mjs').ReportRow[]}} SuiteReport
 */

/**
 * @param {import('./context.mjs').Env} env
 * @param {Params} params
 * @param {(text: string) => void} onProgress
 * @returns {Promise<SuiteReport>}
 */
export async function runSuite(env, params, onProgress) {
  const subject = subjects.find(({ name }) => name === params.subject);
  if (!subject) throw new Error(`no subject is called ${params.subject}`);
  const builds = [await openBuild(env, 'ours', params.dist)];
  if (params.baseline) builds.push(await openBuild(env, 'baseline', params.baseline));
  const context = { env, builds, sizes: params.quick ? QUICK : FULL };
  const counts = countsOf(subject, params);
  onProgress('opening');
  const rows = await runSubject(subject, context, counts, params.without ?? {}, onProgress);
  onProgress('closing the pools');
  for (const { pool } of builds) await pool.close();
  return { engine: env.engine, cores: env.cores, rounds: counts.rounds, rows };
}

/**
 * @param {import('./measure.mjs').Subject} subject
 * @param {Params} params
 */
function countsOf(subject, { quick, rounds }) {
  if (quick) return QUICK_COUNTS;
  return subject.counts?.(rounds) ?? { rounds, warmups: WARMUPS };
}

/**
 * @param {import('./context.mjs').Env} env
 * @param {string} label
 * @param {string} folder
 * @returns {Promise<import('./context.mjs').Build>}
 */
async function openBuild(env, label, folder) {
  const millrace = await env.importBuild(folder);
  return { label, millrace, pool: await millrace.Pool.create({ workers: 1 }) };
}

/**
 * @param {import('./measure.mjs').Subject} subject
 * @param {import('./context.mjs').Context} context
 * @param {{rounds: number, warmups: number}} counts
 * @param {Record<string, string>} without
 * @param {(text: string) => void} onProgress
 */
async function runSubject(subject, context, counts, without, onProgress) {
  const { variants, rows, close } = await subject.open(context);
  for (const variant of Object.keys(without)) delete variants[variant];
  const own = new Set(rows.map(({ ours }) => ours));
  const patient = context.sizes.quick ? new Set(Object.keys(variants)) : own; // the short run never fails for being slow
  const values = await measureRounds(variants, patient, counts, onProgress).catch((error) => {
    throw own.has(error.variant) ? new Error(error.message, { cause: error }) : error;
  });
  onProgress('closing');
  await close();
  const cell = (/** @type {string} */ variant) => {
    const found = values.get(variant);
    if (!found) throw new Error(`${subject.name}: no variant is called ${variant}`);
    return { label: labelOf(variant), values: found };
  };
  const isLeftOut = (/** @type {string} */ rival) => rival in without;
  return rows.map(({ rivals, cannot = [], ...row }) => ({
    ...row,
    cannot: [
      ...cannot,
      ...rivals.filter(isLeftOut).map((rival) => ({ label: labelOf(rival), reason: without[rival] })),
    ],
    ours: cell(row.ours),
    rivals: rivals.filter((rival) => !isLeftOut(rival)).map(cell),
  }));
}

/**
 * What whoever runs the engine is told of a failure.
 *
 * @param {any} error
 * @param {string} progress
 */
export function failureOf(error, progress) {
  const { variant, reason } = error instanceof VariantError ? error : /** @type {any} */ ({});
  return {
    failed: `${progress}: ${error.stack?.includes(error.message) ? '' : `${error}\n`}${error.stack ?? ''}`,
    variant,
    reason,
  };
}

/** What stands behind the last colon and blank, where there is one. @param {string} variant */
function labelOf(variant) {
  const at = variant.lastIndexOf(': ');
  return at < 0 ? variant : variant.slice(at + 2);
}
