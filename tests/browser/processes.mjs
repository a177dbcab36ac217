// Child processes and scratch folders which never outlive the test run, however
// it ends: closed in order, by an exception, or by a signal.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Exit statuses follow the shell: 128 plus the signal's number. */
const FATAL_SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
const TERMINATE_GRACE_MS = 2_000;
const STDERR_KEPT = 4_000;

/** @type {Set<() => void>} what is left to clean up, in the order of creation */
const cleanups = new Set();

/**
 * Calls `cleanup` (synchronous) if the process ends before `release` is called.
 * @param {() => void} cleanup
 * @returns {() => void} release
 */
export function guard(cleanup) {
  if (cleanups.size === 0) watchForExit();
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) stopWatchingForExit();
  };
}

function watchForExit() {
  process.on('exit', runCleanups);
  for (const name of Object.keys(FATAL_SIGNALS)) process.on(name, exitOnSignal);
}

// The handlers go away with the last guard, so that a program which merely
// imported this still dies of a signal in the usual way.
function stopWatchingForExit() {
  process.off('exit', runCleanups);
  for (const name of Object.keys(FATAL_SIGNALS)) process.off(name, exitOnSignal);
}

/** @param {keyof FATAL_SIGNALS} name */
function exitOnSignal(name) {
  // Last in line: a browser that puppeteer is still starting is killed by
  // puppeteer's own listener, and must be dead when its folder is removed.
  process.off('exit', runCleanups);
  process.on('exit', runCleanups);
  process.exit(FATAL_SIGNALS[name]);
}

// Youngest first: a browser goes before the display and the folder it uses.
function runCleanups() {
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch {
      // One failure must not leave the other children running.
    }
  }
}

/**
 * A new folder with a home and a place for temporary files inside, so that a
 * browser leaves nothing anywhere else.
 *
 * @param {string} name
 * @returns {Promise<{path: string, env: NodeJS.ProcessEnv, remove: () => void}>}
 */
export async function makeScratch(name) {
  const path = await mkdtemp(join(tmpdir(), `millrace-${name}-`));
  // Dying processes may still write for a moment, hence the retries.
  const erase = () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  const release = guard(erase);
  const folders = { HOME: join(path, 'home'), TMPDIR: join(path, 'tmp'), XDG_RUNTIME_DIR: join(path, 'run') };
  for (const folder of Object.values(folders)) await mkdir(folder, { mode: 0o700 });
  return {
    path,
    env: { ...process.env, ...folders },
    remove: () => {
      erase();
      release();
    },
  };
}

/**
 * Signals a process and all its descendants; the process must lead its group.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}

/**
 * @typedef {object} Child
 * @property {import('node:child_process').ChildProcess} process
 * @property {() => string} stderr the end of what it wrote there
 * @property {() => boolean} hasExited
 * @property {() => Promise<void>} stop asks it to end, then makes it
 */

/**
 * Starts a process as the leader of a group of its own.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('node:child_process').IOType[]} [options.extraStdio]
 *   descriptors from 3 on
 * @param {NodeJS.Signals} [options.exitSignal] sent when this process exits
 * @returns {Child}
 */
export function startChild(command, args, { env, extraStdio = [], exitSignal = 'SIGKILL' }) {
  const child = spawn(command, args, {
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', ...extraStdio],
  });
  let failure = '';
  child.once('error', (error) => (failure = String(error)));
  const readStderr = keepEnd(/** @type {import('node:stream').Readable} */ (child.stderr));
  const hasExited = () => failure !== '' || child.exitCode !== null || child.signalCode !== null;
  const signalAll = (/** @type {NodeJS.Signals} */ signal) => child.pid && killGroup(child.pid, signal);
  const release = guard(() => signalAll(exitSignal));
  return {
    process: child,
    stderr: () => failure || readStderr(),
    hasExited,
    stop: async () => {
      signalAll('SIGTERM');
      await waitUntil(hasExited, TERMINATE_GRACE_MS);
      // The leader may have left descendants behind.
      signalAll('SIGKILL');
      release();
    },
  };
}

/**
 * Keeps the end of a stream for an error message and throws the rest away.
 * @param {import('node:stream').Readable} stream
 * @returns {() => string}
 */
function keepEnd(stream) {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => (text = (text + chunk).slice(-STDERR_KEPT)));
  return () => text.trim();
}

/** @param {number} ms */
export function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

/**
 * @param {() => boolean} condition
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} whether it came true in time
 */
export async function waitUntil(condition, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await sleep(10);
  }
  return true;
}

/**
 * Rejects with `message` when the promise has not settled in time.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} timeoutMs
 * @param {string} message
 * @returns {Promise<T>}
 */
export async function within(promise, timeoutMs, message) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
