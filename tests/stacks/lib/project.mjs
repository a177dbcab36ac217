// A project of somebody's that has the packed package installed. Light ones are in a folder that goes; heavy ones stay in the
// cache with what they have installed, by the hash of that, so that a run installs nothing that it has.
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { holdFolder } from './lock.mjs';

const run = promisify(execFile);

const CACHE = join(process.env.MILLRACE_CACHE ?? join(homedir(), '.cache', 'millrace'), 'stacks');
const INSTALL_MS = 900_000;
const STEP_MS = 600_000;

export function hashOf(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 16);
}

const isThere = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The cache's folder for marks and projects. */
export async function cacheFolder() {
  await mkdir(CACHE, { recursive: true });
  return CACHE;
}

/** Where bundlers keep what they have made of packages of a version. It is another package here with the same version. */
const BUNDLER_CACHES = ['node_modules/.vite', 'node_modules/.cache', '.parcel-cache', '.next'];

/** Puts the package where npm would. */
async function unpack(archive, folder) {
  const modules = join(folder, 'node_modules');
  for (const path of ['node_modules/millrace', ...BUNDLER_CACHES])
    await rm(join(folder, path), { recursive: true, force: true });
  await mkdir(modules, { recursive: true });
  await run('tar', ['xzf', archive, '-C', modules]);
  await rename(join(modules, 'package'), join(modules, 'millrace'));
}

/** npm, without a lock file: the versions are exact, and no registry is named anywhere. */
async function install(folder, manifest) {
  const mark = join(folder, '.installed');
  if (await isThere(mark)) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  const options = ['--no-package-lock', '--no-audit', '--no-fund', '--silent', '--legacy-peer-deps'];
  await run('npm', ['install', ...options], { cwd: folder, timeout: INSTALL_MS });
  await writeFile(mark, '');
}

/** A project with these files (texts by their paths), and packages by their exact versions.
 * @param {{archive: string, guest: string, defer: (cleanup: () => unknown) => void}} t
 * @param {{name: string, files?: Record<string, string>, dependencies?: Record<string, string>, manifest?: object}} what */
export async function makeProject(t, { name, files = {}, dependencies, manifest = { type: 'module' } }) {
  const whole = { name: `stack-${name}`, private: true, ...manifest, ...(dependencies ? { dependencies } : {}) };
  const folder = dependencies
    ? join(await cacheFolder(), `${name}-${hashOf(JSON.stringify(dependencies))}`)
    : await mkdtemp(join(tmpdir(), `millrace-${name}-`));
  if (dependencies) {
    await holdFolder(t, folder);
    await install(folder, whole);
  }
  await unpack(t.archive, folder);
  const all = { 'package.json': JSON.stringify(whole, null, 2), ...files };
  for (const [path, text] of Object.entries(all)) await put(folder, path, text);
  const project = {
    folder,
    path: (...parts) => join(folder, ...parts),
    /** Copies a guest of the examples into the project. */
    guest: async (path = 'guest.wasm') => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await copyFile(t.guest, join(folder, path));
    },
    read: (path) => readFile(join(folder, path), 'utf8'),
    /** Runs a program to its end; what it wrote to stdout. Fails with all that it wrote if it does. */
    run: (command, args, options = {}) => runIn(folder, command, args, options),
    remove: () => (dependencies ? undefined : rm(folder, { recursive: true, force: true })),
  };
  t.defer(project.remove);
  return project;
}

async function put(folder, path, text) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function runIn(folder, command, args, { env = {}, timeout = STEP_MS } = {}) {
  const PATH = `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`;
  const given = { ...process.env, ...env, PATH, CI: 'true', NO_COLOR: '1' };
  delete given.FORCE_COLOR;
  try {
    const { stdout } = await run(command, args, { cwd: folder, env: given, timeout, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error;
    throw new Error(
      `${command} ${args.join(' ')}: ${error.code ?? error.signal}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`,
    );
  }
}
