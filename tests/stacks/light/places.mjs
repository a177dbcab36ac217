// Where a pool can be made: in workers of a page, in frames, and where it cannot, which is said.
import { cp } from 'node:fs/promises';
import { appSource, expectRefusal, expectRun, expectUnattendedRun, html, runSource } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';
import { serveFolder } from '../lib/server.mjs';

const ALL = ['chromium', 'firefox', 'webkit'];
const FROM = (dist) => `import { Pool } from '${dist}/index.js';`;

const reporting = `addEventListener('message', ({ data }) => { if (data?.report) globalThis.__report = data.report; });`;

/** A worker's script: it runs a guest, and says so to whoever can hear it. */
const worker = `${FROM('/dist')}
${runSource()}
const said = runGuest();
if (typeof postMessage === 'function') said.then((report) => postMessage({ report }));
globalThis.onconnect = ({ ports: [port] }) => said.then((report) => port.postMessage({ report }));`;

const service = `${FROM('/dist')}
${runSource()}
addEventListener('message', ({ source }) => runGuest().then((report) => source.postMessage({ report })));
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;

/** It tells its server, too, where nobody looks at the page. */
const inWorker = `const tell = (report) => {
  globalThis.__report = report;
  return fetch('/report', { method: 'POST', body: JSON.stringify(report) });
};
const worker = new Worker('worker.js', { type: 'module' });
worker.onmessage = ({ data }) => tell(data.report);
worker.onerror = (event) => tell({ name: 'error', message: event.message });`;

const inShared = `const { port } = new SharedWorker('worker.js', { type: 'module' });
port.onmessage = ({ data }) => (globalThis.__report = data.report);`;

const inService = `navigator.serviceWorker.addEventListener('message', ({ data }) => (globalThis.__report = data.report));
await navigator.serviceWorker.register('service.js', { type: 'module' });
(await navigator.serviceWorker.ready).active.postMessage('run');`;

/** The trick of hosts without headers: a service worker adds them. */
const headers = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(fetch(event.request).then((response) => {
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { status: response.status, headers });
})));`;

const withHeaders = `if (crossOriginIsolated) {
${appSource()
  .replace("'millrace'", "'/dist/index.js'")
  .replace(/^import (.*) from (.*);$/m, 'const $1 = await import($2);')}
} else {
  await navigator.serviceWorker.register('headers.js');
  await navigator.serviceWorker.ready;
  location.reload();
}`;

const module = (source) => html(`<script type="module">${source}</script>`);

const inFrame = (src, allow = '') => html(`<script>${reporting}</script><iframe src="${src}" ${allow}></iframe>`);

const framed = module(`${FROM('/dist')}
${runSource()}
runGuest().then((report) => parent.postMessage({ report }, '*'));`);

async function site(t, files) {
  const project = await makeProject(t, { name: 'places', files });
  await project.guest();
  await cp(project.path('node_modules/millrace/dist'), project.path('dist'), { recursive: true });
  return project.folder;
}

export const stacks = [
  {
    name: 'in a worker',
    async run(t) {
      const folder = await site(t, { 'index.html': module(inWorker), 'worker.js': worker });
      await expectRun(t, `${await serveFolder(t, folder)}/`, { browsers: ['chromium', 'webkit'] });
      await expectUnattendedRun(folder);
    },
  },
  {
    name: 'in a shared worker, which may have no workers of its own',
    async run(t) {
      const folder = await site(t, { 'index.html': module(inShared), 'worker.js': worker });
      const url = `${await serveFolder(t, folder)}/`;
      await expectRefusal(t, url, /a shared worker of this browser cannot start workers: make the pool in a page/);
      await expectRun(t, url, { browsers: ['firefox'], tier: 'jspi' });
    },
  },
  {
    name: 'a service worker cannot start workers',
    async run(t) {
      const folder = await site(t, { 'index.html': module(inService), 'service.js': service });
      await expectRefusal(
        t,
        `${await serveFolder(t, folder)}/`,
        /a service worker cannot start workers: make the pool in a page/,
      );
    },
  },
  {
    name: 'a service worker that adds the headers',
    async run(t) {
      const folder = await site(t, { 'index.html': module(withHeaders), 'headers.js': headers });
      await expectRun(t, `${await serveFolder(t, folder, { isolated: false })}/`, {
        browsers: ['chromium', 'firefox'],
      });
    },
  },
  {
    name: 'in frames of the same origin and of another',
    async run(t) {
      const folder = await site(t, { 'framed.html': framed });
      const { writeFile } = await import('node:fs/promises');
      const open = { 'Cross-Origin-Resource-Policy': 'cross-origin' };
      const [own, other] = [await serveFolder(t, folder), await serveFolder(t, folder, { headers: open })];
      const plain = await serveFolder(t, folder, { isolated: false });
      await writeFile(`${folder}/same.html`, inFrame('framed.html'));
      await writeFile(`${folder}/cross.html`, inFrame(`${other}/framed.html`, 'allow="cross-origin-isolated"'));
      await writeFile(`${folder}/plain.html`, inFrame(`${plain}/framed.html`));
      await expectRun(t, `${own}/same.html`, { browsers: ALL });
      await expectRun(t, `${own}/cross.html`, { browsers: ['chromium'] });
      await expectRun(t, `${plain}/plain.html`, { browsers: ['chromium', 'firefox'], tier: 'jspi' });
    },
  },
];
