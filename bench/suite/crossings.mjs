// One call of WASI, in nanoseconds by the guest's own clock: how much it costs to leave the guest's code and come back.
// Nothing waits here: what is written has room, and what is read is there. The file that fd_pread reads is `pages`.

import { expect } from '../lib/measure.mjs';
import { compileGuest, othersThan, rowOf } from './guests.mjs';

/** What the guest is told to call, and what that is. */
const CALLS = {
  clock_time_get: 'the time',
  fd_write: 'three bytes into a pipe with room',
  fd_read: 'a byte that is there',
  fd_pread: '4 KiB of a file of 1 MiB in memory',
};
const PIPE_BYTES = 1 << 20;
const FILE_BYTES = 1 << 20;
const GUEST = 'examples/guests/crossing.gen.wasm';

const decoder = new TextDecoder();

/**
 * @param {import('../lib/context.mjs').Build} build
 * @param {WebAssembly.Module} module
 * @param {string} call
 * @param {number} n
 */
async function ours({ pool, millrace }, module, call, n) {
  const directory = new millrace.Directory({ pages: new Uint8Array(FILE_BYTES) });
  const preopens = { '/': directory };
  const job = await pool.spawn(module, { args: [call, String(n)], pipeCapacity: PIPE_BYTES, preopens });
  const input = job.stdin.getWriter();
  await input.write(new Uint8Array(n)).catch(() => undefined); // who reads none of it may have ended
  const { code } = await job.status; // before anything is read: a reader at the same time is another measurement
  const [stdout, stderr] = await Promise.all(
    [job.stdout, job.stderr].map((stream) => new Response(stream).arrayBuffer()),
  );
  await directory.close();
  expect(code, 0, `the exit code of ${call}`);
  if (call === 'fd_write') expect(stdout.byteLength, 3 * n, 'bytes written');
  return Number(decoder.decode(stderr));
}

/**
 * @param {import('../lib/context.mjs').RivalWorker} worker
 * @param {object} order
 * @returns {Promise<number>}
 */
function shim(worker, order) {
  return new Promise((resolve, reject) => {
    worker.onMessage(({ ns, error }) => (error ? reject(new Error(error)) : resolve(ns)));
    worker.post(order);
  });
}

/**
 * @param {NonNullable<import('../lib/context.mjs').Env['runNodeWasi']>} runNodeWasi
 * @param {string} call
 * @param {number} n
 */
async function nodeWasi(runNodeWasi, call, n) {
  const [stdin, files] = [new Uint8Array(n), { pages: new Uint8Array(FILE_BYTES) }];
  return Number((await runNodeWasi({ path: GUEST, args: ['crossing', call, String(n)], stdin, files })).stderr);
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'crossings',
  group: 'crossings',
  open: async (context) => {
    const { env, sizes, builds } = context;
    const { runNodeWasi } = env;
    const n = sizes.crossings;
    const module = await compileGuest(context, 'crossing');
    const worker = await env.startWorker(new URL('../rivals/shim-worker.mjs', import.meta.url));
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    const rivals = [...othersThan(context), 'browser_wasi_shim', ...(runNodeWasi ? ['node:wasi'] : [])];
    for (const call of Object.keys(CALLS)) {
      for (const build of builds) variants[`${call}: ${build.label}`] = () => ours(build, module, call, n);
      variants[`${call}: browser_wasi_shim`] = () => shim(worker, { module, call, n, fileBytes: FILE_BYTES });
      if (runNodeWasi) variants[`${call}: node:wasi`] = () => nodeWasi(runNodeWasi, call, n);
    }
    const rows = Object.entries(CALLS).map(([call, about]) => ({ ...rowOf(call, 'ns', rivals), about }));
    return { variants, rows, close: async () => worker.terminate() };
  },
};
