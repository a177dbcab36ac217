/** Copies a volume from one cell to another: all that is in it, with times, hard links and holes. Inodes have other numbers there. */
import { layout } from '../shared/layout.gen.js';
import type { DirectoryPage, EntryKind, FileRun, VolumeCalls } from '../shared/protocol.js';

/** Asks one side. */
export type Ask = (call: keyof VolumeCalls, ...args: unknown[]) => Promise<unknown>;

const ROOT = '.';

/** Copies what is in one volume into another, which is empty. */
export async function copyVolume(from: Ask, to: Ask): Promise<void> {
  await new Copy(from, to).directory(ROOT);
}

class Copy {
  readonly #from: Ask;
  readonly #to: Ask;
  /** Of what has several names, the first one, by inodes. */
  readonly #names = new Map<bigint, string>();

  constructor(from: Ask, to: Ask) {
    this.#from = from;
    this.#to = to;
  }

  async directory(path: string): Promise<void> {
    const node = await this.#from('node', path);
    for (let cookie = 0; ;) {
      const page = (await this.#from('list', path, cookie)) as DirectoryPage;
      for (const { name, kind } of page.entries) await this.#entry(path === ROOT ? name : `${path}/${name}`, kind);
      cookie = page.cookie;
      if (cookie === 0) break;
    }
    await this.#to('setTimes', path, node);
  }

  async #entry(path: string, kind: EntryKind): Promise<void> {
    if (kind === 'directory') {
      await this.#to('mkdir', path);
      return this.directory(path);
    }
    const node = (await this.#from('node', path)) as ArrayBuffer;
    const name = this.#names.get(inodeOf(node));
    if (name === undefined) return this.#first(path, kind, node);
    await this.#to('link', name, path);
  }

  /** Of all its names. */
  async #first(path: string, kind: EntryKind, node: ArrayBuffer): Promise<void> {
    const view = new DataView(node);
    if (view.getUint32(layout.pool_stat_n_links, true) > 1) this.#names.set(inodeOf(node), path);
    if (kind === 'symlink') await this.#to('symlink', path, await this.#from('readlink', path));
    else await this.#file(path, Number(view.getBigUint64(layout.pool_stat_size_bytes, true)));
    await this.#to('setTimes', path, node);
  }

  async #file(path: string, size: number): Promise<void> {
    await this.#to('write', path, new ArrayBuffer(0));
    for (let at = 0; at < size;) {
      const { offset, bytes } = (await this.#from('run', path, at)) as FileRun;
      if (bytes.byteLength === 0) break;
      at = offset + bytes.byteLength;
      await this.#to('writeAt', path, offset, bytes);
    }
    await this.#to('resize', path, size);
  }
}

function inodeOf(node: ArrayBuffer): bigint {
  return new DataView(node).getBigUint64(layout.pool_stat_inode, true);
}
