// Pools that were closed are garbage, with their memories, whatever was done with them.

const POOLS = 12;
const TRIES = 50;

/** Runs in the page: keeps an eye on every shared memory that is made from now on. */
function watchMemories() {
  globalThis.__memories = [];
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, args) {
      const memory = new target(...args);
      if (args[0].shared) globalThis.__memories.push(new WeakRef(memory));
      return memory;
    },
  });
}

/** Runs in the page: makes, uses and closes pools, under jobs of all kinds. How many memories there were. */
async function usePools(n) {
  const { Pool } = await import('/npm/dist/index.js');
  const guest = (name) => `${location.origin}/examples/guests/${name}.gen.wasm`;
  for (let i = 0; i < n; i++) {
    const pool = await Pool.create({ workers: 1, maxMemory: 32 << 20 });
    await pool.run(guest('hello'));
    const job = await pool.spawn(guest('cat'));
    if (i % 3 === 0) await job.stdin.getWriter().write(new Uint8Array(10));
    if (i % 3 === 1) void job.stdout.getReader().read();
    if (i % 2) pool.run(guest('cat'), { stdin: new ReadableStream() }).catch(() => undefined);
    await pool.close();
  }
  return globalThis.__memories.length;
}

const alive = () => globalThis.__memories.filter((it) => it.deref()).length;

/** @param {import('./launch.mjs').Browser} browser */
export async function expectCollected(browser, origin) {
  const page = await browser.open(`${origin}/tests/blank.html`);
  try {
    await page.evaluate(watchMemories);
    const made = await page.evaluate(usePools, POOLS);
    if (made < POOLS) throw new Error(`${POOLS} pools made ${made} memories`);
    for (let i = 0; i < TRIES; i++) {
      await page.collectGarbage();
      const left = await page.evaluate(alive);
      if (left <= 1) return; // what ran last may still be on its way
      await new Promise((resolve) => setTimeout(resolve, 100)); // threads end when they can
    }
    throw new Error(`${await page.evaluate(alive)} of ${made} memories of closed pools are alive`);
  } finally {
    await page.close();
  }
}
