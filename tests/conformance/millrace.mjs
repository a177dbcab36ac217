// The tests on Millrace: all on one pool, as any application would run them. The same file serves Node and pages.

import { decoded, TIMEOUT_MS } from './judge.mjs';

const text = (bytes) => new TextDecoder().decode(bytes);

/**
 * @param {any} package_ Millrace's exports
 * @param {'shared' | 'jspi'} tier
 * @returns {Promise<import('./judge.mjs').Runtime>}
 */
export async function openMillrace({ Directory, Pool }, tier) {
  const pool = await Pool.create({ workers: 1, tier });
  return {
    run: (test) => run(pool, test, (tree) => new Directory(treeOf(tree))),
    close: () => pool.close(),
  };
}

function treeOf(tree) {
  const entries = Object.entries(tree).map(([name, value]) => {
    return [name, typeof value === 'string' ? decoded(value) : treeOf(value)];
  });
  return Object.fromEntries(entries);
}

async function run(pool, { wasm, args, env, mounts }, makeDirectory) {
  const preopens = Object.fromEntries(mounts.map(({ path, tree }) => [path, makeDirectory(tree)]));
  try {
    const timeoutMs = 6 * TIMEOUT_MS; // however busy the machine is
    const { code, stdout, stderr } = await pool.run(wasm, { args, env, preopens, timeoutMs });
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    const { stdout, stderr } = error.output ?? {};
    return { error: `${error.name}: ${error.message}`, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    await Promise.all(Object.values(preopens).map((directory) => directory.close()));
  }
}
