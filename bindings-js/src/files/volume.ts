/** A directory's content once a pool has it. */
import { PoolError } from '../shared/errors.js';
import type { DirectoryEntry, EntryStat, Leaf } from '../shared/protocol.js';
import type { Files } from './files.js';
import type { LocalStore, Node } from './local-store.js';
import { makeHere } from './make-here.js';
import type { Store } from './store.js';

/** What goes into a pool in one message, unless a single file is more. */
const BATCH_LEAVES = 1024;
const BATCH_BYTES = 2 * 1024 * 1024;

/** How often a move is begun. */
const ATTEMPTS = 3;

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

/** What goes in one message. */
interface Batch {
  readonly leaves: readonly Leaf[];
  readonly bytes: ArrayBuffer;
}

/** Makes a volume of what is kept here: its number. A cell that was ended meanwhile, for what others do there, has lost a part
 * of it, but all of it is here. */
export async function moveInto(files: Files, limits: readonly [number, number], local: LocalStore): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await move(files, limits, local);
    } catch (error) {
      if (attempt === ATTEMPTS || (error as Partial<PoolError>).code !== 'POOL_EIO') throw error;
    }
  }
}

/** While some of it is put there, what comes next is copied. */
async function move(files: Files, limits: readonly [number, number], local: LocalStore): Promise<number> {
  const batches = batchesOf(local);
  const { leaves, bytes } = batches.next().value ?? { leaves: [], bytes: new ArrayBuffer(0) };
  const made = files.here && makeHere(files.here, limits, leaves, bytes);
  if (made !== undefined) return made;
  const volume = await files.call('make', ...limits, leaves, bytes);
  try {
    let filled: Promise<void> | undefined;
    for (const next of batches) {
      await filled;
      filled = files.call('fill', volume, next.leaves, next.bytes);
    }
    await filled;
  } catch (error) {
    await files.call('drop', volume).catch(() => undefined);
    throw error;
  }
  return volume;
}

function* batchesOf(local: LocalStore): Generator<Batch, undefined> {
  let [leaves, chunks, size]: [Leaf[], ArrayBuffer[], number] = [[], [], 0];
  for (const { path, node } of local.leaves()) {
    leaves.push([path, contentOf(node)]);
    if (node.kind === 'file') {
      chunks.push(node.data);
      size += node.data.byteLength;
    }
    if (leaves.length < BATCH_LEAVES && size < BATCH_BYTES) continue;
    yield { leaves, bytes: joined(chunks, size) };
    [leaves, chunks, size] = [[], [], 0];
  }
  if (leaves.length > 0) yield { leaves, bytes: joined(chunks, size) };
}

function contentOf(node: Node): Leaf[1] {
  if (node.kind === 'file') return node.data.byteLength;
  return node.kind === 'symlink' ? node.target : undefined;
}

function joined(chunks: readonly ArrayBuffer[], size: number): ArrayBuffer {
  const all = roomFor(size);
  let end = 0;
  for (const chunk of chunks) {
    all.set(new Uint8Array(chunk), end);
    end += chunk.byteLength;
  }
  return all.buffer;
}

function roomFor(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new PoolError('POOL_ENOMEM', `there is no memory for a copy of ${size} bytes`, { cause });
  }
}
