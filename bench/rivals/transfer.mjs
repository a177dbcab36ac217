// Rival `transfer`: ArrayBuffers of 64 KB that are transferred, not copied, and come back to be used again; sixteen of
// them are on the way, so that nobody waits for a single one. The best case of messages, with a copy only where a wasm
// program needs one too: its own memory cannot be transferred, so it must copy its bytes in or out.

const IN_FLIGHT = 16;

/**
 * @param {import('../lib/context.mjs').Env} env
 * @param {number} chunkBytes
 */
export async function startTransfer(env, chunkBytes) {
  const worker = await env.startWorker(new URL('./transfer-worker.mjs', import.meta.url));
  const free = Array.from({ length: IN_FLIGHT }, () => new ArrayBuffer(chunkBytes));

  /** Each buffer that comes back goes out again until `n` have gone; resolves when all are home. */
  const shuttle = (/** @type {'take' | 'fill'} */ type, /** @type {number} */ n) =>
    /** @type {Promise<number>} */ (
      new Promise((resolve) => {
        let sent = 0;
        let home = 0;
        let total = 0;
        const send = (/** @type {ArrayBuffer} */ buffer) => {
          sent++;
          worker.post({ type, buffer }, [buffer]);
        };
        worker.onMessage(({ buffer, size }) => {
          total += size;
          home++;
          if (sent < n) send(buffer);
          else free.push(buffer);
          if (home === n) resolve(total);
        });
        for (const buffer of free.splice(0, Math.min(n, IN_FLIGHT))) send(buffer);
      })
    );
  return {
    /** To the worker. @type {(n: number) => Promise<number>} */
    write: (n) => shuttle('take', n),
    /** From the worker. @type {(n: number) => Promise<number>} */
    read: (n) => shuttle('fill', n),
    close: () => worker.terminate(),
  };
}
