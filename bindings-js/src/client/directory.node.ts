/** Directories in Node: from folders, and back to them. */
import { mkdir, readdir, readFile, readlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isUrl } from '../shared/brand.js';
import { refusal, text } from '../shared/gate.js';
import { mirrorOf, type SaveOptions, type SaveReport } from '../files/save-report.js';
import { Part } from '../shared/part.js';
import { CallSite } from './callsite.js';
import { Directory as BaseDirectory, type DirectoryOptions } from './directory.js';

const parts = /* @__PURE__ */ new Part(() => import('../files/directory-part.node.js'));

export class Directory extends BaseDirectory {
  static override async fromPath(folder: string | URL, options?: DirectoryOptions): Promise<Directory> {
    const from = pathOf(folder);
    const directory = new this({}, options);
    await load(directory, from, '');
    return directory;
  }

  override async toPath(folder: string | URL, options?: SaveOptions): Promise<SaveReport> {
    const site = new CallSite();
    try {
      const to = pathOf(folder);
      const mirror = mirrorOf(options);
      const { FolderTarget, save } = await parts.load();
      return await save(this, new FolderTarget(this, to), mirror, () => mkdir(to, { recursive: true }));
    } catch (error) {
      throw site.sign(error);
    }
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
