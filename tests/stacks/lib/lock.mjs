// One at a time has a project in the cache: another clone, or another part of CI, may want the same.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** By what is run: the folders that it has. */
const held = new WeakMap();

/** Waits until nobody else has the folder; it is given back when `t` ends, or when this process does: the lock is that of a
 * child that ends with its stdin. */
export async function holdFolder(t, folder) {
  const own = held.get(t) ?? new Set();
  held.set(t, own);
  if (own.has(folder)) return;
  const child = spawn('flock', [`${folder}.lock`, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [said] = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!String(said).startsWith('held')) throw new Error(`flock ${folder}.lock ended with ${said}`);
  own.add(folder);
  t.defer(async () => {
    child.stdin.end();
    await ended;
  });
}
