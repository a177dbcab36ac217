// What the pages say about headers, tried: a page is served with them, and Chromium says whether it is isolated and in which
// tier a guest ran.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { within } from '../../../tests/browser/processes.mjs';
import { serve } from '../../../tests/browser/server.mjs';
import { fromHeadersFile, fromLines, fromNetlify, fromNext, fromVercel } from './headers.mjs';
import { startApache, startNginx, startVite } from './servers.mjs';

const WAIT_MS = 60_000;

/** How a fence of each kind becomes headers. */
const readers = {
  http: ({ code }) => fromLines(code),
  headersfile: (fence) => fromHeadersFile(fence),
  vercel: (fence) => fromVercel(fence),
  netlify: async (fence, { modules }) => {
    const { parse } = await import(pathToFileURL(`${modules}/smol-toml/dist/index.js`).href);
    return fromNetlify(fence, parse);
  },
  next: async (fence, { folder }) => {
    writeFileSync(`${folder}/${fence.id}.mjs`, fence.code);
    return fromNext(fence, (await import(pathToFileURL(`${folder}/${fence.id}.mjs`).href)).default);
  },
};

const servers = { nginx: startNginx, apache: startApache, vite: startVite };

const kindOf = ({ language, words }) => [language, ...words].find((each) => each in readers || each in servers);

export const isHosting = (fence) =>
  kindOf(fence) !== undefined || fence.words.has('serviceworker') || fence.words.has('frame');

async function startFor(fence, project) {
  const kind = kindOf(fence);
  if (kind in servers) return servers[kind](fence, project, readFileSync(`${project.site}/site.js`, 'utf8'));
  const headers = await readers[kind](fence, project);
  return serve({ root: project.site, isolated: false, headers });
}

/** What the site's script found. */
async function reportOf(browser, url) {
  const lines = [];
  const page = await browser.open(url, { onConsole: ({ type, text }) => lines.push(`${type}: ${text}`) });
  const ask = () => page.evaluate(() => globalThis.__report ?? null).catch(() => null); // it may be reloading
  const wait = async () => {
    for (;;) {
      const report = await ask();
      if (report && !(report.isolated === false && url.includes('#isolated'))) return report;
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  try {
    return await within(wait(), WAIT_MS, `the page said nothing: ${lines.join('\n')}`);
  } finally {
    await page.close();
  }
}

const ISOLATED = { isolated: true, tier: 'shared', stdoutText: 'a guest ran' };
const PLAIN = { isolated: false, tier: 'jspi', stdoutText: 'a guest ran' };

/** @param {import('./fences.mjs').Fence} fence @param {any} project @param {any} browser */
export async function tryHosting(fence, project, browser) {
  if (fence.words.has('serviceworker')) return tryServiceWorker(fence, project, browser);
  if (fence.words.has('frame')) return tryFrame(fence, project, browser);
  const server = await startFor(fence, project);
  try {
    assert.deepEqual(await reportOf(browser, `${server.url}/`), fence.words.has('plain') ? PLAIN : ISOLATED);
  } finally {
    await server.close();
    rmSync(`${project.site}/.htaccess`, { force: true });
  }
}

/** A host that sets no headers, with the script in the page. */
async function tryServiceWorker(fence, { site }, browser) {
  writeFileSync(`${site}/${fence.title}`, fence.code);
  const html = readFileSync(`${site}/index.html`, 'utf8');
  writeFileSync(`${site}/worker.html`, html.replace('<body>', `<script src="${fence.title}"></script>\n<body>`));
  const server = await serve({ root: site, isolated: false });
  try {
    assert.deepEqual(await reportOf(browser, `${server.url}/worker.html#isolated`), ISOLATED);
  } finally {
    await server.close();
  }
}

/** A page of one origin that shows one of another, which tells what it found to the page around it. */
async function tryFrame(fence, { site }, browser) {
  const inner = await serve({ root: site, headers: { 'Cross-Origin-Resource-Policy': 'cross-origin' } });
  const listener = '<script>addEventListener("message", ({ data }) => (globalThis.__report = data))</script>';
  const tell = "import '/site.js';\nparent.postMessage(globalThis.__report, '*');\n";
  writeFileSync(`${site}/tell.js`, tell);
  writeFileSync(`${site}/inner.html`, '<!doctype html>\n<script type="module" src="/tell.js"></script>\n');
  const code = fence.code.replace(/https:\/\/[^"/]+\/[^"]*/, `${inner.url}/inner.html`);
  writeFileSync(`${site}/outer.html`, `<!doctype html>\n${listener}\n${code}`);
  const outer = await serve({ root: site, isolated: !fence.words.has('plain') });
  try {
    const expected = fence.words.has('plain') ? PLAIN : ISOLATED;
    assert.deepEqual(await reportOf(browser, `${outer.url}/outer.html`), expected);
  } finally {
    await Promise.all([inner.close(), outer.close()]);
  }
}
