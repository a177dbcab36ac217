// webpack 5, Rollup and Parcel 2.
import { appSource, expectRun, html } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';
import { serveFolder } from '../lib/server.mjs';
import { writeFile } from 'node:fs/promises';

const ALL = ['chromium', 'firefox', 'webkit'];

/** Builds a page with a stack's own command, and expects that it runs. */
async function expectBuilt(
  t,
  what,
  { command, args, out, script, type = 'module', entries = ['millrace', 'millrace/inline'], browsers = ALL },
) {
  for (const entry of entries) {
    const project = await makeProject(t, { ...what, files: { ...what.files, 'app.js': appSource({ entry }) } });
    await project.run('rm', ['-rf', out]);
    await project.run(command, args);
    await project.guest(`${out}/guest.wasm`);
    if (script)
      await writeFile(
        project.path(out, 'index.html'),
        html(`<script ${type && `type="${type}"`} src="${script}"></script>`),
      );
    await expectRun(t, `${await serveFolder(t, project.path(out))}/`, { browsers });
  }
}

const rollupConfig = (format) => `import resolve from '@rollup/plugin-node-resolve';
export default { input: 'app.js', plugins: [resolve({ browser: true })], output: { dir: 'dist', format: '${format}', name: 'app', inlineDynamicImports: ${format === 'iife'} } };
`;

const ROLLUP = { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3' };

export const stacks = [
  {
    name: 'webpack 5',
    often: true,
    run: (t) =>
      expectBuilt(
        t,
        {
          name: 'webpack',
          dependencies: { webpack: '5.113.0', 'webpack-cli': '7.3.1' },
          files: {
            'webpack.config.js':
              "export default { mode: 'production', entry: './app.js', output: { filename: 'app.js' } };\n",
          },
        },
        { command: 'webpack', args: [], out: 'dist', script: 'app.js', type: '' },
      ),
  },
  {
    name: 'webpack 5, ES modules and require()',
    run: (t) =>
      expectBuilt(
        t,
        {
          name: 'webpack',
          dependencies: { webpack: '5.113.0', 'webpack-cli': '7.3.1' },
          files: {
            'required.cjs': "const { Pool } = require('millrace');\nglobalThis.Pool = Pool;\nimport('./app.js');\n",
            'webpack.config.js': `export default { mode: 'development', entry: './required.cjs', experiments: { outputModule: true },
              output: { filename: 'app.js', module: true, chunkFormat: 'module' } };\n`,
          },
        },
        { command: 'webpack', args: [], out: 'dist', script: 'app.js', browsers: ['chromium'] },
      ),
  },
  {
    name: 'Rollup, with millrace/inline',
    async run(t) {
      const one = { entries: ['millrace/inline'], args: ['-c'], command: 'rollup', out: 'dist', script: 'app.js' };
      const config = (format) => ({
        name: 'rollup',
        dependencies: ROLLUP,
        files: { 'rollup.config.js': rollupConfig(format) },
      });
      await expectBuilt(t, config('es'), one);
      await expectBuilt(t, config('iife'), { ...one, type: '' });
    },
  },
  {
    name: 'Parcel 2',
    run: (t) =>
      expectBuilt(
        t,
        {
          name: 'parcel',
          dependencies: { parcel: '2.16.4' },
          manifest: {},
          files: { 'index.html': html('<script type="module" src="./app.js"></script>') },
        },
        { command: 'parcel', args: ['build', 'index.html', '--dist-dir', 'dist', '--no-cache'], out: 'dist' },
      ),
  },
];
