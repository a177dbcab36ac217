/** Folders of this machine that a guest is given: copied in before it runs. What it has changed is written back when it has
 * ended, however it did. */
import { createHash } from 'node:crypto';
import { realpath, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Directory } from '../client/directory.js';
import type { Preopen } from '../client/options.js';
import { Failure, messageOf, usageError } from './failure.js';

type DirectoryClass = typeof Directory;

/** As `--dir` tells it. */
interface Wanted {
  readonly text: string;
  readonly host: string;
  readonly guest: string;
  readonly readOnly: boolean;
}

/** What is in a directory, by paths: a symlink's target, a file's digest, or a folder. */
type Snapshot = ReadonlyMap<string, string>;

const FOLDER = 'folder';

/** Of a host's path, a drive's letter is a part. */
const SHAPE = /^(?<host>[A-Za-z]:[\\/][^:]*|[^:]+?)(?::(?<guest>[^:]+?))??(?::(?<mode>ro|rw))?$/;

function wantedOf(text: string): Wanted {
  const { host = '', guest, mode } = SHAPE.exec(text)?.groups ?? {};
  if (host === '') throw usageError(`--dir must be HOST, HOST:GUEST or HOST:GUEST:ro, and is ${JSON.stringify(text)}`);
  return { text, host: resolve(host), guest: guest ?? guestPathOf(host), readOnly: mode === 'ro' };
}

/** What is below the folder that we are in has the same path to the guest, from its root on: so relative paths mean the same. */
function guestPathOf(host: string): string {
  const path = relative('.', host);
  if (path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return host.replaceAll(sep, '/');
  return `/${path.replaceAll(sep, '/')}`;
}

/** Refuses what is no folder, and folders of which one is in the other: neither would see what is changed in the other. */
async function check(all: readonly Wanted[]): Promise<Wanted[]> {
  const real = await Promise.all(all.map((wanted) => realFolder(wanted)));
  for (const [i, one] of real.entries()) {
    for (const other of real.slice(i + 1)) {
      if (one.guest === other.guest) throw usageError(`--dir: two folders are ${one.guest} to the guest`);
      const both = one.host === other.host || [one, other].every(({ readOnly }) => readOnly);
      if (both || !(isIn(one.host, other.host) || isIn(other.host, one.host))) continue;
      throw usageError(
        `--dir: ${one.text} and ${other.text} overlap, so changes in one would not be seen in the other`,
      );
    }
  }
  return real;
}

async function realFolder(wanted: Wanted): Promise<Wanted> {
  try {
    const host = await realpath(wanted.host);
    if ((await stat(host)).isDirectory()) return { ...wanted, host };
  } catch (error) {
    throw usageError(`--dir ${wanted.text}: ${messageOf(error)}`);
  }
  throw usageError(`--dir ${wanted.text}: this is no folder`);
}

function isIn(inner: string, outer: string): boolean {
  return inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

/** One folder, whatever paths it has. */
class Folder {
  readonly directory: Directory;
  readonly #host: string;
  readonly #before: Snapshot;

  private constructor(directory: Directory, host: string, before: Snapshot) {
    this.directory = directory;
    this.#host = host;
    this.#before = before;
  }

  static async open(Directory: DirectoryClass, host: string): Promise<Folder> {
    const directory = await Directory.fromPath(host);
    return new Folder(directory, host, await snapshotOf(directory));
  }

  /** What the guest has not changed is left alone, also if somebody else has changed it meanwhile. */
  async save(Directory: DirectoryClass): Promise<void> {
    const after = await snapshotOf(this.directory);
    const gone = [...this.#before].filter(([path, what]) => kindOf(after.get(path)) !== kindOf(what));
    for (const [path] of gone) await rm(join(this.#host, path), { recursive: true, force: true });
    const changes = new Directory();
    let n = 0;
    for (const [path, what] of after) {
      if (this.#before.get(path) === what) continue;
      await copy(this.directory, changes, path, what);
      n++;
    }
    if (n > 0) await changes.toPath(this.#host);
  }
}

function kindOf(what: string | undefined): string | undefined {
  return what?.split(' ', 1)[0];
}

async function copy(from: Directory, to: Directory, path: string, what: string): Promise<void> {
  if (what === FOLDER) return to.mkdir(path);
  if (kindOf(what) === 'symlink') return to.symlink(path, await from.readlink(path));
  await to.writeFile(path, await from.readFile(path, { maxBytes: Number.MAX_SAFE_INTEGER }));
}

async function snapshotOf(directory: Directory): Promise<Snapshot> {
  const found = new Map<string, string>();
  const walk = async (above: string): Promise<void> => {
    for (const { name, kind } of await directory.list(above || '.')) {
      const path = above + name;
      if (kind === 'symlink') found.set(path, `symlink ${await directory.readlink(path)}`);
      else if (kind === 'file') found.set(path, `file ${await digestOf(directory, path)}`);
      else {
        found.set(path, FOLDER);
        await walk(`${path}/`);
      }
    }
  };
  await walk('');
  return found;
}

async function digestOf(directory: Directory, path: string): Promise<string> {
  const hash = createHash('sha256');
  const reader = directory.readable(path).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) hash.update(read.value);
  return hash.digest('hex');
}

/** All folders of a command line. */
export class Folders {
  /** What the guest is given. */
  readonly preopens: Readonly<Record<string, Preopen>>;
  readonly #written: readonly Folder[];
  readonly #Directory: DirectoryClass;

  private constructor(Directory: DirectoryClass, preopens: Record<string, Preopen>, written: readonly Folder[]) {
    this.#Directory = Directory;
    this.preopens = preopens;
    this.#written = written;
  }

  /** Copies them in. `cwd`: one of the guest's paths, which relative paths begin at. */
  static async open(Directory: DirectoryClass, texts: readonly string[], cwd: string | undefined): Promise<Folders> {
    const all = await check(texts.map(wantedOf));
    const folders = new Map<string, Folder>();
    const preopens: Record<string, Preopen> = {};
    for (const { host, guest, readOnly } of all) {
      const folder = folders.get(host) ?? (await Folder.open(Directory, host));
      folders.set(host, folder);
      preopens[guest] = { directory: folder.directory, readOnly };
    }
    if (cwd !== undefined) preopens['.'] = current(preopens, cwd);
    const written = new Set(all.filter(({ readOnly }) => !readOnly).map(({ host }) => folders.get(host)!));
    return new Folders(Directory, preopens, [...written]);
  }

  /** Writes back what the guest has changed: all that can be, and then throws if something could not. */
  async save(): Promise<void> {
    const failed: string[] = [];
    for (const folder of this.#written) {
      await folder.save(this.#Directory).catch((error: unknown) => failed.push(messageOf(error)));
    }
    if (failed.length > 0) throw new Failure(`not everything was written back: ${failed.join('; ')}`);
  }
}

function current(preopens: Readonly<Record<string, Preopen>>, cwd: string): Preopen {
  const found = preopens[cwd];
  if (found) return found;
  const known = Object.keys(preopens);
  const which = known.length > 0 ? `one of ${known.join(', ')}` : 'one that --dir gives';
  throw usageError(`--cwd must be a path of the guest's, ${which}, and is ${JSON.stringify(cwd)}`);
}
