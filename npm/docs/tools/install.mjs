// What the documentation needs beside the repository, in the cache: packages of npm by the hash of their lock file, and the two
// web servers whose configurations the pages show, out of Debian's packages, without installing them into the system.
// Used as a module by the other tools. Usage: node npm/docs/tools/install.mjs
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const docs = fileURLToPath(new URL('..', import.meta.url));
const CACHE = process.env.MILLRACE_CACHE ?? join(homedir(), '.cache', 'millrace');
const REVISION = 1;
const SERVERS = ['nginx', 'nginx-common', 'apache2-bin', 'libapr1', 'libaprutil1'];

const isThere = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Fills a folder beside its place and moves it there, so that two that do it at once do not meet, and half of it is never used.
 * @param {string} name @param {(folder: string) => Promise<void>} fill @returns {Promise<string>} where it is */
async function cached(name, fill) {
  const place = join(CACHE, `${name}-r${REVISION}`);
  if (await isThere(place)) return place;
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, `${name}-`));
  try {
    await fill(folder);
    await rename(folder, place).catch(async (error) => {
      if (!(await isThere(place))) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return place;
}

/** @returns {Promise<string>} the folder `node_modules` */
export async function installPackages() {
  const lock = await readFile(join(docs, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const place = await cached(`docs-${hash}`, async (folder) => {
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      await copyFile(join(docs, file), join(folder, file));
    await run('npm', ['ci', '--silent', '--no-audit', '--no-fund'], { cwd: folder });
  });
  return join(place, 'node_modules');
}

/** @returns {Promise<string>} the folder that stands for the system's root */
export async function installServers() {
  return cached('docs-servers', async (folder) => {
    const download = () => run('apt-get', ['download', '-qq', ...SERVERS], { cwd: folder });
    await download().catch(async () => {
      await run('apt-get', ['update', '-qq']);
      await download();
    });
    const archives = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    for (const archive of archives) await run('dpkg-deb', ['-x', archive, '.'], { cwd: folder });
    for (const archive of archives) await rm(join(folder, archive));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await installPackages();
  await installServers();
}
