// Starts a browser to test in. Three very different ways of driving one come
// out as the same few methods, so that a test does not care which it has.

import { access } from 'node:fs/promises';
import puppeteer from 'puppeteer-core';
import { allocate } from './garbage.mjs';
import { pageExpression, pageResult } from './expression.mjs';
import { guard, killGroup, makeScratch, within } from './processes.mjs';
import { launchWebKit } from './webkit.mjs';

/** @typedef {'chromium' | 'firefox' | 'webkit'} BrowserName */

/**
 * @typedef {object} ConsoleMessage
 * @property {string} type the console method's name, or 'pageerror' for an
 *   exception that nothing caught, or 'crash'
 * @property {string} text
 */

/**
 * @typedef {object} Page
 * @property {(fnOrString: string | Function, ...args: unknown[]) => Promise<any>} evaluate
 *   calls a function (an arrow or a `function`) in the page with JSON arguments,
 *   or evaluates an expression; awaits it; answers its JSON value. What it
 *   throws is thrown here, with the page's name and stack.
 * @property {(path: string, size?: {width?: number, height?: number}) => Promise<void>} screenshot
 *   writes a PNG file of the viewport, which is resized first when asked
 * @property {() => Promise<string>} title
 * @property {(url: string) => Promise<void>} goto resolves on the load event
 * @property {() => Promise<void>} collectGarbage
 * @property {() => Promise<import('puppeteer-core').Protocol.Accessibility.AXNode[]>} [accessibilityTree] what the page
 *   shows to screen readers, in no order; in Chromium alone
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} Browser
 * @property {BrowserName} name
 * @property {string} version
 * @property {(url: string, options?: {onConsole?: (message: ConsoleMessage) => void}) => Promise<Page>} open
 * @property {() => Promise<void>} close
 */

/** @type {readonly BrowserName[]} */
export const BROWSER_NAMES = Object.freeze(['chromium', 'firefox', 'webkit']);

const START_TIMEOUT_MS = 60_000;
const LOAD_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5_000;
/** As long as a single evaluate may take; the same in all three browsers. */
const EVALUATE_TIMEOUT_MS = 240_000;
const VIEWPORT = { width: 1280, height: 800 };

const CHROMIUM = {
  browser: /** @type {const} */ ('chrome'),
  executablePath: '/usr/bin/chromium',
  // Over a pipe, Chromium goes away by itself should we be killed outright.
  pipe: true,
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // The setuid sandbox does not work for root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
};

export const FIREFOX = {
  browser: /** @type {const} */ ('firefox'),
  executablePath: '/usr/bin/firefox-esr',
  // Beyond what puppeteer sets: nothing that opens a page or talks to the
  // network by itself. privacy.reduceTimerPrecision stays as users have it.
  extraPrefsFirefox: {
    'app.normandy.enabled': false,
    'app.shield.optoutstudies.enabled': false,
    'browser.aboutwelcome.enabled': false,
    'browser.discovery.enabled': false,
    'browser.newtabpage.activity-stream.feeds.section.topstories': false,
    'browser.newtabpage.activity-stream.showSponsoredTopSites': false,
    'browser.region.network.url': '',
    'browser.region.update.enabled': false,
    'browser.topsites.contile.enabled': false,
    'datareporting.policy.firstRunURL': '',
    'datareporting.usage.uploadEnabled': false,
    'doh-rollout.disable-heuristics': true,
    'dom.push.connection.enabled': false,
    'extensions.getAddons.discovery.api_url': '',
    'extensions.systemAddon.update.enabled': false,
    // Its driver turns them on in each page in which it evaluates something. No user's page has them without the developer
    // tools, and a promise that is made or resolved takes up to twice as long.
    'javascript.options.asyncstack': false,
    'messaging-system.rsexperimentloader.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'network.dns.disablePrefetch': true,
    'network.prefetch-next': false,
    'services.settings.server': 'data:,',
    'termsofuse.bypassNotification': true,
    'toolkit.telemetry.enabled': false,
    'toolkit.telemetry.server': '',
    'toolkit.telemetry.unified': false,
    'trailhead.firstrun.didSeeAboutWelcome': true,
  },
};

/**
 * @param {BrowserName} name
 * @returns {Promise<Browser>}
 */
export async function launch(name) {
  switch (name) {
    case 'chromium':
      return launchPuppeteer(name, CHROMIUM);
    case 'firefox':
      return launchPuppeteer(name, FIREFOX);
    case 'webkit':
      return launchWebKit({ viewport: VIEWPORT, evaluateTimeoutMs: EVALUATE_TIMEOUT_MS });
    default:
      throw new Error(`launch: no browser named ${name}; there are ${BROWSER_NAMES.join(', ')}`);
  }
}

/**
 * @param {BrowserName} name
 * @param {import('puppeteer-core').LaunchOptions & {executablePath: string}} options
 * @returns {Promise<Browser>}
 */
async function launchPuppeteer(name, options) {
  await requireProgram(name, options.executablePath);
  const scratch = await makeScratch(name);
  const browser = await startPuppeteer(name, options, scratch).catch((error) => {
    scratch.remove();
    throw error;
  });
  const kill = () => {
    const pid = browser.process()?.pid;
    if (pid !== undefined) killGroup(pid, 'SIGKILL');
  };
  const release = guard(kill);
  return {
    name,
    version: (await browser.version()).split('/').pop() ?? '',
    open: (url, { onConsole } = {}) => openPage(browser, url, onConsole),
    close: async () => {
      await closeSoon(browser.close());
      // Group and all, whatever came of the polite request.
      kill();
      release();
      scratch.remove();
    },
  };
}

/**
 * @param {BrowserName} name
 * @param {string} path
 */
async function requireProgram(name, path) {
  try {
    await access(path);
  } catch {
    throw new Error(`launch: ${name} is not installed at ${path}; run tests/browser/install.sh`);
  }
}

/**
 * @param {BrowserName} name
 * @param {import('puppeteer-core').LaunchOptions} options
 * @param {{path: string, env: NodeJS.ProcessEnv}} scratch
 */
async function startPuppeteer(name, options, scratch) {
  try {
    return await puppeteer.launch({
      ...options,
      headless: true,
      userDataDir: `${scratch.path}/profile`,
      env: /** @type {Record<string, string>} */ (scratch.env),
      defaultViewport: VIEWPORT,
      timeout: START_TIMEOUT_MS,
      protocolTimeout: EVALUATE_TIMEOUT_MS,
      // Signals are handled for all three browsers in one place.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (error) {
    throw new Error(`launch: ${name} did not start within ${START_TIMEOUT_MS / 1000} s: ${error}`, { cause: error });
  }
}

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url
 * @param {((message: ConsoleMessage) => void) | undefined} onConsole
 * @returns {Promise<Page>}
 */
async function openPage(browser, url, onConsole) {
  const page = await browser.newPage();
  // Listening comes first, so that nothing of the load is missed.
  if (onConsole) forwardConsole(page, onConsole);
  const wrapped = wrapPage(page);
  try {
    await wrapped.goto(url);
  } catch (error) {
    await wrapped.close();
    throw error;
  }
  return wrapped;
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {(message: ConsoleMessage) => void} onConsole
 */
function forwardConsole(page, onConsole) {
  page.on('console', (message) => onConsole({ type: message.type(), text: message.text() }));
  // Whatever was thrown, which need not be an Error.
  page.on('pageerror', (/** @type {unknown} */ thrown) => {
    onConsole({ type: 'pageerror', text: thrown instanceof Error ? (thrown.stack ?? String(thrown)) : String(thrown) });
  });
  page.on('error', (error) => onConsole({ type: 'crash', text: error.message }));
}

/**
 * @param {import('puppeteer-core').Page} page
 * @returns {Page}
 */
function wrapPage(page) {
  const evaluate = async (/** @type {string | Function} */ code, /** @type {unknown[]} */ ...args) =>
    pageResult(/** @type {string} */ (await page.evaluate(pageExpression(code, args))));
  return {
    evaluate,
    screenshot: async (path, { width = VIEWPORT.width, height = VIEWPORT.height } = {}) => {
      await page.setViewport({ width, height });
      await page.screenshot({ path: /** @type {`${string}.png`} */ (path), type: 'png' });
    },
    title: () => page.title(),
    goto: async (url) => {
      await page.goto(url, { waitUntil: 'load', timeout: LOAD_TIMEOUT_MS });
    },
    collectGarbage: () => collectGarbage(page),
    accessibilityTree: () => accessibilityTree(page),
    close: () => closeSoon(page.close()),
  };
}

/** @param {import('puppeteer-core').Page} page */
async function accessibilityTree(page) {
  const session = await page.createCDPSession();
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes;
}

/**
 * Only Chromium has a command for it. The others collect all of their garbage when so much was allocated, written to or
 * not; finalizers run in between.
 * @param {import('puppeteer-core').Page} page
 */
async function collectGarbage(page) {
  const isChromium = (await page.browser().version()).startsWith('Chrome');
  if (!isChromium) return allocate((script) => page.evaluate(script));
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
}

/**
 * A page in an endless loop may never answer; its browser is killed later.
 * @param {Promise<void>} closing
 */
async function closeSoon(closing) {
  await within(closing, CLOSE_TIMEOUT_MS, 'close timed out').catch(() => {});
}
