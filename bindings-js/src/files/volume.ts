/** A directory's content once a pool has it. */
import type { DirectoryEntry, EntryStat } from '../shared/protocol.js';
import type { Files } from './files.js';
import type { LocalStore } from './local-store.js';
import type { Store } from './store.js';

/** What is under way together on the way into a pool. */
const MOVED_AT_ONCE = 64;
const MOVED_BYTES_AT_ONCE = 4 * 1024 * 1024;

export class Volume implements Store {
  readonly #files: Files;
  readonly #volume: number;

  constructor(files: Files, volume: number) {
    this.#files = files;
    this.#volume = volume;
  }

  read(path: string, offset: number, length: number, max: number): Promise<ArrayBuffer> {
    return this.#files.call('read', this.#volume, path, offset, length, max);
  }

  nextData(path: string, offset: number): Promise<number> {
    return this.#files.call('nextData', this.#volume, path, offset);
  }

  write(path: string, data: ArrayBuffer): Promise<void> {
    return this.#files.call('write', this.#volume, path, data);
  }

  async list(path: string): Promise<DirectoryEntry[]> {
    const all: DirectoryEntry[] = [];
    for (let cookie = 0; ;) {
      const page = await this.#files.call('list', this.#volume, path, cookie);
      for (const entry of page.entries) all.push(entry);
      cookie = page.cookie;
      if (cookie === 0) return all;
    }
  }

  stat(path: string, follow: boolean): Promise<EntryStat> {
    return this.#files.call('stat', this.#volume, path, follow);
  }

  mkdir(path: string): Promise<void> {
    return this.#files.call('mkdir', this.#volume, path);
  }

  symlink(path: string, target: string): Promise<void> {
    return this.#files.call('symlink', this.#volume, path, target);
  }

  readlink(path: string): Promise<string> {
    return this.#files.call('readlink', this.#volume, path);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#files.call('rename', this.#volume, from, to);
  }

  remove(path: string): Promise<void> {
    return this.#files.call('remove', this.#volume, path);
  }
}

/** Copies what is kept here into a store: some of it at a time, since each answer takes a while to come. */
export async function moveInto(store: Store, local: LocalStore): Promise<void> {
  let [asked, bytes]: [Promise<void>[], number] = [[], 0];
  for (const { path, node } of local.leaves()) {
    if (node.kind === 'file') asked.push(store.write(path, node.data.slice(0)));
    else if (node.kind === 'symlink') asked.push(store.symlink(path, node.target));
    else asked.push(store.mkdir(path));
    bytes += node.kind === 'file' ? node.data.byteLength : 0;
    if (asked.length < MOVED_AT_ONCE && bytes < MOVED_BYTES_AT_ONCE) continue;
    await Promise.all(asked);
    [asked, bytes] = [[], 0];
  }
  await Promise.all(asked);
}
