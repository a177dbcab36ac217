// esbuild, which copies no files that a URL names: `millrace/inline` is for it, or `urls`. Importing never throws.
import { build } from 'esbuild';
import { cp } from 'node:fs/promises';
import { appSource, expectRefusal, expectRun, html } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';
import { serveFolder } from '../lib/server.mjs';

const ALL = ['chromium', 'firefox', 'webkit'];
const NOT_FOUND = /millrace\/inline/;

async function built(t, name, source, settings) {
  const project = await makeProject(t, { name: `esbuild-${name}`, files: { 'app.js': source } });
  await project.guest('site/guest.wasm');
  const common = {
    absWorkingDir: project.folder,
    entryPoints: ['app.js'],
    bundle: true,
    outdir: 'site',
    logLevel: 'error',
  };
  await build({ ...common, ...settings });
  return project;
}

const MODULE = html('<script type="module" src="app.js"></script>');
const CLASSIC = html('<script src="app.js"></script>');

async function page(t, project, text) {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(project.path('site/index.html'), text);
  return `${await serveFolder(t, project.path('site'))}/`;
}

const inline = appSource({ entry: 'millrace/inline' });
const urls = "{ wasm: 'pool/coordinator.wasm', coordinator: 'pool/coordinator.js', worker: 'pool/worker.js' }";
const esm = { format: 'esm', splitting: true, minify: true };
const iife = { format: 'iife', logOverride: { 'empty-import-meta': 'silent' } };

export const stacks = [
  {
    name: 'ES modules, split, with millrace/inline',
    run: async (t) => expectRun(t, await page(t, await built(t, 'esm', inline, esm), MODULE), { browsers: ALL }),
  },
  {
    name: 'IIFE, with millrace/inline',
    run: async (t) => expectRun(t, await page(t, await built(t, 'iife', inline, iife), CLASSIC), { browsers: ALL }),
  },
  {
    name: 'ES modules and IIFE of millrace itself are told what they lack',
    async run(t) {
      for (const [settings, text] of [
        [esm, MODULE],
        [iife, CLASSIC],
      ]) {
        // prettier-ignore
        const project = await built(t, 'lacks', appSource(), settings);
        await expectRefusal(t, await page(t, project, text), NOT_FOUND, { browsers: ALL });
      }
    },
  },
  {
    name: 'IIFE with files copied, and urls',
    async run(t) {
      const project = await built(t, 'urls', appSource({ options: `{ workers: 2, urls: ${urls} }` }), iife);
      await cp(project.path('node_modules/millrace/dist'), project.path('site/pool'), { recursive: true });
      await expectRun(t, await page(t, project, CLASSIC), { browsers: ALL });
    },
  },
  {
    name: "spawn with a worker of one's own, bundled",
    async run(t) {
      const options = `{ workers: 2, urls: { wasm: 'pool/coordinator.wasm' },
        spawn: (kind, name) => new Worker(new URL('./' + kind + '.js', import.meta.url), { type: 'module', name }) }`;
      const entryPoints = ['app.js', 'millrace/coordinator.js', 'millrace/worker.js', 'millrace/cell.js'];
      const project = await built(t, 'spawn', appSource({ options }), {
        format: 'esm',
        entryPoints,
        entryNames: '[name]',
      });
      await cp(project.path('node_modules/millrace/dist'), project.path('site/pool'), { recursive: true });
      await expectRun(t, await page(t, project, MODULE), { browsers: ALL });
    },
  },
];
