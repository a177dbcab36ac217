// Files: directories that guests are given, and that the page fills and reads.
import { assert, bytes, equal, rejects, sleep, stillGood, text, until, withPool } from './harness.mjs';
import { readOnlyHandle, withHandle } from './handles.mjs';

/** What guests of wasi-libc say, by their exit codes. */
const errno = { ENOENT: 44, ENOSPC: 51, EPERM: 63, EROFS: 69, ENOTCAPABLE: 76 };

/** Runs the guest `files` with a directory as /data. */
function runFiles(env, pool, directory, args, options = {}) {
  return pool.run(env.guest('files'), { args, preopens: { '/data': directory }, ...options });
}

/** The same; it must end with `code`: what it printed. */
async function expectFiles(env, pool, directory, args, code = 0) {
  const result = await runFiles(env, pool, directory, args);
  equal(result.code, code, `${args.join(' ')}: ${text(result.stderr)}`);
  return text(result.stdout);
}

/** Awaits an error of that code, a PoolError unless it is said to be another. */
async function refuses(promise, code, name = 'PoolError') {
  const error = await rejects(promise, name);
  equal(error.code, code, `${error.message}:`);
  return error;
}

const readText = async (directory, path) => text(await directory.readFile(path));
const namesIn = async (directory, path) => (await directory.list(path)).map(({ name }) => name).sort();

/** What every directory can do, in a pool or not. */
async function exercise(directory) {
  await directory.writeFile('a/b/c.txt', 'first');
  await directory.writeFile('/a/b/c.txt', bytes('second'));
  equal(await readText(directory, 'a/b/c.txt'), 'second');
  const { kind, size, lastModified } = await directory.stat('a/b/c.txt');
  equal([kind, size], ['file', 6]);
  assert(Math.abs(lastModified - Date.now()) < 60_000, String(lastModified));
  await directory.mkdir('a/empty/inner');
  await directory.mkdir('a/empty');
  equal(await namesIn(directory, 'a'), ['b', 'empty']);
  equal((await directory.stat('a')).kind, 'directory');
  await directory.rename('a/b/c.txt', 'a/moved.txt');
  await refuses(directory.readFile('a/b/c.txt'), 'POOL_ENOENT');
  await directory.symlink('a/link', './moved.txt');
  equal(await readText(directory, 'a/link'), 'second');
  equal(await directory.readlink('a/link'), './moved.txt');
  equal((await directory.stat('a/link', { follow: false })).kind, 'symlink');
  await exerciseRefusals(directory);
  await directory.remove('a');
  equal(await namesIn(directory), []);
}

async function exerciseRefusals(directory) {
  const error = await refuses(directory.readFile('none'), 'POOL_ENOENT');
  assert(error.message.includes('none'), error.message);
  await refuses(directory.readFile('a'), 'POOL_EISDIR');
  await refuses(directory.writeFile('a', ''), 'POOL_EISDIR');
  await refuses(directory.list('a/moved.txt'), 'POOL_ENOTDIR');
  await refuses(directory.writeFile('a/moved.txt/below', ''), 'POOL_ENOTDIR');
  await refuses(directory.mkdir('a/moved.txt'), 'POOL_EEXIST');
  await refuses(directory.stat('../a'), 'POOL_EPERM');
  await refuses(directory.stat('n'.repeat(256)), 'POOL_ENAMETOOLONG');
  await refuses(directory.rename('a', 'a/empty/a'), 'POOL_EINVAL');
  await refuses(directory.rename('a/moved.txt', 'a/empty'), 'POOL_EISDIR');
  await refuses(directory.remove('/'), 'POOL_EINVAL');
  await refuses(directory.readFile('with\0nul'), 'POOL_EINVAL');
  await directory.symlink('a/loop', 'loop');
  await refuses(directory.readFile('a/loop'), 'POOL_ELOOP');
  await directory.symlink('a/out', '../../etc/passwd');
  await refuses(directory.readFile('a/out'), 'POOL_EPERM');
  await refuses(directory.symlink('a/absolute', '/etc/passwd'), 'POOL_EPERM');
  await refuses(directory.symlink('a/empty', ''), 'POOL_ENOENT');
  await refuses(directory.symlink('a/out', 'x'), 'POOL_EEXIST');
}

const NAMES = ['a', 'b', 'c', '.', '..', 'a', 'b'];

/** Paths with slashes anywhere, and what is done with them; always the same ones. */
function* oddOperations(rounds) {
  let seed = 1;
  const below = (n) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % n;
  };
  const name = () => NAMES[below(NAMES.length)];
  const path = () => {
    let made = name();
    for (let n = below(4); n > 0; n--) made += (below(6) ? '/' : '//') + name();
    return below(4) ? made : `${made}/`;
  };
  for (let i = 0; i < rounds; i++) yield [below(ODD.length), path(), path()];
}

const told = ({ kind, size }) => (kind === 'directory' ? kind : `${kind} of ${size}`);
const ODD = [
  (directory, a) => directory.writeFile(a, a),
  (directory, a) => directory.mkdir(a),
  (directory, a, b) => directory.symlink(a, b),
  (directory, a, b) => directory.rename(a, b),
  (directory, a) => directory.remove(a),
  (directory, a) => directory.readlink(a),
  readText,
  namesIn,
  async (directory, a) => told(await directory.stat(a)),
  async (directory, a) => told(await directory.stat(a, { follow: false })),
];

const outcome = (promise) =>
  promise.then(
    (value) => value ?? 'done',
    ({ code }) => code,
  );

async function roundTripHandle(env, handle) {
  const { Directory } = env.millrace;
  const file = await handle.getFileHandle('in.txt', { create: true });
  const writable = await file.createWritable();
  await writable.write('from a handle');
  await writable.close();
  await withPool(env, { workers: 1 }, async (pool) => {
    const directory = await Directory.fromHandle(handle);
    await expectFiles(env, pool, directory, ['demo', '/data']);
    await directory.symlink('link', 'out.txt');
    await directory.symlink('dangling', 'nowhere');
    await directory.toHandle(handle);
  });
  const again = await Directory.fromHandle(handle);
  equal(await namesIn(again), ['in.txt', 'link', 'made', 'out.txt']);
  equal(await readText(again, 'link'), 'read 13 bytes: from a handle');
  equal(await readText(again, 'made/second'), 'first');
}

/** A folder of the system's; it is removed afterwards. */
async function withFolder(use) {
  const fs = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await fs.mkdtemp(`${tmpdir()}/millrace-test-`);
  try {
    await use(folder, fs);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

async function roundTripFolder(env, folder, fs) {
  const { Directory } = env.millrace;
  await fs.mkdir(`${folder}/in/sub`, { recursive: true });
  await fs.writeFile(`${folder}/in/in.txt`, 'from a folder');
  await fs.writeFile(`${folder}/in/sub/deep`, 'deep');
  await fs.symlink('sub/deep', `${folder}/in/link`);
  await fs.symlink('/etc/passwd', `${folder}/in/absolute`);
  await withPool(env, { workers: 1 }, async (pool) => {
    const directory = await Directory.fromPath(`${folder}/in`);
    equal(await namesIn(directory), ['in.txt', 'link', 'sub']);
    equal(await expectFiles(env, pool, directory, ['cat', '/data/link']), 'deep');
    await expectFiles(env, pool, directory, ['demo', '/data']);
    await directory.toPath(`${folder}/out`);
  });
  equal(await fs.readFile(`${folder}/out/out.txt`, 'utf8'), 'read 13 bytes: from a folder');
  equal(await fs.readFile(`${folder}/out/made/second`, 'utf8'), 'first');
  equal(await fs.readlink(`${folder}/out/link`), 'sub/deep');
}

async function toPathNeverLeavesTheFolder(env, folder, fs) {
  const { Directory } = env.millrace;
  for (const target of ['../secret', 'nowhere/../../secret']) {
    const directory = new Directory();
    await directory.symlink('evil', target);
    await rejects(directory.toPath(`${folder}/refused`), 'SaveError');
    equal(await fs.readdir(`${folder}/refused`), []);
  }
  await fs.writeFile(`${folder}/secret`, 'secret');
  await fs.mkdir(`${folder}/out`);
  await fs.symlink('../secret', `${folder}/out/file`);
  await fs.symlink('..', `${folder}/out/dir`);
  await new Directory({ file: 'new', dir: { secret: 'new' } }).toPath(`${folder}/out`);
  equal(await fs.readFile(`${folder}/secret`, 'utf8'), 'secret');
  equal(await fs.readFile(`${folder}/out/dir/secret`, 'utf8'), 'new');
}

async function toPathMirrors(env, folder, fs) {
  const out = `${folder}/out`;
  const tree = { kept: 'new', sub: { inner: 'new' }, wasFile: { x: 'x' }, wasFolder: 'file' };
  const directory = new env.millrace.Directory(tree);
  await directory.symlink('link', 'kept');
  await fs.mkdir(`${out}/old/deep`, { recursive: true });
  await fs.mkdir(`${out}/sub`);
  await fs.mkdir(`${out}/wasFolder/full`, { recursive: true });
  await fs.mkdir(`${folder}/elsewhere`);
  const files = ['out/kept', 'out/old/deep/file', 'out/sub/stale', 'out/wasFile', 'elsewhere/safe'];
  for (const file of files) await fs.writeFile(`${folder}/${file}`, 'old');
  await fs.symlink('../elsewhere', `${out}/leadsOut`);
  await fs.symlink('../../elsewhere', `${out}/sub/leadsOut`);
  const report = await directory.toPath(out, { mirror: true });
  equal([...report.written].sort(), ['kept', 'link', 'sub/inner', 'wasFile/x', 'wasFolder']);
  equal([...report.removed].sort(), ['leadsOut', 'old', 'sub/leadsOut', 'sub/stale']);
  equal(report.failed, []);
  equal((await fs.readdir(out)).sort(), ['kept', 'link', 'sub', 'wasFile', 'wasFolder']);
  equal(await fs.readdir(`${out}/sub`), ['inner']);
  equal(await fs.readFile(`${folder}/elsewhere/safe`, 'utf8'), 'old');
  const without = await new env.millrace.Directory({ only: 'this' }).toPath(out);
  equal([without.written, without.removed, (await fs.readdir(out)).length], [['only'], [], 6]);
}

async function toPathGoesOn(env, folder, fs) {
  const out = `${folder}/out`;
  await fs.mkdir(`${out}/b`, { recursive: true });
  await fs.writeFile(`${out}/d`, 'a file');
  await fs.writeFile(`${out}/other`, 'other');
  const directory = new env.millrace.Directory({ a: 'a', b: 'b', c: 'c', d: { inner: 'd' }, e: { f: 'f' } });
  await directory.symlink('e/evil', '../../secret');
  const error = await rejects(directory.toPath(out), 'SaveError');
  assert(error instanceof env.millrace.SaveError, error.message);
  const { written, removed, failed } = error.report;
  equal([[...written].sort(), removed], [['a', 'c', 'e/f'], []]);
  equal(failed.map(({ path }) => path).sort(), ['b', 'd', 'e/evil']);
  equal([error.code, error.cause === failed[0].error], ['POOL_EISDIR', true]);
  equal(failed.find(({ path }) => path === 'e/evil').error.code, 'POOL_EPERM');
  equal(await fs.readFile(`${out}/other`, 'utf8'), 'other');
  const mirrored = await rejects(directory.toPath(out, { mirror: true }), 'SaveError');
  equal(
    mirrored.report.failed.map(({ path }) => path),
    ['e/evil'],
  );
  equal((await fs.readdir(out)).sort(), ['a', 'b', 'c', 'd', 'e']);
}

/** As much of a directory handle as saving needs, in memory; `broken` is the name of a file that cannot be written. */
function fakeHandle(entries, broken = '') {
  const fail = (name, message) => Promise.reject(Object.assign(new Error(message), { name }));
  const handleOf = (name) =>
    typeof entries[name] === 'string' ? { name } : entries[name] && fakeHandle(entries[name]);
  return {
    kind: 'directory',
    async *entries() {
      for (const name of Object.keys(entries)) yield [name, handleOf(name)];
    },
    async getDirectoryHandle(name) {
      if (typeof entries[name] === 'string') return fail('TypeMismatchError', 'a file');
      return fakeHandle((entries[name] ??= {}), broken);
    },
    async getFileHandle(name) {
      if (typeof entries[name] === 'object') return fail('TypeMismatchError', 'a directory');
      const write = async ({ data }) =>
        name === broken ? fail('NoModificationAllowedError', 'in use') : void (entries[name] = text(data));
      const [truncate, close, abort] = [async () => {}, async () => {}, async () => {}];
      return { createWritable: async () => ({ write, truncate, close, abort }) };
    },
    removeEntry: async (name) => void delete entries[name],
  };
}

async function toHandleMirrors({ millrace }) {
  const there = { kept: 'old', stale: 'old', sub: { stale: 'old' }, wasFile: 'old', wasFolder: { x: 'old' }, gone: {} };
  const directory = new millrace.Directory({
    kept: 'new',
    sub: { a: 'a', bad: 'b', c: 'c' },
    wasFile: {},
    wasFolder: 'f',
  });
  const error = await rejects(directory.toHandle(fakeHandle(there, 'bad'), { mirror: true }), 'SaveError');
  equal(
    error.report.failed.map(({ path, error: { name } }) => [path, name]),
    [['sub/bad', 'NoModificationAllowedError']],
  );
  equal([...error.report.removed].sort(), ['gone', 'stale', 'sub/stale']);
  equal([...error.report.written].sort(), ['kept', 'sub/a', 'sub/c', 'wasFolder']);
  equal(there, { kept: 'new', sub: { a: 'a', c: 'c' }, wasFile: {}, wasFolder: 'f' });
  const report = await new millrace.Directory({ more: 'more' }).toHandle(fakeHandle(there));
  equal([report, Object.keys(there).length], [{ written: ['more'], removed: [], failed: [] }, 5]);
}

export const scenarios = [
  {
    name: 'files: toHandle mirrors deletions when asked, goes on after a failure, and reports what it did',
    run: toHandleMirrors,
  },
  {
    name: 'files: toPath mirrors deletions when asked, and removes nothing through a symlink',
    run: (env) => (env.browser ? undefined : withFolder((folder, fs) => toPathMirrors(env, folder, fs))),
  },
  {
    name: 'files: toPath goes on after a failure, and reports what it did',
    run: (env) => (env.browser ? undefined : withFolder((folder, fs) => toPathGoesOn(env, folder, fs))),
  },
  {
    name: 'files: a directory can be used before there is a pool',
    async run({ millrace: { Directory } }) {
      await exercise(new Directory());
      const directory = new Directory({
        text: 'text',
        bytes: bytes('bytes'),
        blob: new Blob(['blob']),
        later: Promise.resolve('later'),
        nested: { deeper: { file: 'nested' } },
        'by/path': 'path',
        none: {},
      });
      equal(await namesIn(directory), ['blob', 'by', 'bytes', 'later', 'nested', 'none', 'text']);
      equal(await readText(directory, 'nested/deeper/file'), 'nested');
      for (const name of ['text', 'bytes', 'blob', 'later']) equal(await readText(directory, name), name);
      equal(await readText(directory, 'by/path'), 'path');
    },
  },
  {
    name: 'files: what cannot be a directory is refused by name',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { Directory } = env.millrace;
        await refuses(new Directory({ wrong: 5 }).list(), 'POOL_EINVAL');
        await refuses(runFiles(env, pool, new Directory({ wrong: null }), ['list', '/data']), 'POOL_EINVAL');
        await refuses(runFiles(env, pool, { in: 'x' }, ['list', '/data']), 'POOL_EINVAL');
        await refuses(pool.run(env.guest('files'), { preopens: { '': new Directory() } }), 'POOL_EINVAL');
        const no = () => Promise.reject(new Error('no such luck'));
        const failing = new Directory({ file: no(), sub: { other: no() } });
        await rejects(failing.list(), 'Error');
        await rejects(failing.list(), 'Error');
        await rejects(runFiles(env, pool, failing, ['list', '/data']), 'Error');
        let error;
        try {
          new Directory({}, { maxBytes: -1 });
        } catch (thrown) {
          error = thrown;
        }
        equal(error?.code, 'POOL_EINVAL');
      }),
  },
  {
    name: 'files: a guest reads what it was given, and what it wrote can be read',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const directory = new env.millrace.Directory({ 'in.txt': 'what was given' });
        const said = await expectFiles(env, pool, directory, ['demo', '/data']);
        equal(said, 'made/second has 5 bytes\nsecond\n');
        equal(await readText(directory, 'out.txt'), 'read 14 bytes: what was given');
        equal(await namesIn(directory), ['in.txt', 'made', 'out.txt']);
        await directory.writeFile('in.txt', 'given later');
        equal(await expectFiles(env, pool, directory, ['cat', '/data/in.txt']), 'given later');
      }),
  },
  {
    name: 'files: a directory in a pool can do what it could before',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory();
        await expectFiles(env, pool, directory, ['list', '/data']);
        await exercise(directory);
      }),
  },
  {
    name: 'files: all that a directory had moves into the pool',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory({ a: { b: { c: 'deep' } }, none: {}, empty: '' });
        await directory.symlink('link', 'a/b/c');
        equal(await expectFiles(env, pool, directory, ['list', '/data']), 'a\nempty\nlink\nnone\n');
        equal(await expectFiles(env, pool, directory, ['cat', '/data/link']), 'deep');
        equal((await directory.stat('none')).kind, 'directory');
        equal(await directory.readlink('link'), 'a/b/c');
      }),
  },
  {
    name: 'files: whatever a path looks like, a directory does the same before it is in a pool',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (let [round, operations] = [0, oddOperations(2000)]; round < 40; round++) {
          const [here, there] = [new env.millrace.Directory(), new env.millrace.Directory()];
          await expectFiles(env, pool, there, ['list', '/data']);
          const done = [];
          for (let i = 0; i < 50; i++) {
            const [which, ...paths] = operations.next().value;
            const [a, b] = await Promise.all([here, there].map((each) => outcome(ODD[which](each, ...paths))));
            done.push([which, ...paths, b]);
            equal(a, b, JSON.stringify(done));
          }
          await Promise.all([here.close(), there.close()]);
        }
      }),
  },
  {
    name: 'files: names that begin with a byte order mark keep it',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const [mark, name] = ['\ufeff', '\ufeffname'];
        const directory = new env.millrace.Directory({ [name]: 'marked', name: 'bare', [mark]: { [name]: '' } });
        await directory.symlink('link', name);
        const check = async () => {
          equal(await namesIn(directory), ['link', 'name', mark, name]);
          equal(await namesIn(directory, mark), [name]);
          equal(await directory.readlink('link'), name);
          equal(await readText(directory, 'link'), 'marked');
        };
        await check();
        equal(await expectFiles(env, pool, directory, ['cat', `/data/${name}`]), 'marked');
        await check();
      }),
  },
  {
    name: 'files: a tree has paths as long as there are',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const path = `${'a/'.repeat(2047)}aa`;
        equal(path.length, 4096);
        const directory = new env.millrace.Directory({ [path]: 'far', 'b/': { '/c': 'near' } });
        equal(await readText(directory, path), 'far');
        equal(await expectFiles(env, pool, directory, ['cat', '/data/b/c']), 'near');
        equal(await readText(directory, path), 'far');
        const longer = new env.millrace.Directory({ [`${path}a`]: '' });
        await refuses(longer.list(), 'POOL_ENAMETOOLONG');
      }),
  },
  {
    name: 'files: of those that come together as many move in as there is room for',
    run: (env) =>
      withPool(env, { workers: 1, maxMemory: 64 << 20 }, async (pool) => {
        const tree = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, new Uint8Array(2 << 20)]));
        const directories = Array.from({ length: 3 }, () => new env.millrace.Directory(tree, { maxBytes: 1 << 30 }));
        const [moved, ...refused] = (
          await Promise.allSettled(directories.map((directory) => runFiles(env, pool, directory, ['list', '/data'])))
        ).sort((a, b) => (a.status < b.status ? -1 : 1));
        equal(moved.value?.code, 0, moved.reason?.message);
        for (const { reason } of refused) equal(reason?.code, 'POOL_ENOMEM');
        for (const directory of directories) equal((await directory.list()).length, 20);
        await Promise.all(directories.map((directory) => directory.close()));
        await until(() => pool.stats().memory.used === 0);
      }),
  },
  {
    name: 'files: a file is read and written while a guest has it open',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory();
        const options = { args: ['hold', '/data/held', 'so far'], preopens: { '/data': directory } };
        const job = await pool.spawn(env.guest('files'), options);
        await job.stdout.getReader().read();
        equal(await readText(directory, 'held'), 'so far');
        await directory.remove('held'); // it goes on with what has no name any more
        await directory.writeFile('held', 'another');
        await job.stdin.close();
        equal((await job.status).code, 0);
        equal(await readText(directory, 'held'), 'another');
      }),
  },
  {
    name: 'files: guests that run at the same time share a directory',
    run: (env) =>
      withPool(env, { workers: 4 }, async (pool) => {
        const directory = new env.millrace.Directory({ log: '' });
        const jobs = Array.from({ length: 4 }, () => expectFiles(env, pool, directory, ['count', '/data/log', '200']));
        await Promise.all(jobs);
        equal(await readText(directory, 'log'), 'line\n'.repeat(800));
      }),
  },
  {
    name: 'files: a guest has several directories',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { Directory } = env.millrace;
        const [one, other] = [new Directory({ file: 'one' }), new Directory({ file: 'other' })];
        const preopens = { '/one': one, '/one/other': other, '.': one };
        for (const [path, expected] of [
          ['/one/file', 'one'],
          ['/one/other/file', 'other'],
          ['file', 'one'],
        ]) {
          const { stdout } = await pool.run(env.guest('files'), { args: ['cat', path], preopens });
          equal(text(stdout), expected, path);
        }
      }),
  },
  {
    name: 'files: nothing can be changed in what is read only',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory({ file: 'kept' });
        const readOnly = { directory, readOnly: true };
        equal(await expectFiles(env, pool, readOnly, ['cat', '/data/file']), 'kept');
        await expectFiles(env, pool, readOnly, ['put', '/data/file', 'x'], errno.EROFS);
        await expectFiles(env, pool, readOnly, ['put', '/data/new', 'x'], errno.EROFS);
        await expectFiles(env, pool, readOnly, ['link', 'x', '/data/new'], errno.EROFS);
        equal(await readText(directory, 'file'), 'kept');
        await expectFiles(env, pool, directory, ['put', '/data/file', 'changed']);
      }),
  },
  {
    name: 'files: a guest sees what it was given and nothing else',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory({ file: 'x', sub: { file: 'in sub' } });
        await expectFiles(env, pool, directory, ['list', '/data']);
        for (const path of ['/data/file', '/', '.']) {
          const { code } = await pool.run(env.guest('files'), { args: ['list', path] });
          assert(code !== 0, `${path} without a preopen`);
        }
        await directory.symlink('up', '..');
        for (const path of [
          '/data/../file',
          '/data/sub/../../file',
          '/data/up/file',
          '/data/absolute',
          '/etc/passwd',
        ]) {
          const { code } = await runFiles(env, pool, directory, ['cat', path]);
          assert([errno.EPERM, errno.ENOTCAPABLE, errno.ENOENT].includes(code), `${path}: ${code}`);
        }
        equal(await expectFiles(env, pool, directory, ['cat', '/data/sub/../file']), 'x');
        await expectFiles(env, pool, directory, ['link', '/data/file', '/data/absolute'], errno.EPERM);
        await expectFiles(env, pool, directory, ['link', '../../etc', '/data/etc']);
        await expectFiles(env, pool, directory, ['list', '/data/etc'], errno.EPERM);
      }),
  },
  {
    name: 'files: a directory takes as much as it may, and no more',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { Directory } = env.millrace;
        const directory = new Directory({}, { maxBytes: 1 << 20, maxFiles: 4 });
        await expectFiles(env, pool, directory, ['fill', '/data/file', String(4 << 20)], errno.ENOSPC);
        await refuses(directory.writeFile('large', new Uint8Array(2 << 20)), 'POOL_ENOSPC');
        await directory.remove('file');
        await directory.remove('large');
        await expectFiles(env, pool, directory, ['fill', '/data/file', String(512 << 10)]);
        await directory.writeFile('b', '');
        await directory.writeFile('c', '');
        await expectFiles(env, pool, directory, ['put', '/data/d', ''], errno.ENOSPC);
        const large = new Directory({ file: new Uint8Array(2 << 20) }, { maxBytes: 1 << 20 });
        await refuses(runFiles(env, pool, large, ['list', '/data']), 'POOL_ENOSPC');
        equal((await large.readFile('file')).length, 2 << 20); // it is still here
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'files: large files go through whole',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const content = new Uint8Array(9_000_001).map((_, i) => i % 251);
        const directory = new env.millrace.Directory({ large: content });
        const { stdout } = await runFiles(env, pool, directory, ['cat', '/data/large']);
        equal(stdout.length, content.length);
        const back = await directory.readFile('large');
        equal(back.length, content.length);
        assert(back.every((byte, i) => byte === content[i]) && stdout.every((byte, i) => byte === content[i]));
      }),
  },
  {
    name: 'files: many names are listed',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const names = Array.from({ length: 2000 }, (_, i) => `a name that is not short ${String(i).padStart(4, '0')}`);
        const directory = new env.millrace.Directory(Object.fromEntries(names.map((name) => [name, name])));
        equal((await namesIn(directory)).length, 2000);
        await expectFiles(env, pool, directory, ['cat', `/data/${names[1234]}`]);
        equal(await namesIn(directory), names);
      }),
  },
  {
    name: 'files: few and many, small and large ones move in whole, or leave nothing behind',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        for (const [n, size] of [
          [14, 4096],
          [15, 1],
          [1, 65_536],
          [1, 65_537],
          [3, 1_000_000],
        ]) {
          const names = Array.from({ length: n }, (_, i) => `${i % 3}/${i}`);
          const tree = Object.fromEntries(names.map((name, i) => [name, String.fromCharCode(97 + i).repeat(size)]));
          const directory = new env.millrace.Directory({ ...tree, empty: {}, none: '' });
          for (const name of names)
            equal(await expectFiles(env, pool, directory, ['cat', `/data/${name}`]), tree[name]);
          equal((await directory.list('empty')).length, 0);
          equal((await directory.stat('none')).size, 0);
          await directory.close();
          const narrow = new env.millrace.Directory({ ...tree, more: 'x' }, { maxFiles: n });
          await refuses(runFiles(env, pool, narrow, ['cat', '/data/more']), 'POOL_ENOSPC');
          equal(await readText(narrow, 'more'), 'x');
          await until(() => pool.stats().directories.used === 0);
        }
      }),
  },
  {
    name: 'files: a directory belongs to one pool, and ends with it or before',
    async run(env) {
      const directory = new env.millrace.Directory({ file: 'x' });
      await withPool(env, { workers: 1 }, async (pool) => {
        await expectFiles(env, pool, directory, ['cat', '/data/file']);
        await withPool(env, { workers: 1 }, (other) =>
          refuses(runFiles(env, other, directory, ['cat', '/data/file']), 'POOL_EINVAL'),
        );
        const early = new env.millrace.Directory({ file: 'y' });
        const options = { args: ['hold', '/data/held', 'text'], preopens: { '/data': early } };
        const job = await pool.spawn(env.guest('files'), options);
        await job.stdout.getReader().read();
        await Promise.all([early.close(), early.close()]);
        await refuses(early.readFile('file'), 'POOL_EBADF');
        await refuses(runFiles(env, pool, early, ['list', '/data']), 'POOL_EBADF');
        await job.stdin.close();
        equal((await job.status).code, 0); // it has it until it ends
      });
      await refuses(directory.readFile('file'), 'POOL_ESHUTDOWN');
      await directory.close();
    },
  },
  {
    name: 'files: a job that waits for its turn keeps the directory that was closed meanwhile',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const directory = new env.millrace.Directory({ file: 'kept' });
        const first = await pool.spawn(env.guest('misbehaving/forever'));
        const options = { args: ['cat', '/data/file'], preopens: { '/data': directory } };
        const queued = await pool.spawn(env.guest('files'), options);
        await directory.close();
        first.cancel();
        await rejects(first.status, 'AbortError');
        equal(await new Response(queued.stdout).text(), 'kept');
        equal((await queued.status).code, 0);
      }),
  },
  {
    name: 'files: whatever ends a guest, its memory comes back',
    run: (env) =>
      withPool(env, { workers: 2, maxMemory: 48 << 20 }, async (pool) => {
        for (let i = 0; i < 6; i++) {
          const directory = new env.millrace.Directory({ large: new Uint8Array(12 << 20) });
          const options = { args: ['hold', '/data/held', 'text'], preopens: { '/data': directory } };
          const job = await pool.spawn(env.guest('files'), options);
          await job.stdout.getReader().read();
          await directory.remove('held'); // only the guest has it now
          await directory.close();
          job.cancel();
          await rejects(job.status, 'AbortError');
          await sleep(1);
        }
        await stillGood(env, pool, 2);
      }),
  },
  {
    name: 'files: a stack that runs out in the middle of an operation harms nobody',
    run: (env) =>
      withPool(env, { workers: 2 }, async (pool) => {
        const directory = new env.millrace.Directory({ kept: 'kept' });
        for (let i = 0; i < 12; i++) {
          const options = { args: Array(i).fill('deeper'), preopens: { '/data': directory } };
          const { kind } = await rejects(pool.run(env.guest('misbehaving/deep'), options), 'TrapError');
          equal(kind, 'stack-overflow');
          equal(await readText(directory, 'kept'), 'kept');
        }
        await expectFiles(env, pool, directory, ['put', '/data/other', 'other']);
        equal(await readText(directory, 'other'), 'other');
        await stillGood(env, pool, 2);
      }),
  },
  {
    name: 'files: more than the pool has memory for is refused, and harms nobody',
    run: (env) =>
      withPool(env, { workers: 1, maxMemory: 32 << 20 }, async (pool) => {
        const directory = new env.millrace.Directory({}, { maxBytes: 1 << 30 });
        await expectFiles(env, pool, directory, ['put', '/data/small', 'small']);
        await refuses(directory.writeFile('large', new Uint8Array(64 << 20)), 'POOL_ENOMEM');
        await directory.remove('large');
        equal(await expectFiles(env, pool, directory, ['cat', '/data/small']), 'small');
        await stillGood(env, pool, 1);
      }),
  },
  {
    name: 'files: a directory comes from a handle, and goes back to it',
    run: (env) => withHandle((handle) => roundTripHandle(env, handle)),
  },
  {
    name: 'files: a handle that cannot be written is refused',
    run: (env) =>
      refuses(new env.millrace.Directory({ file: 'x' }).toHandle(readOnlyHandle), 'POOL_ENOSYS', 'SaveError'),
  },
  {
    name: 'files: a directory comes from a folder, and goes back to it',
    run: (env) =>
      env.browser
        ? refuses(env.millrace.Directory.fromPath('/tmp'), 'POOL_ENOSYS')
        : withFolder((folder, fs) => roundTripFolder(env, folder, fs)),
  },
  {
    name: 'files: no symlink makes toPath write elsewhere',
    run: (env) =>
      env.browser
        ? refuses(new env.millrace.Directory().toPath('/tmp'), 'POOL_ENOSYS')
        : withFolder((folder, fs) => toPathNeverLeavesTheFolder(env, folder, fs)),
  },
];
