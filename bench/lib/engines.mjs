// Runs the suite in a browser's page or in a Node process of its own.

import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from '../../tests/browser/launch.mjs';
import { runPage } from '../../tests/browser/run-page.mjs';
import { serve } from '../../tests/browser/server.mjs';
import { foreignLoad, sampleLoad } from './load.mjs';

/** @typedef {import('./run-suite.mjs').Params} Params */
/** @typedef {import('./run-suite.mjs').SuiteReport & {name: string, version: string, foreign: number | undefined}} EngineReport */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 600_000;
const TYPES = { '.js': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm' };

export const ENGINE_NAMES = Object.freeze([...BROWSER_NAMES, 'node']);

/**
 * @param {string} name
 * @param {Params} params with absolute paths
 * @param {(text: string) => void} onProgress
 * @returns {Promise<EngineReport>}
 */
export function runEngine(name, params, onProgress) {
  return name === 'node' ? runNode(params) : runBrowser(/** @type {any} */ (name), params, onProgress);
}

/**
 * @param {{ok?: any, failed?: string}} outcome
 */
function reportOf({ ok, failed }) {
  if (failed) throw new Error(failed);
  return ok;
}

/**
 * @param {Params} params
 * @returns {Promise<EngineReport>}
 */
async function runNode(params) {
  const before = sampleLoad();
  const child = fork(new URL('../node.mjs', import.meta.url), [JSON.stringify(params)]);
  const outcome = await new Promise((resolve) => {
    child.once('message', resolve);
    child.once('exit', (code) => resolve({ failed: `Node ended with ${code} and no report` }));
  });
  const foreign = foreignLoad(before, sampleLoad());
  return { name: 'node', version: process.versions.node, foreign, ...reportOf(outcome) };
}

/**
 * @param {'chromium' | 'firefox' | 'webkit'} name
 * @param {Params} params
 * @param {(text: string) => void} onProgress
 * @returns {Promise<EngineReport>}
 */
async function runBrowser(name, params, onProgress) {
  const { routes, onServer } = serveFolders(params);
  const server = await serve({ root: ROOT, routes });
  const browser = await launch(name);
  try {
    const query = new URLSearchParams({ params: JSON.stringify(onServer) });
    const url = `${server.url}/bench/page.html?${query}`;
    const before = sampleLoad();
    const outcome = await runPage({ browser, url, timeoutMs: TIMEOUT_MS, onProgress });
    const foreign = foreignLoad(before, sampleLoad()); // while the browser still is one of our processes
    return { name, version: browser.version, foreign, ...reportOf(outcome) };
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * The folders as paths on the server; one from outside its root gets routes of its own.
 *
 * @param {Params} params
 */
function serveFolders(params) {
  /** @type {Record<string, import('../../tests/browser/server.mjs').Handler>} */
  const routes = {};
  const pathOf = (/** @type {string} */ folder, /** @type {string} */ alias) => {
    const inside = relative(ROOT, folder);
    if (folder === '') return '';
    if (!inside.startsWith('..')) return `/${inside.split(sep).join('/')}`;
    for (const file of readdirSync(folder)) routes[`/${alias}/${file}`] = fileHandler(join(folder, file));
    return `/${alias}`;
  };
  const { dist, baseline, guests } = params;
  return {
    routes,
    onServer: {
      ...params,
      dist: pathOf(dist, 'dist'),
      baseline: pathOf(baseline, 'baseline'),
      guests: pathOf(guests, 'guests'),
    },
  };
}

/**
 * @param {string} file
 * @returns {import('../../tests/browser/server.mjs').Handler}
 */
function fileHandler(file) {
  return async (_, res) => {
    const type = /** @type {Record<string, string>} */ (TYPES)[extname(file)] ?? 'application/octet-stream';
    res.writeHead(200, { 'Content-Type': type }).end(await readFile(file));
  };
}
