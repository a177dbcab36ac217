// What is huge in a directory keeps nobody waiting, and takes no more memory than it must.
import { assert, equal, rejects, stillGood, text, withPool } from './harness.mjs';

const SPARSE_BYTES = 1_900_000_000;
const MIB = 1 << 20;

/** A directory with something huge in it. */
async function huge(env, pool, what, n, options) {
  const directory = new env.millrace.Directory({}, options);
  const { code } = await pool.run(env.guest('misbehaving/huge'), {
    args: [what, String(n)],
    preopens: { '/data': directory },
  });
  equal(code, 0, `huge ${what} ${n}:`);
  return directory;
}

/** Uses directories without a pause, until a job that never ends has been ended by its deadline. */
async function deadlineDuring(env, pool, uses) {
  let settled = false;
  let n = 0;
  const job = pool.run(env.guest('misbehaving/spin'), { timeoutMs: 100 }).finally(() => (settled = true));
  const floods = uses.map(async (use) => {
    for (; !settled; n++) await use();
  });
  await rejects(job, 'TimeoutError');
  await Promise.all(floods);
  assert(n >= uses.length, 'they were used meanwhile');
}

async function deepIsRemoved(env, pool) {
  const directory = await huge(env, pool, 'deep', 8000);
  const removed = directory.remove('deep');
  await removed;
  equal(await directory.list(), []);
  await directory.writeFile('deep', 'a file now');
  await directory.close();
}

async function sparseIsRead(env, pool) {
  const directory = await huge(env, pool, 'sparse', SPARSE_BYTES, { maxBytes: MIB });
  equal((await directory.stat('sparse')).size, SPARSE_BYTES);
  for (const options of [{}, { maxBytes: MIB }, { length: 2 * MIB, maxBytes: MIB }]) {
    const error = await rejects(directory.readFile('sparse', options), 'PoolError');
    equal(error.code, 'POOL_EFBIG');
    assert(error.message.includes('maxBytes') && error.message.includes('sparse'), error.message);
  }
  equal(text(await directory.readFile('sparse', { offset: SPARSE_BYTES - 2, length: 100 })), '\0!');
  equal((await directory.readFile('sparse', { offset: SPARSE_BYTES + 5, length: 100 })).length, 0);
  equal((await directory.readFile('sparse', { length: 0 })).length, 0);
  await streamed(directory);
  await directory.close();
}

async function streamed(directory) {
  let size = 0;
  for (const reader = directory.readable('sparse', { offset: SPARSE_BYTES - 3 * MIB }).getReader(); ;) {
    const { value, done } = await reader.read();
    if (done) break;
    assert(value.length <= MIB, String(value.length));
    size += value.length;
    if (size === 3 * MIB) equal(value.at(-1), 33);
  }
  equal(size, 3 * MIB);
  const cancelled = directory.readable('sparse').getReader();
  equal((await cancelled.read()).value.length, MIB);
  await cancelled.cancel();
  const none = directory.readable('none').getReader();
  equal((await rejects(none.read(), 'PoolError')).code, 'POOL_ENOENT');
  await directory.writeFile('empty', '');
  equal((await directory.readable('empty').getReader().read()).done, true);
  const part = await directory
    .readable('sparse', { offset: SPARSE_BYTES - 1, length: 9 })
    .getReader()
    .read();
  equal(text(part.value), '!');
}

/** In Node: as large as it was, with as little on the disk. */
async function sparseIsCopied(env, pool) {
  const fs = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await fs.mkdtemp(`${tmpdir()}/millrace-`);
  try {
    const directory = await huge(env, pool, 'sparse', SPARSE_BYTES);
    await directory.toPath(folder);
    const { size, blocks } = await fs.stat(`${folder}/sparse`);
    equal(size, SPARSE_BYTES);
    assert(blocks * 512 < 16 * MIB, `${blocks} blocks`);
    const file = await fs.open(`${folder}/sparse`);
    const { buffer } = await file.read({ buffer: new Uint8Array(2), position: SPARSE_BYTES - 2 });
    await file.close();
    equal(text(buffer), '\0!');
    await directory.close();
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

/** Both kinds of trees, from here into the pool. */
async function largeTreesMove(env, pool) {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`dir${i % 50}/file${i}`, String(i)]));
  const directory = new env.millrace.Directory({ many, [Array(1000).fill('d').join('/')]: 'deep' });
  await pool.run(env.guest('hello'), { preopens: { '/data': directory } });
  equal((await directory.list('many/dir7')).length, 100);
  equal(text(await directory.readFile('many/dir49/file4999')), '4999');
  equal(text(await directory.readFile(Array(1000).fill('d').join('/'))), 'deep');
  await directory.rename('d', 'e');
  equal((await rejects(directory.rename('e', 'e/d/d/into-itself'), 'PoolError')).code, 'POOL_EINVAL');
  await directory.close();
}

export const scenarios = [
  {
    name: 'huge: a directory 8,000 deep is removed, and its memory comes back',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        await deepIsRemoved(env, pool);
        await deepIsRemoved(env, pool);
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'huge: a deadline is kept while directories are listed, read, written and removed',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const [many, sparse, written, trees] = await Promise.all([
          huge(env, pool, 'many', 20_000),
          huge(env, pool, 'sparse', SPARSE_BYTES),
          huge(env, pool, 'many', 1),
          huge(env, pool, 'many', 1),
        ]);
        const content = new Uint8Array(16 * MIB);
        const tree = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}/f`, '']));
        await deadlineDuring(env, pool, [
          async () => equal((await many.list('many')).length, 20_000),
          async () => equal((await sparse.readFile('sparse', { length: 64 * MIB })).length, 64 * MIB),
          () => written.writeFile('large', content),
          async () => {
            await Promise.all(Object.keys(tree).map((path) => trees.writeFile(`tree/${path}`, '')));
            await trees.remove('tree');
          },
        ]);
        await Promise.all([many, sparse, written, trees].map((directory) => directory.close()));
        await stillGood(env, pool, 2);
      }),
  },
  {
    name: 'huge: a file with holes is read in pieces, and at once only as far as it is wanted',
    run: (env) => withPool(env, { workers: 1 }, (pool) => sparseIsRead(env, pool)),
  },
  {
    name: 'huge: a file with holes has them in a folder too',
    run: (env) =>
      withPool(env, { workers: 1 }, (pool) => (env.browser ? stillGood(env, pool, 1) : sparseIsCopied(env, pool))),
  },
  {
    name: 'huge: trees of many files, and deep ones, move into the pool',
    run: (env) => withPool(env, { workers: 1 }, (pool) => largeTreesMove(env, pool)),
  },
];
