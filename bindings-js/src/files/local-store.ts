/** What a directory holds before a pool does: a small file system of JavaScript objects, as strict as the pool's. */
import { errorOfStatus, type PoolError } from '../shared/errors.js';
import { errorCodes, layout } from '../shared/layout.gen.js';
import type { DirectoryEntry, EntryStat } from '../shared/protocol.js';
import type { Store } from './store.js';

interface FileNode {
  readonly kind: 'file';
  data: ArrayBuffer;
  lastModified: number;
}
interface FolderNode {
  readonly kind: 'directory';
  readonly entries: Map<string, Node>;
  lastModified: number;
}
interface LinkNode {
  readonly kind: 'symlink';
  readonly target: string;
  readonly lastModified: number;
}
/** What a path leads to. */
export type Node = FileNode | FolderNode | LinkNode;

/** Where a path leads: a name in a folder, with or without something behind it. The root has no name. */
interface Spot {
  /** The folders from the root down to that one. */
  readonly way: readonly FolderNode[];
  readonly folder: FolderNode;
  readonly name: string;
  readonly node: Node | undefined;
  /** The path ends with a slash, `.` or `..`. */
  readonly needsFolder: boolean;
}

/** Whether a symlink at the end of a path is followed: if a slash comes after it; always; never. */
type WalkEnd = 'node' | 'follow' | 'entry';

const encoder = new TextEncoder();

export class LocalStore implements Store {
  readonly #root = folder();

  read(path: string, offset: number, length: number, max: number): Promise<ArrayBuffer> {
    return attempt(() => {
      const { data } = this.#fileAt(path);
      const wanted = Math.min(length, Math.max(0, data.byteLength - offset));
      if (wanted > max) throw fail('POOL_EFBIG');
      return data.slice(offset, offset + wanted);
    });
  }

  nextData(path: string, offset: number): Promise<number> {
    return attempt(() => Math.min(offset, this.#fileAt(path).data.byteLength));
  }

  write(path: string, data: ArrayBuffer): Promise<void> {
    return attempt(() => {
      const spot = this.#walk(path, 'follow', true);
      if (spot.node?.kind === 'directory' || spot.needsFolder) throw fail('POOL_EISDIR');
      put(spot, { kind: 'file', data, lastModified: Date.now() });
    });
  }

  list(path: string): Promise<DirectoryEntry[]> {
    return attempt(() => {
      const entries = this.#folderAt(path).entries;
      return [...entries].map(([name, node]) => ({ name, ...statOf(node) }));
    });
  }

  stat(path: string, follow: boolean): Promise<EntryStat> {
    return attempt(() => {
      const { node } = this.#walk(path, follow ? 'follow' : 'node');
      if (!node) throw fail('POOL_ENOENT');
      return statOf(node);
    });
  }

  mkdir(path: string): Promise<void> {
    return attempt(() => {
      const spot = this.#walk(path, 'entry', true);
      if (!spot.node) return put(spot, folder());
      if (!this.#isFolder(path)) throw fail('POOL_EEXIST');
    });
  }

  symlink(path: string, target: string): Promise<void> {
    return attempt(() => {
      if (target === '') throw fail('POOL_ENOENT');
      if (encoder.encode(target).length > layout.PATH_MAX_BYTES) throw fail('POOL_ENAMETOOLONG');
      if (target.startsWith('/')) throw fail('POOL_EPERM');
      const spot = this.#walk(path, 'entry', true);
      if (spot.node) throw fail('POOL_EEXIST');
      if (spot.needsFolder) throw fail('POOL_ENOENT');
      put(spot, { kind: 'symlink', target, lastModified: Date.now() });
    });
  }

  readlink(path: string): Promise<string> {
    return attempt(() => {
      const { node } = this.#walk(path, 'node');
      if (!node) throw fail('POOL_ENOENT');
      if (node.kind !== 'symlink') throw fail('POOL_EINVAL');
      return node.target;
    });
  }

  rename(from: string, to: string): Promise<void> {
    return attempt(() => {
      const source = this.#walk(from, 'entry');
      const spot = this.#walk(to, 'entry');
      if (!source.node) throw fail('POOL_ENOENT');
      if (source.name === '' || spot.name === '') throw fail('POOL_EINVAL');
      if (source.node.kind !== 'directory') {
        if (source.needsFolder || spot.needsFolder) throw fail('POOL_ENOTDIR');
      } else if (spot.way.includes(source.node)) throw fail('POOL_EINVAL');
      if (source.node === spot.node) return;
      checkReplaces(source.node, spot.node);
      source.folder.entries.delete(source.name);
      put(spot, source.node);
    });
  }

  remove(path: string): Promise<void> {
    return attempt(() => {
      const { folder: parent, name, node, needsFolder } = this.#walk(path, 'entry');
      if (!node) throw fail('POOL_ENOENT');
      if (name === '') throw fail('POOL_EINVAL');
      if (needsFolder && node.kind !== 'directory') throw fail('POOL_ENOTDIR');
      parent.entries.delete(name);
      parent.lastModified = Date.now();
    });
  }

  /** Every path that is not a directory with something in it, in an order in which they can be made. */
  *leaves(): Generator<{ path: string; node: Node }> {
    const todo = [{ above: '', entries: this.#root.entries.entries() }];
    for (let inner = todo.at(-1); inner; inner = todo.at(-1)) {
      const { value: entry } = inner.entries.next();
      if (!entry) {
        todo.pop();
        continue;
      }
      const [path, node] = [inner.above + entry[0], entry[1]];
      const isInner = node.kind === 'directory' && node.entries.size > 0;
      if (isInner) todo.push({ above: `${path}/`, entries: node.entries.entries() });
      else yield { path, node };
    }
  }

  #fileAt(path: string): FileNode {
    const { node } = this.#walk(path, 'follow');
    if (!node) throw fail('POOL_ENOENT');
    if (node.kind !== 'file') throw fail('POOL_EISDIR');
    return node;
  }

  #folderAt(path: string): FolderNode {
    const { node } = this.#walk(path, 'follow');
    if (!node) throw fail('POOL_ENOENT');
    if (node.kind !== 'directory') throw fail('POOL_ENOTDIR');
    return node;
  }

  /** Whether what has a name is a directory, or leads to one. */
  #isFolder(path: string): boolean {
    try {
      return this.#folderAt(path).kind === 'directory';
    } catch (error) {
      if ((error as PoolError).code !== 'POOL_ENOTDIR') throw error;
      return false;
    }
  }

  /** Goes along a path, as `pool__fs_walk` does; `makes` the directories that are missing on the way, but not the last. */
  #walk(path: string, end: WalkEnd, makes = false): Spot {
    const way = [this.#root];
    const todo = partsOf(path);
    let [links, slashFollows] = [0, false]; // a slash after a symlink at the end holds for what it leads to
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      const name = part.replace(/\/+$/, '');
      if (stepsByDots(name, way)) continue;
      const here = way.at(-1)!;
      const node = here.entries.get(name);
      const isLast = todo.length === 0;
      slashFollows ||= isLast && part !== name;
      if (isLast && endsAt(node, end, slashFollows)) {
        if (end !== 'entry' && node && slashFollows && node.kind !== 'directory') throw fail('POOL_ENOTDIR');
        return { way, folder: here, name, node, needsFolder: slashFollows };
      }
      if (node?.kind === 'symlink') {
        if (++links > layout.SYMLINKS_MAX) throw fail('POOL_ELOOP');
        todo.push(...partsOf(node.target));
      } else way.push(folderOn(here, name, node, makes));
    }
    const last = way.at(-1)!;
    return { way, folder: last, name: '', node: last, needsFolder: true };
  }
}

/** Goes on by `.` or `..`, if it is one of them. */
function stepsByDots(name: string, way: FolderNode[]): boolean {
  if (name === '..' && way.length === 1) throw fail('POOL_EPERM');
  if (name === '..') way.pop();
  return name === '.' || name === '..';
}

/** Whether a path that ends with this ends there. */
function endsAt(node: Node | undefined, end: WalkEnd, slashFollows: boolean): boolean {
  if (node?.kind !== 'symlink' || end === 'entry') return true;
  return end === 'node' && !slashFollows;
}

/** The directory in which a path goes on. */
function folderOn(here: FolderNode, name: string, node: Node | undefined, makes: boolean): FolderNode {
  const next = node ?? (makes ? folder() : undefined);
  if (!next) throw fail('POOL_ENOENT');
  if (next.kind !== 'directory') throw fail('POOL_ENOTDIR');
  if (!node) put({ folder: here, name }, next);
  return next;
}

function folder(): FolderNode {
  return { kind: 'directory', entries: new Map(), lastModified: Date.now() };
}

/** The names on a path, each with the slashes after it, the last one first. */
function partsOf(path: string): string[] {
  if (encoder.encode(path).length > layout.PATH_MAX_BYTES) throw fail('POOL_ENAMETOOLONG');
  const parts = path.match(/[^/]+\/*/g) ?? [];
  const isLong = (part: string): boolean => encoder.encode(part.replace(/\/+$/, '')).length > layout.NAME_MAX_BYTES;
  if (parts.some(isLong)) throw fail('POOL_ENAMETOOLONG');
  return parts.reverse();
}

function put({ folder: parent, name }: Pick<Spot, 'folder' | 'name'>, node: Node): void {
  parent.entries.set(name, node);
  parent.lastModified = Date.now();
}

function statOf(node: Node): EntryStat {
  const { kind, lastModified } = node;
  const size = kind === 'file' ? node.data.byteLength : kind === 'symlink' ? encoder.encode(node.target).length : 0;
  return { kind, size, lastModified };
}

/** As rename(2): only a directory replaces a directory, and only an empty one. */
function checkReplaces(node: Node, old: Node | undefined): void {
  if (!old) return;
  if (node.kind === 'directory' && old.kind !== 'directory') throw fail('POOL_ENOTDIR');
  if (node.kind !== 'directory' && old.kind === 'directory') throw fail('POOL_EISDIR');
  if (old.kind === 'directory' && old.entries.size > 0) throw fail('POOL_ENOTEMPTY');
}

function fail(code: keyof typeof errorCodes): PoolError {
  return errorOfStatus(errorCodes[code]);
}

/** What `use` returns or throws, as a promise. */
function attempt<T>(use: () => T): Promise<T> {
  return new Promise((resolve) => resolve(use()));
}
