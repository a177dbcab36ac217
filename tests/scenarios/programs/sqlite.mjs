// SQLite 3.26, the shell as of 2018, which still imports wasi_unstable: databases are files in a directory.
import { assert, bytes, equal, rejects, text, withPool } from '../harness.mjs';
import { runno } from './packages.mjs';

const namesIn = async (directory) => (await directory.list()).map(({ name }) => name).sort();

/** How the shell is called for the database of a directory. This build takes its stdin for a terminal unless told. */
function invocation(mount, ...options) {
  return { name: 'sqlite', args: [...options, '-batch', '-bail', '/db/mill.db'], preopens: { '/db': mount } };
}

const runSql = (env, pool, mount, sql, ...options) =>
  pool.run(env.file(runno('sqlite.wasm')), { ...invocation(mount, ...options), stdin: sql });

/** What a query answers. */
async function query(env, pool, mount, sql) {
  const { code, stdout, stderr } = await runSql(env, pool, mount, sql);
  equal([code, text(stderr)], [0, ''], sql);
  return text(stdout);
}

/** A directory with a database of two rows. */
async function withDatabase(env, use) {
  const directory = new env.millrace.Directory();
  await withPool(env, { workers: 1 }, async (pool) => {
    const sql = "create table grain (kg integer, name text);\ninsert into grain values (40, 'rye'), (2, 'oats');\n";
    equal(await query(env, pool, directory, sql), '');
    await use(pool, directory);
  });
}

/** More rows than the cache has room for, so that they are in the file before they are committed. */
const FLOOD = `begin;
with recursive rows(n) as (select 1 union all select n + 1 from rows limit 600)
  insert into grain select n, printf('%08000d', n) from rows;
update grain set kg = -1;
select count(*) from grain;
`;

/** Has a job change everything and never commit. It is waiting for more when this returns. */
async function spawnUncommitted(env, pool, directory) {
  const job = await pool.spawn(env.file(runno('sqlite.wasm')), { ...invocation(directory), stderr: 'null' });
  await job.stdin.getWriter().write(bytes(FLOOD));
  const { value } = await job.stdout.getReader().read();
  equal(text(value), '602\n');
  return job;
}

export const scenarios = [
  {
    name: 'SQLite keeps a database in a directory, from one job to the next',
    run: (env) =>
      withDatabase(env, async (pool, directory) => {
        equal(await query(env, pool, directory, 'select sum(kg), max(name) from grain;'), '42|rye\n');
        const transactions = [
          'begin; delete from grain; rollback;',
          "begin; insert into grain values (8, 'spelt'); commit;",
          'select name from grain order by kg;',
        ];
        equal(await query(env, pool, directory, transactions.join('\n')), 'oats\nspelt\nrye\n');
        equal(await query(env, pool, directory, 'select sum(kg) from grain;'), '50\n');
        equal(await namesIn(directory), ['mill.db']); // and no journal
        const file = await directory.readFile('mill.db');
        equal(text(file.subarray(0, 16)), 'SQLite format 3\0');
      }),
  },
  {
    name: 'SQLite that is ended within a transaction has lost nothing that was committed',
    run: (env) =>
      withDatabase(env, async (pool, directory) => {
        const job = await spawnUncommitted(env, pool, directory);
        job.cancel();
        await rejects(job.status, 'AbortError');
        const { size } = await directory.stat('mill.db');
        assert(size > 4_000_000, `the file has the rows that count for nothing: ${size}`);
        equal(await namesIn(directory), ['mill.db', 'mill.db-journal']);
        equal(await query(env, pool, directory, 'select count(*), sum(kg) from grain;'), '2|42\n');
        equal(await namesIn(directory), ['mill.db']);
      }),
  },
  {
    name: 'SQLite says that a database is read only, and leaves it as it is',
    run: (env) =>
      withDatabase(env, async (pool, directory) => {
        const before = await directory.readFile('mill.db');
        const mount = { directory, readOnly: true };
        const sql = 'select sum(kg) from grain;\ndelete from grain;\n';
        const asReader = await runSql(env, pool, mount, sql, '-readonly');
        equal([asReader.code, text(asReader.stdout)], [1, '42\n']);
        equal(text(asReader.stderr), 'Error: near line 2: attempt to write a readonly database\n');
        const asWriter = await runSql(env, pool, mount, sql);
        equal([asWriter.code, text(asWriter.stdout)], [1, '']);
        assert(text(asWriter.stderr).includes('unable to open database file'), text(asWriter.stderr));
        equal(await namesIn(directory), ['mill.db']);
        const after = await directory.readFile('mill.db');
        assert(after.length === before.length && after.every((byte, i) => byte === before[i]));
      }),
  },
];
