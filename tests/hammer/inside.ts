/** The hammer in the workers of a real pool, on a coordinator.wasm that has it linked in. */
import type { Platform } from '../../bindings-js/src/platform/platform.js';
import { type Parts, startParts } from '../../bindings-js/src/client/start.js';
import { closeParts, endParts } from '../../bindings-js/src/client/threads.js';

export interface Hammer {
  readonly mib: number;
  readonly seed: number;
  /** No pipe is begun after so long. */
  readonly seconds: number;
  /** Where the files are; their folder's URL ends in a slash. */
  readonly wasm: string;
  readonly dist: string;
}

/** What the wasm exports beside the client's functions. */
interface HammerExports {
  hammer_start(pool: number, mib: number, seed: number, seconds: number): bigint;
  hammer_result(pool: number, job: bigint): number;
  hammer_text(): number;
}

const EAGAIN = -11;
const WORKERS = 4;
const MAX_WORKERS = 40;
const LOOK_MS = 50;

const decoder = new TextDecoder();

/** Runs it: what it has to say. Throws if it failed. */
export async function runHammer(platform: Platform, hammer: Hammer, suffix: string): Promise<string> {
  const urls = {
    wasm: hammer.wasm,
    coordinator: `${hammer.dist}coordinator${suffix}`,
    worker: `${hammer.dist}worker${suffix}`,
  };
  const options = { tier: 'shared', urls, workers: WORKERS, maxWorkers: MAX_WORKERS } as const;
  const parts = await startParts(platform, options, () => Promise.reject(new Error('it hammers shared memory')));
  try {
    parts.coordinator.keepAlive(true);
    return await swing(parts, hammer);
  } finally {
    await closeParts(parts);
    endParts(parts);
  }
}

async function swing({ client }: Parts, { mib, seed, seconds }: Hammer): Promise<string> {
  const { thread, pool } = client.observe(() => undefined);
  const c = thread.c as unknown as HammerExports;
  const begin = performance.now();
  const job = c.hammer_start(pool, mib, seed, seconds);
  if (job === 0n) throw new Error('the hammer could not be submitted');
  let result = EAGAIN;
  while (result === EAGAIN) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    result = c.hammer_result(pool, job);
  }
  const address = c.hammer_text() >>> 0;
  const bytes = thread.heap.u8(address + 512).slice(address, address + 512);
  const text = `seed ${seed}, ${((performance.now() - begin) / 1000).toFixed(1)} s: ${decoder.decode(bytes.subarray(0, bytes.indexOf(0)))}`;
  if (result !== 0) throw new Error(`${text} (${result})`);
  return text;
}
