// CPython 3.12 with its standard library: 26 MB of wasm.
import { bytes, equal, readUntil, text, withPool } from '../harness.mjs';
import { PYTHON } from './packages.mjs';

export const scenarios = [
  {
    name: 'CPython runs a program, with its standard library, arguments, environment and stdin',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const program = [
          'import hashlib, json, os, sys, time',
          'lines = [line.strip() for line in sys.stdin]',
          'assert time.time() > 1.7e9 and len(os.urandom(100)) == 100',
          'print(json.dumps([sys.argv[1:], os.environ["NAME"], hashlib.sha256("".join(lines).encode()).hexdigest()]))',
          'sys.exit(len(lines))',
        ].join('\n');
        const { code, stdout, stderr } = await pool.run(env.file(PYTHON), {
          name: 'python',
          args: ['-c', program, 'one', 'two'],
          env: { NAME: 'mill' },
          stdin: 'a\nb\nc\n',
        });
        equal(text(stderr), '');
        equal(code, 3);
        const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // SHA-256 of "abc", FIPS 180-4
        equal(text(stdout), `[["one", "two"], "mill", "${abc}"]\n`);
      }),
  },
  {
    name: 'CPython on a terminal prompts and answers without being told to, as on any other',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.file(PYTHON), { name: 'python', tty: { columns: 100, rows: 30 } });
        const [input, output, prompt] = [job.stdin.getWriter(), job.stdout.getReader(), job.stderr.getReader()];
        await readUntil(prompt, '>>> ');
        await input.write(bytes('import os; print(os.isatty(0), os.environ["COLUMNS"])\n'));
        equal(await readUntil(output, '\n'), 'True 100\n');
        await readUntil(prompt, '>>> ');
        await input.write(bytes('6 * 7\n'));
        equal(await readUntil(output, '\n'), '42\n');
        await input.close();
        equal((await job.status).code, 0);
      }),
  },
  {
    name: 'CPython at its prompt answers line by line, sleeps, and is ended',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(env.file(PYTHON), { name: 'python', args: ['-i', '-q', '-u'], stderr: 'null' });
        const input = job.stdin.getWriter();
        const output = job.stdout.getReader();
        for (let i = 2; i < 5; i++) {
          await input.write(bytes(`print(${i} ** 100)\n`));
          equal(await readUntil(output, '\n'), `${BigInt(i) ** 100n}\n`);
        }
        await input.write(bytes('import time; time.sleep(0.05); print("slept")\n'));
        equal(await readUntil(output, '\n'), 'slept\n');
        await input.write(bytes('while True: pass\n\n'));
        job.cancel('enough');
        const error = await job.status.catch((thrown) => thrown);
        equal(error.name, 'AbortError');
      }),
  },
];
