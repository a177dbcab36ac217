/** What directories and files are made of: checked, and copied, because the caller may change it. */
import { bytesOfBlob } from '../shared/blob.js';
import { isBlob, isPlain, isThenable } from '../shared/brand.js';
import { type Bytes, copyOf, viewOf } from '../shared/bytes.js';
import { entriesOf, entryName, invalid, refusal, text } from '../shared/gate.js';
import { layout } from '../shared/layout.gen.js';

/** What a file can be made of. A string is its text, as UTF-8. */
export type FileData = string | Bytes | Blob;

/** What a directory begins with: files and directories by their names, or by paths. Promises of them are awaited. */
export interface DirectoryTree {
  readonly [name: string]: FileData | DirectoryTree | PromiseLike<FileData | DirectoryTree>;
}

/** A tree whose data has been copied: a file's, or a directory's by names or paths. */
export type Loaded = ArrayBuffer | Map<string, Loaded>;

/** The directory itself, as a path. */
export const ROOT = '.';

const DATA = 'a string, bytes or a Blob';

/** No path is longer than this, in names. */
const DEPTH_MAX = layout.PATH_MAX_BYTES / 2;

const NAME_CHARS = 100;

const EMPTY = new ArrayBuffer(0);

const encoder = new TextEncoder();

/** A path as the pool takes it: relative, and never empty. */
export function pathOf(name: string, given: unknown): string {
  return text(name, given).replace(/^\/+/, '') || ROOT;
}

/** A copy of a file's data: at once, but for a Blob, which nobody can change. */
export async function copyData(name: string, given: unknown): Promise<ArrayBuffer> {
  return dataOf(name, given) ?? Promise.reject(refusal(name, given, DATA, isThenable(given) ? 'await it' : ''));
}

/** Something in a tree that is still to be copied. */
interface Entry {
  /** Its path, with a `/` behind it, as far as errors show it; empty for the tree itself. */
  readonly prefix: string;
  readonly given: unknown;
  /** The directory that it is in. */
  readonly above: Entry | undefined;
  readonly depth: number;
  readonly put: (loaded: Loaded) => void;
}

/** A copy of what a tree has: at once, but for what is promised. */
export async function copyTree(given: unknown): Promise<Loaded> {
  const tree: unknown = isThenable(given) ? await given : given;
  if (!isPlain(tree)) throw refusal('tree', tree, 'an object of files and directories');
  let loaded: Loaded;
  await copyAll({ prefix: '', given: tree, above: undefined, depth: 0, put: (root) => (loaded = root) });
  return loaded!;
}

/** Copies an entry and all that is in it; a loop, because a tree may be deeper than the stack. */
async function copyAll(entry: Entry): Promise<void> {
  const waits: Promise<unknown>[] = [];
  const todo = [entry];
  try {
    for (let next = todo.pop(); next; next = todo.pop()) copyOne(next, todo, waits);
  } catch (error) {
    for (const wait of waits) wait.catch(() => undefined);
    throw error;
  }
  await Promise.all(waits);
}

function copyOne(entry: Entry, todo: Entry[], waits: Promise<unknown>[]): void {
  const { given, put } = entry;
  const name = nameOf(entry);
  if (isThenable(given)) {
    waits.push(Promise.resolve(given).then((value) => copyAll({ ...entry, given: value })));
    return;
  }
  if (isPlain(given)) {
    for (const inner of entriesIn(entry, name, given)) todo.push(inner);
    return;
  }
  const data = dataOf(name, given);
  if (data instanceof Promise) waits.push(data.then(put));
  else if (data) put(data);
  else throw refusal(name, given, `${DATA}, or an object that is a directory`);
}

/** Adds a directory, and puts what it has on the list of what is to be copied, the last one first. */
function entriesIn(entry: Entry, name: string, given: object): Entry[] {
  if (entry.depth > DEPTH_MAX) throw invalid(`${name} is deeper than a path can be`);
  for (let at = entry.above; at; at = at.above) {
    if (at.given === given) throw invalid(`${name} must be a tree of its own, and is a directory that contains it`);
  }
  const folder = new Map<string, Loaded>();
  entry.put(folder);
  const inner = entriesOf(name, given, 'an object').map(([key, value]) => {
    const prefix = `${entry.prefix}${key}/`.slice(0, NAME_CHARS);
    const at = { prefix, given: value, above: entry, depth: entry.depth + 1 };
    if (key === '') throw invalid(`${nameOf(at)} must have a name`);
    const path = pathOf(`the name of ${nameOf(at)}`, key);
    folder.set(path, EMPTY); // in the order in which they came
    return { ...at, put: (loaded: Loaded): void => void folder.set(path, loaded) };
  });
  return inner.reverse();
}

function nameOf({ prefix }: { readonly prefix: string }): string {
  return prefix === '' ? 'tree' : entryName('tree', prefix.slice(0, -1));
}

/** `undefined`: it is no file's data. */
function dataOf(name: string, given: unknown): Promise<ArrayBuffer> | ArrayBuffer | undefined {
  if (typeof given === 'string') return encoder.encode(given).buffer;
  const view = viewOf(name, given);
  if (view) return copyOf(view).buffer;
  return isBlob(given) ? bytesOfBlob(name, given) : undefined;
}
