// Runs a subject in a browser's page, in a Node process of its own, or as a native program.

import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from '../../tests/browser/launch.mjs';
import { runPage } from '../../tests/browser/run-page.mjs';
import { serve } from '../../tests/browser/server.mjs';
import { foreignLoad, sampleLoad } from './load.mjs';
import { memoryOfMiB } from './memory.mjs';
import { runNative } from './native.mjs';

/** @typedef {import('./run-suite.mjs').Params} Params */
/** @typedef {import('./run-suite.mjs').SuiteReport & {version: string, foreign: number | undefined}} EngineReport */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const timeoutOf = (/** @type {Params} */ { quick }) => (quick ? 120_000 : 900_000);
const TYPES = { '.js': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm' };

export const ENGINE_NAMES = Object.freeze([...BROWSER_NAMES, 'node', 'native']);

/**
 * A fresh process each time: what one subject leaves behind never slows down the next.
 *
 * @param {string} name
 * @param {Params} params with absolute paths
 * @param {(text: string) => void} onProgress
 * @returns {Promise<EngineReport>} with how much of a core others used meanwhile
 */
export async function runEngine(name, params, onProgress) {
  if (name === 'native') return measured(() => runNative(params));
  if (name === 'node') return measured(() => runNode(params, onProgress));
  return runBrowser(/** @type {any} */ (name), params, onProgress);
}

/** More than these are no rivals' faults. */
const MOST_LEFT_OUT = 4;

/**
 * The same, and begins anew without a rival that fails or stands still: it stands in its rows with what was seen of it. Nobody
 * can end what it has begun, so it gets a process of its own for that. In the short run it must not happen at all.
 *
 * @type {typeof runEngine}
 */
export async function runWhatWorks(name, params, onProgress) {
  /** @type {Record<string, string>} */
  const without = {};
  for (;;) {
    try {
      return await runEngine(name, { ...params, without }, onProgress);
    } catch (error) {
      const { variant, reason } = /** @type {any} */ (error);
      if (params.quick || variant === undefined || Object.keys(without).length === MOST_LEFT_OUT) throw error;
      without[variant] = reason;
    }
  }
}

/** @param {() => Promise<object>} run */
async function measured(run) {
  const before = sampleLoad();
  const report = await run();
  return /** @type {any} */ ({ ...report, foreign: foreignLoad(before, sampleLoad()) });
}

/**
 * @param {{ok?: any, failed?: string, variant?: string, reason?: string}} outcome
 */
function reportOf({ ok, failed, variant, reason }) {
  if (failed) throw Object.assign(new Error(failed), { variant, reason });
  return ok;
}

/**
 * @param {Params} params
 * @param {(text: string) => void} onProgress
 */
async function runNode(params, onProgress) {
  const child = fork(new URL('../node.mjs', import.meta.url), [JSON.stringify(params)]);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutOf(params));
  const outcome = await new Promise((resolve) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.progress) onProgress(message.progress);
      else resolve(message);
    });
    child.once('exit', (code) => resolve({ failed: `Node ended with ${code} and no report` }));
  });
  clearTimeout(timer);
  child.kill(); // rivals may leave threads behind that keep it alive
  return { version: process.versions.node, ...reportOf(outcome) };
}

/**
 * @param {'chromium' | 'firefox' | 'webkit'} name
 * @param {Params} params
 * @param {(text: string) => void} onProgress
 * @returns {Promise<EngineReport>}
 */
async function runBrowser(name, params, onProgress) {
  const { routes, onServer } = serveFolders(params);
  routes['/memory'] = (_, res) => void res.end(String(memoryOfMiB(process.pid)));
  const server = await serve({ root: ROOT, routes });
  const browser = await launch(name);
  try {
    const query = new URLSearchParams({ params: JSON.stringify(onServer) });
    const url = `${server.url}/bench/page.html?${query}`;
    const run = async () => ({
      version: browser.version,
      ...reportOf(await runPage({ browser, url, timeoutMs: timeoutOf(params), onProgress })),
    });
    return await measured(run); // while the browser still is one of our processes
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
