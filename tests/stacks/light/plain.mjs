// No bundler: the package's folder is served, and an import map names it.
import { appSource, expectRefusal, expectRun, html } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';
import { serveFolder } from '../lib/server.mjs';
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';

const ALL = ['chromium', 'firefox', 'webkit'];

const importMap = (dist) => `<script type="importmap">{ "imports": {
  "millrace": "${dist}/index.js", "millrace/inline": "${dist}/inline.js" } }</script>`;

const page = (dist, app) => html(`${importMap(dist)}<script type="module">${app}</script>`);

const DIST = '/node_modules/millrace/dist';

async function site(t, files) {
  const project = await makeProject(t, { name: 'plain', files });
  await project.guest();
  return project;
}

const FILES = ['coordinator.js', 'worker.js', 'coordinator.wasm'];

/** A server that counts how often each file is asked for, and answers with some of them when `isDue` says so. */
async function counted(t, project, names = [...FILES, 'index.js'], isDue = () => true) {
  const counts = new Map();
  const routes = Object.fromEntries(
    names.map((name) => [
      `${DIST}/${name}`,
      async (req, res) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        while (!isDue(name, counts)) await new Promise((resolve) => setTimeout(resolve, 10));
        const type = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
        res.writeHead(200, { 'Content-Type': type }).end(await readFile(project.path(DIST.slice(1), name)));
      },
    ]),
  );
  return { url: await serveFolder(t, project.folder, { routes }), counts };
}

export const stacks = [
  {
    name: 'an import map',
    async run(t) {
      const project = await site(t, { 'index.html': page(DIST, appSource()) });
      await expectRun(t, `${await serveFolder(t, project.folder)}/`, { browsers: ALL });
    },
  },
  {
    name: 'one file, with nothing beside it',
    async run(t) {
      const project = await site(t, {
        'index.html': page('/only', appSource({ entry: 'millrace/inline' })),
      });
      const { cp } = await import('node:fs/promises');
      await cp(project.path('node_modules/millrace/dist/inline.js'), project.path('only/inline.js'));
      await expectRun(t, `${await serveFolder(t, project.folder)}/`, { browsers: ALL });
      const unisolated = await serveFolder(t, project.folder, { isolated: false });
      await expectRun(t, `${unisolated}/`, { browsers: ['chromium', 'firefox'], tier: 'jspi' });
    },
  },
  {
    name: 'one request for each file, however many workers',
    async run(t) {
      const options = '{ workers: 4 }';
      const project = await site(t, { 'index.html': page(DIST, appSource({ options })) });
      const { url, counts } = await counted(t, project);
      await expectRun(t, `${url}/`);
      assert.deepEqual(Object.fromEntries(counts), {
        'index.js': 1,
        'coordinator.js': 1,
        'worker.js': 1,
        'coordinator.wasm': 1,
      });
    },
  },
  {
    name: 'the files of a pool are asked for before the code has come that needs them',
    async run(t) {
      const project = await site(t, { 'index.html': page(DIST, appSource()) });
      const code = (await readdir(project.path(DIST.slice(1)))).filter((name) => name.startsWith('index-core-'));
      assert.ok(code.length > 0);
      const isDue = (name, counts) => !code.includes(name) || FILES.every((file) => counts.has(file));
      const { url, counts } = await counted(t, project, [...FILES, ...code], isDue);
      await expectRun(t, `${url}/`, { browsers: ['chromium'] });
      for (const file of FILES) assert.equal(counts.get(file), 1, file);
    },
  },
  {
    name: 'what is not there is told of, with what there is instead',
    async run(t) {
      const app = (urls) => page(DIST, appSource({ options: `{ workers: 1, urls: ${urls} }` }));
      const project = await site(t, {
        'html.html': app("{ wasm: '/index' }"),
        'missing.html': app("{ worker: '/missing.js' }"),
        'page.html': app("{ worker: '/index' }"),
        'data.html': app(
          "{ coordinator: 'data:text/javascript,' + encodeURIComponent('throw new Error(1);'.repeat(99)) }",
        ),
      });
      const asHtml = (req, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end(html('no such page'));
      const url = await serveFolder(t, project.folder, { routes: { '/index': asHtml } });
      await expectRefusal(t, `${url}/html.html`, /got HTML from .*\/index/, { browsers: ALL });
      await expectRefusal(t, `${url}/missing.html`, /got 404 from .*\/missing\.js/, { browsers: ALL });
      await expectRefusal(t, `${url}/page.html`, /got HTML from .*\/index/, { browsers: ALL });
      await expectRefusal(t, `${url}/data.html`, /a data: URL of \d+ characters/, { browsers: ALL });
    },
  },
];
