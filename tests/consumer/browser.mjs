// Opens a page that emcc made in browsers, until its program says that all went well.
// Usage: node tests/consumer/browser.mjs PAGE.html [chromium] [firefox] [webkit]
import { basename, dirname } from 'node:path';
import { launch } from '../browser/launch.mjs';
import { serve } from '../browser/server.mjs';

const WAIT_MS = 60_000;
const [page, ...names] = process.argv.slice(2);
const server = await serve({ root: dirname(page) });
let failed = false;

/** What the program wrote: up to its last line, or until it takes too long. */
async function linesIn(browser) {
  const lines = [];
  let ended = () => {};
  const end = new Promise((resolve) => (ended = resolve));
  const timer = setTimeout(ended, WAIT_MS);
  const onConsole = ({ text }) => {
    lines.push(text);
    if (text === 'consumer: ok') ended();
  };
  await browser.open(`${server.url}/${basename(page)}`, { onConsole });
  await end;
  clearTimeout(timer);
  return lines;
}

for (const name of names) {
  const browser = await launch(name);
  const lines = await linesIn(browser).finally(() => browser.close());
  const ok = lines.includes('consumer: ok') && !lines.some((line) => line.startsWith('it does not hold'));
  console.log(`consumer: ${basename(page, '.html')} in ${name}: ${ok ? 'ok' : `FAILED\n${lines.join('\n')}`}`);
  failed ||= !ok;
}
await server.close();
process.exitCode = failed ? 1 : 0;
