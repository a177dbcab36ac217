// Where chaos runs: this process, or a page; the same few calls for both.
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launch } from '../browser/launch.mjs';
import { serve } from '../browser/server.mjs';
import { Census } from './census.mjs';
import { Chaos } from './chaos.mjs';
import { childrenFootprint, nodeFootprint } from './footprint.mjs';
import { useTier } from '../scenarios/harness.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** JavaScriptCore cannot end a guest in an endless loop: each goes on for as long as the page lives. */
const LOOPS_IN_WEBKIT = 3;

/**
 * @typedef {object} Session
 * @property {(name: 'open' | 'round' | 'rest' | 'close', argument?: unknown) => Promise<any>} call
 * @property {() => Promise<Record<string, number>>} footprint
 * @property {() => string} heard what was written to the console
 * @property {() => Promise<void>} end
 */

/** @returns {Promise<Session>} */
export function openSession(engine, tier) {
  return engine === 'node' ? inNode(undefined, tier) : inBrowser(engine, tier);
}

/** A session in this process; `spoil` may change what the chaos sees of the package. */
export async function inNode(spoil = (millrace) => millrace, tier = 'shared') {
  const census = new Census();
  const millrace = await import(pathToFileURL(`${root}npm/dist/index.node.js`).href);
  if (tier !== 'shared') useTier(millrace.Pool, tier);
  const env = {
    millrace: spoil(millrace),
    census,
    tier,
    guest: (name) => `${root}examples/guests/${name}.gen.wasm`,
    load: async (path) => new Uint8Array(await readFile(root + path)),
  };
  let chaos;
  return {
    call(name, argument) {
      if (name === 'open') chaos = new Chaos(env, argument);
      return chaos[name](argument);
    },
    footprint: async () => ({ ...(await nodeFootprint()), listeners: census.listeners }),
    heard: () => '',
    end: async () => {},
  };
}

/** What WebKit's driver loses at times is only the result's way to us: it is read again, and not made again. */
async function evaluateOnce(page, expression) {
  const script = `(async () => { globalThis.made = undefined; return (globalThis.made = { value: await ${expression} }); })()`;
  try {
    return (await page.evaluate(script)).value;
  } catch (error) {
    if (!/Could not parse script result/.test(error.message)) throw error;
    const made = await page.evaluate('globalThis.made ?? null');
    if (made === null) throw error;
    return made.value;
  }
}

/** With the tier "jspi" the page has none of the headers that isolate it. */
async function inBrowser(engine, tier) {
  const server = await serve({ root, isolated: tier === 'shared' });
  const browser = await launch(engine);
  const lines = [];
  const onConsole = ({ type, text }) => lines.push(`${type}: ${text}`);
  const page = await browser.open(`${server.url}/tests/chaos/page.html`, { onConsole });
  await page.evaluate('(async () => { while (!globalThis.chaos) await new Promise((r) => setTimeout(r, 10)); })()');
  const loops = engine === 'webkit' ? { loopsMax: LOOPS_IN_WEBKIT } : {};
  return {
    call: (name, argument) => evaluateOnce(page, `chaos.${name}(${JSON.stringify(withLoops(name, argument, loops))})`),
    async footprint() {
      await page.collectGarbage();
      return { ...childrenFootprint(), listeners: await page.evaluate('chaos.listeners()') };
    },
    heard: () => lines.slice(-50).join('\n'),
    async end() {
      await page.close();
      await browser.close();
      await server.close();
    },
  };
}

function withLoops(name, argument, loops) {
  return name === 'open' ? { ...loops, ...argument } : argument;
}
