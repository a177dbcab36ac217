// The example apps in browsers, as a visitor uses them, on pages that are isolated and on pages that are not.
// Usage: node tests/rust/apps.mjs [browser…]
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch } from '../browser/launch.mjs';
import { serve } from '../browser/server.mjs';
import { assert, equal, sleep } from '../scenarios/harness.mjs';

const built = fileURLToPath(new URL('../../build/rust', import.meta.url));
const shots = fileURLToPath(new URL('../../build/rust-shots', import.meta.url));
const names = process.argv.length > 2 ? process.argv.slice(2) : ['chromium', 'firefox'];
const WAIT_MS = 120_000;

/** What the visitor sees of one element. */
const textOf = (page, selector) =>
  page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? '', selector);

const click = (page, selector) => page.evaluate((wanted) => document.querySelector(wanted).click(), selector);

/** Types into a field, as frameworks hear of it. */
const type = (page, selector, text) =>
  page.evaluate(
    (wanted, value) => {
      const field = document.querySelector(wanted);
      field.value = value;
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    },
    selector,
    text,
  );

/** Waits until a text is as it should become. */
async function until(page, selector, isSo) {
  for (const deadline = Date.now() + WAIT_MS; ; await sleep(50)) {
    const text = await textOf(page, selector);
    if (isSo(text)) return text;
    assert(Date.now() < deadline, `${selector} is still ${JSON.stringify(text)}`);
  }
}

const framesOf = async (page) => Number(await textOf(page, '#frames'));

/** Waits for so many frames more: a frozen page has none. */
async function untilFrames(page, more) {
  const wanted = (await framesOf(page)) + more;
  await until(page, '#frames', (text) => Number(text) >= wanted);
}

/** Starts the computation, and ends it in its midst. One that was too quick for that is begun again. */
async function cancelSieve(page, shot) {
  for (let text = ''; text !== 'Cancelled.';) {
    await click(page, '#sieve button');
    await until(page, '#sieve output', (now) => !/^(Not|Cancelled|0 )/.test(now)); // it computes, and has said so
    await untilFrames(page, 3);
    await page.screenshot(shot, { width: 1180, height: 640 });
    await click(page, '#sieve button.quiet');
    text = await until(page, '#sieve output', (now) => !now.endsWith('%'));
  }
}

async function dioxus(page, tier, shot) {
  const words = { shared: 'shared memory', jspi: 'suspended' };
  await until(page, '#pool', (text) => text.includes(words[tier]));
  await until(page, '#calculator pre', (text) => text === '> ');
  await type(page, '#calculator input', '6 * (3 + 4)');
  await untilFrames(page, 1);
  await click(page, '#calculator button');
  await until(page, '#calculator pre', (text) => text.endsWith('6 * (3 + 4)\n42\n> '));
  await click(page, '#plugin button');
  await until(page, '#plugin output', (text) => text === 'Hello from a file that the app has fetched for its guest.');
  await cancelSieve(page, shot);
  await click(page, '#sieve button');
  await until(page, '#sieve output', (text) => text === '26355867 primes.');
}

async function yew(page, _, shot) {
  await until(page, '#answer', (text) => text === 'Type something.');
  await type(page, 'textarea', 'to be or not to be');
  await until(page, '#answer', (text) => text.includes('6  words'));
  await page.screenshot(shot, { width: 800, height: 600 });
}

const apps = { dioxus, yew };

/** What Firefox tells of a worker that is ended while suspended wasm is on its stack, also from JavaScript: no error of the
 * page's. */
const isOfEndedCell = (browser, tier, text) =>
  browser.name === 'firefox' && tier === 'jspi' && /uncaught exception: undefined$/.test(text);

async function visit(browser, app, tier) {
  const server = await serve({ root: `${built}/millrace-${app}`, isolated: tier === 'shared' });
  const wrong = [];
  const page = await browser.open(server.url, {
    onConsole: ({ type, text }) => {
      if (type === 'pageerror' && !isOfEndedCell(browser, tier, text)) wrong.push(text);
    },
  });
  try {
    await apps[app](page, tier, `${shots}/${app}-${browser.name}-${tier}.png`);
    equal(wrong, []);
  } catch (error) {
    throw new Error(`${error.message}\nerrors of the page: ${wrong.join('\n')}`, { cause: error });
  } finally {
    await page.close();
    await server.close();
  }
}

await mkdir(shots, { recursive: true });
let [passed, failed] = [0, 0];
for (const name of names) {
  const browser = await launch(name);
  for (const app of Object.keys(apps)) {
    for (const tier of ['shared', 'jspi']) {
      try {
        await visit(browser, app, tier);
        console.log(`${name}, ${tier}: ok ${app}`);
        passed++;
      } catch (error) {
        console.log(`${name}, ${tier}: FAILED ${app}: ${error.message}`);
        failed++;
      }
    }
  }
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed || passed === 0 ? 1 : 0;
