// Runs the crate's scenarios, and looks at what the crate leaves behind. The same file serves Node and pages.

/** Which pools are open: a pool of Rust's is closed when its last handle goes. */
export function watchPools(Pool) {
  const open = new Set();
  const { create } = Pool;
  const { close } = Pool.prototype;
  Pool.create = async function (options) {
    const pool = await create.call(this, options);
    open.add(pool);
    return pool;
  };
  Pool.prototype.close = function (options) {
    open.delete(this);
    return close.call(this, options);
  };
  return open;
}

/** Runs the scenarios of the module that wasm-bindgen made. */
export async function runScenarios({ rust, millrace, url, guests, tier, only }) {
  const open = watchPools(millrace.Pool);
  const lines = [];
  const report = await rust.run(url, guests, tier, only, (line) => {
    globalThis.__progress = line;
    if (!line.startsWith('…')) lines.push(line);
  });
  const { passed, failed, failures } = report;
  if (open.size > 0) failures.push(`${open.size} pools were left open`);
  return { passed, failed: failed + (open.size > 0 ? 1 : 0), failures, lines };
}
