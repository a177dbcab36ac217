// What a stack's page says in the end: it runs a guest, and puts into `__report` what came of it.
import assert from 'node:assert/strict';
import { runPage } from '../../browser/run-page.mjs';
import { reportUnattended } from '../../browser/unattended.mjs';

const TIMEOUT_MS = 120_000;

/** What the guest is given, and gives back. */
export const TEXT = 'through the mill\n';

/** A module that runs a guest with what `entry` exports, and reports. `options` are those of the pool, as source.
 * `guest` is where the guest is, as source. */
export function appSource({ entry = 'millrace', options = '{ workers: 2 }', guest = "'/guest.wasm'" } = {}) {
  return `import { Pool } from '${entry}';
${runSource({ options, guest })}
runGuest().then((report) => (globalThis.__report = report));
`;
}

/** The function behind it, for whoever imports `Pool` himself. */
export function runSource({ options = '{ workers: 2 }', guest = "'/guest.wasm'" } = {}) {
  return `async function runGuest() {
  try {
    const pool = await Pool.create(${options});
    const { stdoutText } = await pool.run(${guest}, { stdin: ${JSON.stringify(TEXT)} });
    const { tier } = pool;
    await pool.close();
    return { text: stdoutText, tier };
  } catch (error) {
    const { name, message, code } = error;
    return { name, message, code, cause: error.cause === undefined ? '' : String(error.cause), causeName: error.cause?.name ?? '' };
  }
}`;
}

/** An HTML page around scripts. */
export function html(body) {
  return `<!doctype html><meta charset="utf-8"><title>Stack</title><link rel="icon" href="data:,"><body>${body}</body>\n`;
}

/** Opens a page in a browser: its report. */
export async function reportOf(t, browserName, url, timeoutMs = TIMEOUT_MS) {
  return runPage({ browser: await t.browser(browserName), url, timeoutMs });
}

/** Opens a page in each browser, and expects that a guest has run. */
export async function expectRun(t, url, { browsers = ['chromium'], tier = 'shared', timeoutMs } = {}) {
  for (const name of browsers) {
    const report = await reportOf(t, name, url, timeoutMs);
    assert.deepEqual(report, { text: TEXT, tier }, `${name}: ${JSON.stringify(report)}`);
  }
}

/** Opens a folder's page, which posts its report, in a Firefox that nobody drives, and expects that a guest has run. */
export async function expectUnattendedRun(folder) {
  assert.deepEqual(await reportUnattended(folder, TIMEOUT_MS), { text: TEXT, tier: 'shared' });
}

/** Opens a page in each browser, and expects an error that says this. */
export async function expectRefusal(t, url, pattern, { browsers = ['chromium'], name = 'StartError' } = {}) {
  for (const browser of browsers) {
    const report = await reportOf(t, browser, url);
    assert.equal(report.name, name, `${browser}: ${JSON.stringify(report)}`);
    assert.match(report.message, pattern, `${browser}: ${report.message}`);
    assert.doesNotMatch(report.message, /data:[^ ]{60}/);
    t.say(`${browser}: ${report.message} [${report.causeName}: ${report.cause.slice(0, 100)}]`);
  }
}
