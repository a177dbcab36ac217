// Bytes through a pool's pipes, as an application would move them: each way answers how many have come.

import { expect } from '../lib/measure.mjs';

/** @typedef {{n: number, chunkBytes: number}} Order n chunks of so many bytes */

/** @param {any} job */
async function finish(job) {
  expect((await job.status).code, 0, 'the exit code');
}

/** @param {any} pool @param {Record<string, WebAssembly.Module>} guests */
export function ourPipes(pool, { bulk, cat }) {
  const writing = (/** @type {Order} */ { n, chunkBytes }) => ['write', String(n * chunkBytes), String(chunkBytes)];
  return {
    to: async (/** @type {Order} */ { n, chunkBytes }) => {
      const job = await pool.spawn(bulk, { args: ['read', String(chunkBytes)] });
      const writer = job.stdin.getWriter();
      const chunk = new Uint8Array(chunkBytes).map((_, i) => i % 251);
      for (let i = 0; i < n; i++) await writer.write(chunk);
      await writer.close();
      const total = Number(await job.stdout.text());
      await finish(job);
      return total;
    },
    from: async (/** @type {Order} */ order) => {
      const job = await pool.spawn(bulk, { args: writing(order), stdin: 'null' });
      const reader = job.stdout.getReader();
      let total = 0;
      for (let next = await reader.read(); !next.done; next = await reader.read()) total += next.value.length;
      await finish(job);
      return total;
    },
    between: async (/** @type {Order} */ order) => {
      const reading = ['read', String(order.chunkBytes)];
      const { code, stdoutText } = await pool.pipeline([bulk, { args: writing(order) }], [bulk, { args: reading }]);
      expect(code, 0, 'the exit code');
      return Number(stdoutText);
    },
    bounce: async (/** @type {Order} */ { n, chunkBytes }) => {
      const job = await pool.spawn(cat);
      const [writer, reader] = [job.stdin.getWriter(), job.stdout.getReader()];
      const chunk = new Uint8Array(chunkBytes);
      let total = 0;
      for (let i = 1; i <= n; i++) {
        const written = writer.write(chunk);
        while (total < i * chunkBytes) total += (await reader.read()).value.length;
        await written;
      }
      await writer.close();
      await finish(job);
      return total;
    },
  };
}

/** The same into one buffer, again and again; not every engine has such readers. @param {any} pool @param {any} bulk */
export function intoOneBuffer(pool, bulk) {
  return async (/** @type {Order} */ { n, chunkBytes }) => {
    const args = ['write', String(n * chunkBytes), String(chunkBytes)];
    const job = await pool.spawn(bulk, { args, stdin: 'null' });
    const reader = job.stdout.getReader({ mode: 'byob' });
    let [buffer, total] = [new ArrayBuffer(chunkBytes), 0];
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done) break;
      total += value.length;
      buffer = value.buffer;
    }
    await finish(job);
    return total;
  };
}
