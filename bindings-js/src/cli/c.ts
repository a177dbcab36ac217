/** `millrace --cflags --libs`, as pkg-config has them: what emcc needs to build `pool.h` into a program without threads. The thin
 * client comes as sources and is compiled here, once, by the caller's own emcc: objects of another version of emscripten, or of
 * other flags (-flto, -fPIC), need not fit its program. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { argumentsOf, flagOf, textOf } from './arguments.js';
import { codeOf, Failure, messageOf, usageError } from './failure.js';
import { print } from './print.js';

export const cHelp = `Usage: emcc app.c $(npx millrace --cflags --libs) -o app.js
       npx millrace --files FOLDER

Millrace's pool.h in a program that emscripten builds without -pthread.

  --cflags   where the headers are: pool.h, and pool_guest.h for guests in C
  --libs     the library for the linker. It is compiled by the emcc on the PATH, or by $EMCC, at the first time, and kept in
             the user's cache. What is behind -- is given to that emcc, too: -flto, -fPIC, -DPOOL_PREFIX=acme_
  --files    copies what the program loads into a folder: served beside its script as millrace/
`;

const call = promisify(execFile);
const LIBRARY = 'libmillrace-client.a';
const FLAGS = ['-std=c11', '-O2', '-DNDEBUG', '-fvisibility=hidden'];

/** What `thin.js` and its workers consist of. */
const RUNTIME = /^(thin|coordinator|worker)(\.node)?\.(js|mjs|wasm)$/;

const dist = dirname(fileURLToPath(import.meta.url));
const sources = join(dist, '../c');

/** Substitutions of a shell are cut at spaces, and nothing can be quoted in them. */
function unquoted(path: string): string {
  const short = relative('.', path);
  const fine = [path, short].find((each) => /^[\w./@%+,:=~\\-]+$/.test(each));
  if (fine !== undefined) return fine;
  throw new Failure(
    `${path} has a space or another character that a shell does not take unquoted: install it elsewhere`,
  );
}

async function sourceFiles(): Promise<string[]> {
  const all = await readdir(sources, { recursive: true });
  return all.filter((name) => /\.[ch]$/.test(name)).sort();
}

/** The folder of the library that these sources, this emcc and these flags give. */
async function cacheFolder(emcc: string, flags: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([(await tool(emcc, ['--version'])).split('\n')[0], FLAGS, flags]));
  for (const name of await sourceFiles()) hash.update(name).update(await readFile(join(sources, name)));
  const base = process.env['XDG_CACHE_HOME'] || process.env['LOCALAPPDATA'] || join(homedir(), '.cache');
  return join(base, 'millrace', `c-${hash.digest('hex').slice(0, 16)}`);
}

/** Runs a program of emscripten's: what it has printed. */
async function tool(command: string, args: readonly string[], cwd?: string): Promise<string> {
  try {
    return (await call(command, args, { cwd, maxBuffer: 1 << 26, shell: process.platform === 'win32' })).stdout;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      throw new Failure(
        `--libs needs emscripten, and there is no ${command}: put emcc on the PATH, or its path into EMCC`,
      );
    }
    throw new Failure(messageOf(error));
  }
}

/** In a folder of its own first: several may do the same at the same time. */
async function build(emcc: string, flags: readonly string[], folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const stage = await mkdtemp(`${folder}.`);
  try {
    const includes = [sources, join(sources, 'include')].map((path) => `-I${path}`);
    const all = (await sourceFiles()).filter((name) => name.endsWith('.c'));
    const objects: string[] = [];
    for (const place of new Set(all.map((name) => dirname(name)))) {
      const to = join(stage, place); // two files of different folders have the same name
      await mkdir(to, { recursive: true });
      const names = all.filter((name) => dirname(name) === place).map((name) => join(sources, name));
      await tool(emcc, ['-c', ...FLAGS, ...flags, ...includes, ...names], to);
      objects.push(...(await readdir(to)).map((name) => join(place, name)));
    }
    const emar = process.env['EMAR'] || emcc.replace(/emcc(?=(\.bat|\.py)?$)/, 'emar');
    await tool(emar, ['rcs', LIBRARY, ...objects.sort()], stage);
    await rename(stage, folder).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error; // somebody else was as quick
    });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function libs(flags: readonly string[]): Promise<string[]> {
  const emcc = process.env['EMCC'] || 'emcc';
  const folder = await cacheFolder(emcc, flags);
  const isThere = await stat(join(folder, LIBRARY)).catch(() => undefined);
  if (!isThere) await build(emcc, flags, folder);
  return [`-L${unquoted(folder)}`, '-lmillrace-client', '--js-library', unquoted(join(sources, 'library_millrace.js'))];
}

async function copyRuntime(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(dist)).filter((name) => RUNTIME.test(name));
  for (const name of names) await copyFile(join(dist, name), join(folder, name));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n'); // whatever Node finds above
}

export async function c(args: readonly string[]): Promise<number> {
  const given = argumentsOf(args, {
    cflags: { type: 'boolean' },
    libs: { type: 'boolean' },
    files: { type: 'string' },
  });
  const at = args.indexOf('--');
  const flags = at < 0 ? [] : args.slice(at + 1);
  if (given.words.length > flags.length) throw usageError(`${given.words[0]!}: what is emcc's own goes behind --`);
  const folder = textOf(given, 'files');
  if (folder === '') throw usageError('--files: which folder?');
  if (folder !== undefined) await copyRuntime(folder);
  const prefix = flags.filter((flag) => flag.startsWith('-DPOOL_PREFIX='));
  const printed = [
    ...(flagOf(given, 'cflags') ? [`-I${unquoted(join(sources, 'include'))}`, ...prefix] : []),
    ...(flagOf(given, 'libs') ? await libs(flags) : []),
  ];
  if (printed.length > 0) await print(`${printed.join(' ')}\n`);
  return 0;
}
