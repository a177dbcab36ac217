// Builds the documentation into build/docs/dist. Usage: node npm/docs/tools/build.mjs [--base /under/this/path/]
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { writeApiPages } from './api-pages.mjs';
import { withBenchTables } from './bench-tables.mjs';
import { headerPage } from './header-page.mjs';
import { installPackages } from './install.mjs';
import { deadLinks, deadLinksInTexts } from './links.mjs';
import { dist, pages, root, site } from './places.mjs';

/** Of the repository, which link to the pages. */
const TEXTS = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'npm/README.md'];

const { values } = parseArgs({ options: { base: { type: 'string', default: '/' } } });

/** The site's sources beside the packages that build it, where Node looks for them. */
async function prepare(modules) {
  await rm(`${root}build/docs`, { recursive: true, force: true });
  await mkdir(`${root}build/docs`, { recursive: true });
  await cp(pages, site, { recursive: true });
  await symlink(modules, `${root}build/docs/node_modules`);
}

async function fillInFigures() {
  const names = (await readdir(site, { recursive: true })).filter((name) => name.endsWith('.md'));
  for (const name of names) {
    const markdown = await readFile(site + name, 'utf8');
    const filled = withBenchTables(markdown);
    if (filled !== markdown) await writeFile(site + name, filled);
  }
}

const headers = {
  pool: 'Everything that a C program calls. [From C](../guide/c.md) says how to build and link one.',
  pool_guest: 'What a guest calls. [Host calls](../guide/host-calls.md) is the guide to it.',
};

async function writeHeaderPages() {
  await mkdir(`${site}c`, { recursive: true });
  for (const [name, preface] of Object.entries(headers)) {
    const source = await readFile(`${root}c/include/${name}.h`, 'utf8');
    await writeFile(`${site}c/${name}.md`, headerPage(source, `${name}.h`, preface));
  }
}

function runVitePress(modules) {
  const args = [`${modules}/vitepress/bin/vitepress.js`, 'build', site, '--base', values.base];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: `${root}build/docs` });
  if (status !== 0) throw new Error('the site could not be built');
}

const modules = await installPackages();
await prepare(modules);
await fillInFigures();
await writeHeaderPages();
await writeApiPages(modules);
runVitePress(modules);
const problems = [...deadLinks(dist, values.base), ...deadLinksInTexts(root, TEXTS)];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
