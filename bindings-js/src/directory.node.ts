/** Directories in Node: from folders, and back to them. */
import { lstat, mkdir, open, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isUrl } from './brand.js';
import { Directory as BaseDirectory, type DirectoryOptions, PIECE_BYTES } from './directory.js';
import { PoolError } from './errors.js';
import { refusal, text } from './gate.js';

export class Directory extends BaseDirectory {
  static override async fromPath(folder: string | URL, options?: DirectoryOptions): Promise<Directory> {
    const from = pathOf(folder);
    const directory = new this({}, options);
    await load(directory, from, '');
    return directory;
  }

  override async toPath(folder: string | URL): Promise<void> {
    const to = pathOf(folder);
    await mkdir(to, { recursive: true });
    await save(this, to, '');
  }
}

function pathOf(folder: unknown): string {
  if (isUrl(folder) && folder.protocol === 'file:') return fileURLToPath(folder.href);
  if (typeof folder === 'string' && folder !== '') return text('folder', folder);
  throw refusal('folder', isUrl(folder) ? folder.href : folder, 'a path or a URL of file:');
}

/** What is neither file, directory nor relative symlink is left out. */
async function load(directory: BaseDirectory, folder: string, above: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const [from, path] = [join(folder, entry.name), above + entry.name];
    if (entry.isFile()) await directory.writeFile(path, await readFile(from));
    else if (entry.isSymbolicLink()) await loadLink(directory, path, await readlink(from));
    else if (entry.isDirectory()) {
      await directory.mkdir(path);
      await load(directory, from, `${path}/`);
    }
  }
}

async function loadLink(directory: BaseDirectory, path: string, target: string): Promise<void> {
  if (!isAbsolute(target)) await directory.symlink(path, target);
}

async function save(directory: BaseDirectory, folder: string, above: string): Promise<void> {
  for (const { name, kind, size } of await directory.list(above)) {
    const path = above + name;
    const to = join(folder, nameOf(name));
    if (kind === 'symlink') await checkLink(directory, path);
    await clear(to, kind);
    if (kind === 'file') await saveFile(directory, path, size, to);
    else if (kind === 'symlink') await symlink(await directory.readlink(path), to);
    else {
      await mkdir(to, { recursive: true });
      await save(directory, to, `${path}/`);
    }
  }
}

/** In pieces, with its holes. */
async function saveFile(directory: BaseDirectory, path: string, size: number, to: string): Promise<void> {
  if (size <= PIECE_BYTES) return writeFile(to, await directory.readFile(path));
  const file = await open(to, 'w');
  try {
    for await (const { at, bytes } of directory.pieces(path)) {
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
    }
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

/** A guest chooses names, and another system may take one for a path. */
function nameOf(name: string): string {
  if (basename(name) === name) return name;
  throw new PoolError('POOL_EINVAL', `${JSON.stringify(name)} cannot be a file's name on this system`);
}

/** A guest's symlink must not lead out of the folder. One that leads nowhere must have no way to, either. */
async function checkLink(directory: BaseDirectory, path: string): Promise<void> {
  try {
    await directory.stat(path);
  } catch (error) {
    const target = await directory.readlink(path);
    const missing = error instanceof PoolError && error.code === 'POOL_ENOENT';
    if (!missing || target.split(/[\\/]/).includes('..')) throw error;
  }
}

/** Removes what is in the way: a symlink always, so that nothing is written through it. */
async function clear(to: string, kind: string): Promise<void> {
  const there = await lstat(to).catch(() => undefined);
  if (there && (there.isSymbolicLink() || kind === 'symlink')) await rm(to);
}
