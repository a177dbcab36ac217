/** Writing a directory out: writes everything that can be written, and reports the rest. */
import type { DirectoryEntry, EntryStat } from '../shared/protocol.js';
import { SaveError, type SaveFailure, type SaveReport } from './save-report.js';

/** The directory that is saved, as far as saving needs it. */
export interface Saved {
  list(path: string): Promise<DirectoryEntry[]>;
  stat(path: string): Promise<EntryStat>;
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  readlink(path: string): Promise<string>;
  /** A file's bytes without those of holes, and where they begin. */
  pieces(path: string): AsyncIterable<{ at: number; bytes: Uint8Array<ArrayBuffer> }>;
}

/** Where to: one folder. */
export interface Target {
  /** Writes a file or a symlink, `path` in the directory. False: the folder cannot have such a thing. `clear`: whatever is in
   * the way is removed. */
  write(entry: DirectoryEntry, path: string, clear: boolean): Promise<boolean>;
  /** A folder in it, made if it is not there. */
  enter(name: string, clear: boolean): Promise<Target>;
  names(): Promise<string[]>;
  /** Removes something with all that is in it, and follows no symlink. */
  remove(name: string): Promise<void>;
  /** Whether two names are one to the platform, as on a disk without upper and lower case. */
  areSame(one: string, other: string): Promise<boolean>;
}

class Saver {
  readonly written: string[] = [];
  readonly removed: string[] = [];
  readonly failed: SaveFailure[] = [];

  constructor(
    readonly saved: Saved,
    readonly mirror: boolean,
  ) {}

  async folder(target: Target, above: string): Promise<void> {
    const entries = await this.#attempt(above || '.', () => this.saved.list(above || '.'));
    if (!entries) return; // then nothing is known of what should be there
    const kept = new Set<string>();
    for (const entry of entries) {
      const path = above + entry.name;
      const there = await this.#attempt(path, () => this.#entry(target, entry, path));
      if (there !== false) kept.add(entry.name); // or it failed, and what is there is better than nothing
    }
    if (this.mirror) await this.#removeOthers(target, kept, above);
  }

  async #entry(target: Target, entry: DirectoryEntry, path: string): Promise<boolean> {
    if (entry.kind === 'directory') {
      await this.folder(await target.enter(entry.name, this.mirror), `${path}/`);
      return true;
    }
    const written = await target.write(entry, path, this.mirror);
    if (written) this.written.push(path);
    return written;
  }

  async #removeOthers(target: Target, kept: ReadonlySet<string>, above: string): Promise<void> {
    const names = (await this.#attempt(above || '.', () => target.names())) ?? [];
    const folded = new Map([...kept].map((name) => [fold(name), name]));
    for (const name of names.filter((each) => !kept.has(each))) {
      await this.#attempt(above + name, async () => {
        const like = folded.get(fold(name));
        if (like !== undefined && (await target.areSame(name, like))) return;
        await target.remove(name);
        this.removed.push(above + name);
      });
    }
  }

  async #attempt<T>(path: string, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.failed.push({ path, error });
      return undefined;
    }
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Saves all of a directory, once `prepare` is done. With `mirror`, what the directory does not have is removed. If something
 * could not be saved, rejects with a SaveError at the end. */
export async function save(
  saved: Saved,
  target: Target,
  mirror: boolean,
  prepare?: () => Promise<unknown>,
): Promise<SaveReport> {
  const saver = new Saver(saved, mirror);
  await prepare?.();
  await saver.folder(target, '');
  const { written, removed, failed } = saver;
  const report: SaveReport = { written, removed, failed };
  if (failed.length > 0) throw new SaveError(report);
  return report;
}
