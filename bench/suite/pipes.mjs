// Bytes through a pipe, 64 KB at a time: out of a guest that writes, and into one that reads. The time begins before
// the job is started and ends with its exit.

import { expect } from '../lib/measure.mjs';
import { startTransfer } from '../rivals/transfer.mjs';
import { compileGuest } from './guests.mjs';

const CHUNK = 65536;

/**
 * @param {number} bytes
 * @param {() => Promise<number>} work answers how many bytes went
 * @returns {Promise<number>} MB/s
 */
async function speedOf(bytes, work) {
  const begin = performance.now();
  expect(await work(), bytes, 'the number of bytes');
  return bytes / 1e3 / (performance.now() - begin);
}

/**
 * @param {any} job
 */
async function finish(job) {
  expect((await job.status).code, 0, 'the exit code');
}

/**
 * The chunks of a stream as they come.
 *
 * @param {any} pool
 * @param {object} options
 * @param {WebAssembly.Module} module
 * @param {number} bytes
 */
async function readChunks(pool, options, module, bytes) {
  const job = await pool.spawn(module, { args: ['write', String(bytes), String(CHUNK)], stdin: 'null', ...options });
  const reader = job.stdout.getReader();
  let total = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) total += next.value.length;
  await finish(job);
  return total;
}

/**
 * The same into one buffer, again and again.
 *
 * @param {any} pool
 * @param {object} options
 * @param {WebAssembly.Module} module
 * @param {number} bytes
 */
async function readInto(pool, options, module, bytes) {
  const job = await pool.spawn(module, { args: ['write', String(bytes), String(CHUNK)], stdin: 'null', ...options });
  const reader = job.stdout.getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(CHUNK);
  let total = 0;
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (done) break;
    total += value.length;
    buffer = value.buffer;
  }
  await finish(job);
  return total;
}

/**
 * @param {any} pool
 * @param {object} options
 * @param {WebAssembly.Module} module
 * @param {number} bytes
 */
async function writeChunks(pool, options, module, bytes) {
  const job = await pool.spawn(module, { args: ['read', String(CHUNK)], ...options });
  const writer = job.stdin.getWriter();
  const chunk = new Uint8Array(CHUNK).map((_, i) => i % 251);
  for (let done = 0; done < bytes; done += CHUNK) await writer.write(chunk);
  await writer.close();
  const total = Number(await new Response(job.stdout).text());
  await finish(job);
  return total;
}

/** Row, our way, the rival's way. */
const WAYS = /** @type {const} */ ([
  ['pipe from guest, chunks', readChunks, 'read'],
  ['pipe from guest, BYOB', readInto, 'read'],
  ['pipe to guest', writeChunks, 'write'],
]);

/** @type {ReadonlyMap<string, object>} */
const CAPACITIES = new Map([
  ['', {}],
  [', 1 MiB pipe', { pipeCapacity: 1 << 20 }],
]);

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'pipes',
  open: async (context) => {
    const bytes = context.sizes.pipeBytes;
    const module = await compileGuest(context, 'bulk');
    const transfer = await startTransfer(context.env, CHUNK);
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {
      'transfer, from worker': () => speedOf(bytes, () => transfer.read(bytes / CHUNK)),
      'transfer, to worker': () => speedOf(bytes, () => transfer.write(bytes / CHUNK)),
    };
    /** @type {import('../lib/measure.mjs').Row[]} */
    const rows = [];
    for (const [way, move, direction] of WAYS) {
      for (const [suffix, options] of CAPACITIES) {
        const name = way + suffix;
        for (const { label, pool } of context.builds) {
          variants[`${name}: ${label}`] = () => speedOf(bytes, () => move(pool, options, module, bytes));
        }
        const others = context.builds.map(({ label }) => `${name}: ${label}`).slice(1);
        const rivals = [...others, direction === 'read' ? 'transfer, from worker' : 'transfer, to worker'];
        rows.push({ name, unit: 'MB/s', better: 'higher', ours: `${name}: ours`, rivals });
      }
    }
    return { variants, rows, close: async () => transfer.close() };
  },
};
