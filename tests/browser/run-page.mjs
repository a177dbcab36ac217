// Waits for a page that runs tests by itself and says so in two globals:
// `__progress`, a string naming the test under way, and in the end `__report`.

import { sleep, within } from './processes.mjs';

const POLL_MS = 200;
const CONSOLE_LINES_KEPT = 200;
/** A page on its way to another fails a poll or two. */
const FAILURES_TOLERATED = 5;
const CLOSE_TIMEOUT_MS = 6_000;

/** The browser does not answer for the page any more. */
class BrowserError extends Error {}

/**
 * Opens the page and answers its report. When there is none in time, the error
 * tells the last progress and what the page wrote to its console.
 *
 * A page whose browser has failed, which is another thing than a page that has
 * no report, is opened once more.
 *
 * @param {object} options
 * @param {import('./launch.mjs').Browser} options.browser
 * @param {string} options.url
 * @param {number} [options.timeoutMs] for loading and running together
 * @param {(progress: string) => void} [options.onProgress] on every change
 * @param {(message: import('./launch.mjs').ConsoleMessage) => void} [options.onConsole]
 * @returns {Promise<any>}
 */
export async function runPage(options) {
  return runOnce(options).catch((error) => {
    if (!(error.cause instanceof BrowserError)) throw error;
    console.warn(`${error.message}\n${options.url} is opened once more`);
    return runOnce(options);
  });
}

/** @param {Parameters<typeof runPage>[0]} options @returns {Promise<any>} */
async function runOnce({ browser, url, timeoutMs = 120_000, onProgress, onConsole }) {
  const state = { progress: '', lines: /** @type {string[]} */ ([]) };
  const deadline = Date.now() + timeoutMs;
  const hear = (/** @type {import('./launch.mjs').ConsoleMessage} */ message) => {
    state.lines.push(`${message.type}: ${message.text}`);
    if (state.lines.length > CONSOLE_LINES_KEPT) state.lines.shift();
    onConsole?.(message);
  };
  const opening = browser.open(url, { onConsole: hear });
  let opened = false;
  try {
    const page = await within(opening, timeoutMs, `${url} did not load within ${timeoutMs} ms`);
    opened = true;
    return await pollReport(page, deadline, timeoutMs, state, onProgress);
  } catch (error) {
    throw explain(error, `${browser.name} ${browser.version}`, state);
  } finally {
    // One that is still loading closes by itself, or with its browser.
    const closing = opening.then((page) => page.close());
    await within(closing, opened ? CLOSE_TIMEOUT_MS : 0, 'not closed').catch(() => {});
  }
}

/**
 * @param {import('./launch.mjs').Page} page
 * @param {number} deadline
 * @param {number} timeoutMs
 * @param {{progress: string}} state
 * @param {((progress: string) => void) | undefined} onProgress
 */
async function pollReport(page, deadline, timeoutMs, state, onProgress) {
  const late = `no report within ${timeoutMs} ms`;
  let failures = 0;
  while (Date.now() < deadline) {
    try {
      const { report, progress } = await within(page.evaluate(readGlobals), deadline - Date.now(), late);
      failures = 0;
      noteProgress(progress, state, onProgress);
      if (report !== null) return report;
    } catch (error) {
      failures += 1;
      if (Date.now() >= deadline) throw error;
      if (failures > FAILURES_TOLERATED) throw new BrowserError(String(error));
    }
    await sleep(POLL_MS);
  }
  throw new Error(late);
}

// Runs in the page.
function readGlobals() {
  const { __report, __progress } = /** @type {any} */ (globalThis);
  return { report: __report ?? null, progress: String(__progress ?? '') };
}

/**
 * @param {string} progress
 * @param {{progress: string}} state
 * @param {((progress: string) => void) | undefined} onProgress
 */
function noteProgress(progress, state, onProgress) {
  if (progress === state.progress) return;
  state.progress = progress;
  onProgress?.(progress);
}

/**
 * @param {unknown} error
 * @param {string} browser
 * @param {{progress: string, lines: string[]}} state
 */
function explain(error, browser, { progress, lines }) {
  const reason = error instanceof Error ? error.message : String(error);
  const output = lines.length === 0 ? '  (none)' : lines.map((line) => `  ${line}`).join('\n');
  return new Error(`${browser}: ${reason}\nlast progress: ${progress || '(none)'}\nconsole output:\n${output}`, {
    cause: error,
  });
}
