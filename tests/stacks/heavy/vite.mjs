// Vite 7 and 8: developing, built, and a library that brings the package along.
import { expectRefusal, expectRun, appSource, html } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';
import { serveFolder, startServer } from '../lib/server.mjs';
import { cp, rm, writeFile } from 'node:fs/promises';

const ALL = ['chromium', 'firefox', 'webkit'];

const config = `export default {
  server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
};
`;

/** What Vite 7 lacks, as the error says it. */
const withLine = config.replace('{', "{ optimizeDeps: { exclude: ['millrace'] },");

const library = (entry) => `export default { build: { outDir: 'lib', lib: {
  entry: '${entry}', formats: ['es', 'iife'], name: 'app', fileName: (format) => \`\${format}.js\` } } };
`;

async function projectOf(t, version, entry) {
  const name = `vite${version.split('.')[0]}`;
  const files = {
    'index.html': html('<script type="module" src="/app.js"></script>'),
    'app.js': appSource({ entry }),
    'plain.js': appSource(),
    'vite.config.js': config,
    'library.config.js': library('app.js'),
    'plain.config.js': library('plain.js'),
  };
  const project = await makeProject(t, { name, files, dependencies: { vite: version } });
  await project.guest('public/guest.wasm');
  return project;
}

async function develop(t, project) {
  const options = ['--port', '0', '--host', '127.0.0.1', '--force'];
  return `${await startServer(t, project, 'vite', options, /(http:\/\/127\.0\.0\.1:\d+)/)}/`;
}

async function inLibrary(t, project, configuration, expect) {
  await project.run('vite', ['build', '--config', configuration]);
  await rm(project.path('site'), { recursive: true, force: true });
  await cp(project.path('lib'), project.path('site'), { recursive: true }); // with what it loads later
  await project.guest('site/guest.wasm');
  for (const [format, type] of [
    ['es', 'type="module"'],
    ['iife', ''],
  ]) {
    await writeFile(project.path(`site/${format}.html`), html(`<script ${type} src="${format}.js"></script>`));
    await expect(`${await serveFolder(t, project.path('site'))}/${format}.html`, format);
  }
}

/** Its optimizer moves a dependency away from its files. */
const needsLine = (version) => version.startsWith('7.');

const stacksOf = (version) => [
  {
    name: `${version}, developing`,
    async run(t) {
      await expectRun(t, await develop(t, await projectOf(t, version, 'millrace/inline')), { browsers: ALL });
      const project = await projectOf(t, version, 'millrace');
      if (!needsLine(version)) return expectRun(t, await develop(t, project), { browsers: ALL });
      await expectRefusal(t, await develop(t, project), /optimizeDeps: \{ exclude: \['millrace'\] \}/);
      await writeFile(project.path('vite.config.js'), withLine);
      await expectRun(t, await develop(t, project), { browsers: ALL });
    },
  },
  {
    name: `${version}, built`,
    often: version.startsWith('8.'),
    async run(t) {
      for (const entry of ['millrace', 'millrace/inline']) {
        const project = await projectOf(t, version, entry);
        await project.run('vite', ['build']);
        await expectRun(t, `${await serveFolder(t, project.path('dist'))}/`, { browsers: ALL });
      }
    },
  },
  {
    name: `${version}, a library`,
    async run(t) {
      const project = await projectOf(t, version, 'millrace/inline');
      await inLibrary(t, project, 'library.config.js', (url) => expectRun(t, url, { browsers: ALL }));
    },
  },
  {
    name: `${version}, a library of millrace itself`,
    async run(t) {
      const project = await projectOf(t, version, 'millrace/inline');
      await inLibrary(t, project, 'plain.config.js', (url, format) =>
        format === 'es' || needsLine(version) ? expectRun(t, url) : expectRefusal(t, url, /millrace\/inline/),
      );
    },
  },
];

export const stacks = [...stacksOf('7.3.8'), ...stacksOf('8.3.8')];
