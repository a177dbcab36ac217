// The reference of the package, out of the comments in its sources.
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { root, site } from './places.mjs';

const run = promisify(execFile);
const work = `${root}build/docs/`;

/** Each entry of the package, by the name under which users import it. */
const entries = { millrace: 'index', 'millrace/plugin': 'plugin' };

async function writeEntries() {
  await mkdir(`${work}entries/millrace`, { recursive: true });
  for (const [name, source] of Object.entries(entries)) {
    const up = '../'.repeat(name.split('/').length + 2);
    await writeFile(`${work}entries/${name}.ts`, `export * from '${up}bindings-js/src/${source}.js';\n`);
  }
  const tsconfig = {
    extends: '../../bindings-js/tsconfig.json',
    compilerOptions: { rootDir: '../..', noEmit: true },
    include: ['entries'],
  };
  await writeFile(`${work}tsconfig.json`, JSON.stringify(tsconfig));
}

/** Without what says nothing to a reader: that a class of the same name is the base, and where each member was inherited from.
 * A default takes a line, not a block. @param {string} markdown */
function tidied(markdown) {
  return markdown
    .replace(/\n#+ Inherited from\n\n.*\n/g, '')
    .replace(/\n## Extends\n\n- `\w+`\n/, '')
    .replace(
      /\n#+ Default\n\n```ts\n(.*)\n```\n/g,
      (_, value) => `\n**Default:** ${value.replace(/[<>*_`[\]{}]/g, '\\$&')}\n`,
    );
}

async function tidyPages() {
  const names = (await readdir(`${site}api`, { recursive: true })).filter((name) => name.endsWith('.md'));
  for (const name of names) {
    const path = `${site}api/${name}`;
    await writeFile(path, tidied(await readFile(path, 'utf8')));
  }
}

/** @param {string} modules the folder `node_modules` */
export async function writeApiPages(modules) {
  await writeEntries();
  const options = {
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'].map((name) => `${modules}/${name}/dist/index.js`),
    entryPoints: Object.keys(entries).map((name) => `${work}entries/${name}.ts`),
    basePath: `${work}entries`,
    tsconfig: `${work}tsconfig.json`,
    out: `${site}api`,
    docsRoot: site,
    name: 'API',
    readme: 'none',
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    hideGenerator: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    entryFileName: 'index',
    parametersFormat: 'table',
    interfacePropertiesFormat: 'list',
    validation: { notExported: false, invalidLink: true },
    treatWarningsAsErrors: false,
    logLevel: 'Warn',
  };
  await writeFile(`${work}typedoc.json`, JSON.stringify(options, null, 2));
  await run(process.execPath, [`${modules}/typedoc/bin/typedoc`, '--options', `${work}typedoc.json`], { cwd: root });
  await tidyPages();
}
