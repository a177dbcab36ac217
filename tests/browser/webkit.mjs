// WebKitGTK's MiniBrowser, driven by Debian's WebKitWebDriver in plain W3C
// WebDriver. A driver holds one session and a session has one current window,
// so every page gets a driver and a browser of its own; all share one display,
// until a page does not load.

import { access, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { allocate } from './garbage.mjs';
import { pageExpression, pageResult } from './expression.mjs';
import { makeScratch, sleep, startChild, within } from './processes.mjs';

/** @typedef {import('./launch.mjs').ConsoleMessage} ConsoleMessage */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {Awaited<ReturnType<typeof makeScratch>>} Scratch */
/** @typedef {import('./processes.mjs').Child} Child */

const DRIVER = '/usr/bin/WebKitWebDriver';
const XVFB = '/usr/bin/Xvfb';
const LIBRARIES = '/usr/lib';
const SCREEN = '2560x1600x24';

const START_TIMEOUT_MS = 30_000;
const START_ATTEMPTS = 3;
const LOAD_TIMEOUT_MS = 60_000;
const LOAD_TIMED_OUT = /WebDriver: timeout/;
const LOAD_ATTEMPTS = 3;
const CLOSE_TIMEOUT_MS = 3_000;
const REPLY_MARGIN_MS = 10_000;
const CONSOLE_POLL_MS = 500;
const DRAIN_TIMEOUT_MS = 2_000;

/**
 * @param {{viewport: Size, evaluateTimeoutMs: number}} options
 * @returns {Promise<import('./launch.mjs').Browser>}
 */
export async function launchWebKit({ viewport, evaluateTimeoutMs }) {
  const binary = await findPrograms();
  const scratch = await makeScratch('webkit');
  /** @type {Child[]} */
  const displays = [];
  let env = {};
  const renewDisplay = async () => {
    const { child, number } = await startDisplay(scratch.env);
    displays.push(child);
    env = browserEnv(scratch, number);
  };
  const closeRest = async () => {
    await Promise.all(displays.map((display) => display.stop()));
    scratch.remove();
  };
  try {
    await renewDisplay();
    const start = () => startSession({ binary, viewport, evaluateTimeoutMs, env });
    // The first session starts now: it proves that the browser works, and only
    // a session tells the version.
    return makeBrowser(await start(), start, renewDisplay, closeRest);
  } catch (error) {
    await closeRest();
    throw new Error(`launch: webkit did not start: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/**
 * @param {Session} first
 * @param {() => Promise<Session>} startNext
 * @param {() => Promise<void>} renewDisplay
 * @param {() => Promise<void>} closeRest
 * @returns {import('./launch.mjs').Browser}
 */
function makeBrowser(first, startNext, renewDisplay, closeRest) {
  /** @type {Set<Session>} */
  const sessions = new Set([first]);
  /** @type {Session | undefined} */
  let unused = first;
  /** @type {import('./launch.mjs').Browser['open']} */
  const open = async (url, { onConsole } = {}) => {
    const session = unused ?? (await startNext());
    unused = undefined;
    sessions.add(session);
    return openPage(session, url, onConsole, () => sessions.delete(session));
  };
  return {
    name: 'webkit',
    version: first.version,
    // Of some thousand pages it has not loaded one within its minute; why is not known. A page that never loads fails again.
    open: async (url, options) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await open(url, options);
        } catch (error) {
          if (attempt === LOAD_ATTEMPTS || !LOAD_TIMED_OUT.test(String(error))) throw error;
          console.warn(
            `webkit: ${url} did not load, and is opened once more, in a session and on a display of its own`,
          );
          await renewDisplay();
        }
      }
    },
    close: async () => {
      await Promise.all([...sessions].map((session) => session.end()));
      await closeRest();
    },
  };
}

/** @returns {Promise<string>} where MiniBrowser is */
async function findPrograms() {
  for (const program of [DRIVER, XVFB]) {
    if (!(await exists(program))) throw new Error(notInstalled(program));
  }
  const found = [];
  for (const machine of await readdir(LIBRARIES)) {
    for (const folder of await readdir(`${LIBRARIES}/${machine}`).catch(() => [])) {
      const path = `${LIBRARIES}/${machine}/${folder}/MiniBrowser`;
      if (folder.startsWith('webkit2gtk-4') && (await exists(path))) found.push(path);
    }
  }
  if (found.length === 0) throw new Error(notInstalled('MiniBrowser'));
  // The newest library series, should there be several.
  return /** @type {string} */ (found.sort().pop());
}

/** @param {string} path */
async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** @param {string} program */
function notInstalled(program) {
  return `launch: webkit is not installed (no ${program}); run tests/browser/install.sh`;
}

/**
 * An X server on a display number of its own choice, which it writes to
 * descriptor 3 as soon as it accepts clients.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{child: Child, number: string}>}
 */
async function startDisplay(env) {
  const args = ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'];
  // Only a server that is asked to end removes its lock file.
  const child = startChild(XVFB, args, { env, extraStdio: ['pipe'], exitSignal: 'SIGTERM' });
  try {
    const number = await within(readLine(child), START_TIMEOUT_MS, 'Xvfb did not start in time');
    return { child, number };
  } catch (error) {
    await child.stop();
    throw new Error(`${error instanceof Error ? error.message : error} ${child.stderr()}`);
  }
}

/**
 * @param {Child} child
 * @returns {Promise<string>}
 */
function readLine(child) {
  return new Promise((resolve, reject) => {
    const pipe = /** @type {import('node:stream').Readable} */ (child.process.stdio[3]);
    pipe.once('data', (data) => resolve(String(data).trim()));
    pipe.once('end', () => reject(new Error('Xvfb ended at once.')));
    child.process.once('error', reject);
  });
}

/**
 * @param {Scratch} scratch
 * @param {string} display
 * @returns {NodeJS.ProcessEnv}
 */
function browserEnv(scratch, display) {
  const asRoot = process.getuid?.() === 0;
  return {
    ...scratch.env,
    DISPLAY: `:${display}`,
    GDK_BACKEND: 'x11',
    LIBGL_ALWAYS_SOFTWARE: '1',
    NO_AT_BRIDGE: '1',
    // Without it a page can be isolated and have no SharedArrayBuffer.
    JSC_useSharedArrayBuffer: '1',
    ...(asRoot ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
  };
}

/**
 * @typedef {object} Session
 * @property {string} version
 * @property {Size} viewport
 * @property {(method: string, path: string, body?: object) => Promise<any>} send
 * @property {() => Promise<void>} end
 */

/**
 * @typedef {object} SessionOptions
 * @property {string} binary
 * @property {Size} viewport
 * @property {number} evaluateTimeoutMs
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * The driver wants to be told its port, and another program may take a port
 * between our finding it free and the driver's binding it: hence the attempts.
 *
 * @param {SessionOptions} options
 * @returns {Promise<Session>}
 */
async function startSession(options) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const driver = startChild(DRIVER, [`--port=${port}`], { env: options.env });
    try {
      const deadline = Date.now() + START_TIMEOUT_MS;
      await waitForDriver(driver, port, deadline);
      return await within(
        newSession(driver, port, options),
        deadline - Date.now(),
        `no session within ${START_TIMEOUT_MS / 1000} s`,
      );
    } catch (error) {
      const lostPort = driver.hasExited();
      await driver.stop();
      if (lostPort && attempt < START_ATTEMPTS) continue;
      throw new Error(`${error instanceof Error ? error.message : error} ${driver.stderr()}`.trim());
    }
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/**
 * @param {Child} driver
 * @param {number} port
 * @param {number} deadline
 */
async function waitForDriver(driver, port, deadline) {
  while (Date.now() < deadline) {
    if (driver.hasExited()) throw new Error('WebKitWebDriver ended at once.');
    const ready = await command(port, 'GET', '/status', undefined, 1_000).catch(() => null);
    if (ready !== null) return;
    await sleep(20);
  }
  throw new Error(`WebKitWebDriver did not start within ${START_TIMEOUT_MS / 1000} s.`);
}

/**
 * @param {Child} driver
 * @param {number} port
 * @param {SessionOptions} options
 * @returns {Promise<Session>}
 */
async function newSession(driver, port, { binary, viewport, evaluateTimeoutMs }) {
  const capabilities = {
    alwaysMatch: {
      timeouts: { script: evaluateTimeoutMs, pageLoad: LOAD_TIMEOUT_MS },
      'webkitgtk:browserOptions': { binary, args: ['--automation'] },
    },
  };
  const replyMs = Math.max(evaluateTimeoutMs, LOAD_TIMEOUT_MS) + REPLY_MARGIN_MS;
  const made = await command(port, 'POST', '/session', { capabilities }, START_TIMEOUT_MS);
  const path = `/session/${made.sessionId}`;
  return {
    version: made.capabilities.browserVersion,
    viewport,
    send: (method, rest, body) => command(port, method, path + rest, body, replyMs),
    end: async () => {
      // Closes the window politely; whatever is left goes with the driver.
      await command(port, 'DELETE', path, undefined, CLOSE_TIMEOUT_MS).catch(() => {});
      await driver.stop();
    },
  };
}

/**
 * One WebDriver command.
 *
 * @param {number} port
 * @param {string} method
 * @param {string} path
 * @param {object | undefined} body
 * @param {number} timeoutMs
 * @returns {Promise<any>}
 */
async function command(port, method, path, body, timeoutMs) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { value } = /** @type {{value: any}} */ (await response.json());
  if (!response.ok) throw new Error(`WebDriver: ${value?.error}: ${value?.message}`);
  return value;
}

/**
 * @param {Session} session
 * @param {string} url
 * @param {((message: ConsoleMessage) => void) | undefined} onConsole
 * @param {() => void} onClosed
 * @returns {Promise<import('./launch.mjs').Page>}
 */
async function openPage(session, url, onConsole, onClosed) {
  const page = makePage(session, onConsole, onClosed);
  try {
    await page.goto(url);
  } catch (error) {
    await page.close();
    throw error;
  }
  return page;
}

/**
 * @param {Session} session
 * @param {((message: ConsoleMessage) => void) | undefined} onConsole
 * @param {() => void} onClosed
 * @returns {import('./launch.mjs').Page}
 */
function makePage(session, onConsole, onClosed) {
  const listener = onConsole ? listenToConsole(session, onConsole) : SILENT;
  return {
    evaluate: async (code, ...args) => {
      const script = `${pageExpression(code, args)}.then(arguments[arguments.length - 1])`;
      const text = await session.send('POST', '/execute/async', { script, args: [] });
      await listener.drain();
      return pageResult(text);
    },
    screenshot: (path, size) => screenshot(session, path, { ...session.viewport, ...size }),
    title: () => session.send('GET', '/title'),
    collectGarbage: () => allocate((script) => session.send('POST', '/execute/sync', { script, args: [] })),
    goto: (url) => listener.pausedWhile(() => navigate(session, url)),
    close: async () => {
      await listener.stop();
      await session.end();
      onClosed();
    },
  };
}

/**
 * @param {Session} session
 * @param {string} url
 */
async function navigate(session, url) {
  await session.send('POST', '/url', { url });
  // A load that fails is no error to this driver: it leaves a blank page, often
  // with the reason as its text.
  const arrived = await session.send('POST', '/execute/sync', {
    script: 'return {url: document.URL, text: document.body?.innerText};',
    args: [],
  });
  if (arrived.url === 'about:blank' && url !== arrived.url) {
    throw new Error(`webkit could not load ${url}: ${arrived.text}`);
  }
}

/**
 * @typedef {object} ConsoleListener
 * @property {() => Promise<void>} drain
 * @property {<T>(work: () => Promise<T>) => Promise<T>} pausedWhile
 * @property {() => Promise<void>} stop
 */

/** @type {ConsoleListener} */
const SILENT = {
  drain: async () => {},
  pausedWhile: (work) => work(),
  stop: async () => {},
};

/**
 * Fetches what the page has kept, now and then and when asked.
 *
 * @param {Session} session
 * @param {(message: ConsoleMessage) => void} onConsole
 * @returns {ConsoleListener}
 */
function listenToConsole(session, onConsole) {
  let paused = false;
  /** @type {Promise<void> | null} at most one at a time, should a page hang */
  let draining = null;
  const drain = async () => {
    if (paused) return;
    draining ??= drainConsole(session, onConsole).finally(() => (draining = null));
    await draining;
  };
  const drainSoon = () => within(drain(), DRAIN_TIMEOUT_MS, 'the page is busy').catch(() => {});
  const poll = setInterval(drain, CONSOLE_POLL_MS);
  poll.unref();
  return {
    drain: drainSoon,
    // A script under way while the page changes is never answered, and the
    // driver then hangs with it.
    pausedWhile: async (work) => {
      await drainSoon();
      paused = true;
      try {
        return await work();
      } finally {
        paused = false;
        await drainSoon();
      }
    },
    stop: async () => {
      clearInterval(poll);
      await drainSoon();
      paused = true;
    },
  };
}

/**
 * WebDriver has no console, so the page keeps it: in `globalThis.__console`,
 * an array of {type, text}. This hook can come only after the load event; a
 * page that wants to be heard earlier fills the array by itself from its first
 * script on, and is then not hooked.
 *
 * @param {Session} session
 * @param {(message: ConsoleMessage) => void} onConsole
 */
async function drainConsole(session, onConsole) {
  const script = `return (${takeConsole})();`;
  const messages = await session.send('POST', '/execute/sync', { script, args: [] }).catch(() => []);
  for (const message of messages) onConsole(message);
}

// Runs in the page.
function takeConsole() {
  const page = /** @type {any} */ (globalThis);
  if (!page.__console) {
    /** @type {{type: string, text: string}[]} */
    const kept = (page.__console = []);
    for (const type of ['debug', 'error', 'info', 'log', 'warn']) {
      const original = page.console[type];
      page.console[type] = (/** @type {unknown[]} */ ...args) => {
        kept.push({ type, text: args.map(String).join(' ') });
        original.apply(console, args);
      };
    }
    const keepThrown = (/** @type {any} */ thrown) =>
      kept.push({ type: 'pageerror', text: thrown?.stack ? `${thrown}\n${thrown.stack}` : String(thrown) });
    addEventListener('error', (event) => keepThrown(event.error ?? event.message));
    addEventListener('unhandledrejection', (event) => keepThrown(event.reason));
  }
  return page.__console.splice(0);
}

/**
 * @param {Session} session
 * @param {string} path
 * @param {Size} size of the viewport
 */
async function screenshot(session, path, size) {
  await resizeViewport(session, size);
  const image = await session.send('GET', '/screenshot');
  await writeFile(path, Buffer.from(image, 'base64'));
}

/**
 * WebDriver sets the size of the window, toolbar and all, so what the viewport
 * lacks is added in a second step.
 *
 * @param {Session} session
 * @param {Size} size
 */
async function resizeViewport(session, { width, height }) {
  for (let step = 0; step < 3; step++) {
    const inner = await session.send('POST', '/execute/sync', {
      script: 'return {width: innerWidth, height: innerHeight};',
      args: [],
    });
    if (inner.width === width && inner.height === height) return;
    const outer = await session.send('GET', '/window/rect');
    await session.send('POST', '/window/rect', {
      width: outer.width + width - inner.width,
      height: outer.height + height - inner.height,
    });
  }
}
