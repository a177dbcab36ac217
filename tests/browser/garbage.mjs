// Garbage collection in engines that have no command for it: they collect all of their garbage when so much was allocated,
// written to or not.
import { sleep } from './processes.mjs';

const SCRIPT = 'for (let i = 0; i < 8; i++) new ArrayBuffer(64 << 20)';
const COLLECTIONS = 2; // finalizers run in between
const COLLECTION_MS = 20;

/** @param {(script: string) => Promise<unknown>} run runs a script in the page */
export async function allocate(run) {
  for (let i = 0; i < COLLECTIONS; i++) {
    await run(SCRIPT);
    await sleep(COLLECTION_MS);
  }
}
