// A C compiler in the page: clang 8 (31 MB of wasm) and its linker (19 MB), of wasi_unstable, over a sysroot of 400 files.
import { assert, equal, text, withPool } from '../harness.mjs';
import { runno } from './packages.mjs';
import { untarGz } from './tar.mjs';

const SUM_C = `#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    char line[32];
    int sum = 0;
    while (fgets(line, sizeof line, stdin)) sum += atoi(line);
    printf("%s: %d\\n", argc > 1 ? argv[1] : "?", sum);
    return 3;
}
`;

/** What the driver would call the compiler with. */
const compileArgs = (source, object) => [
  ...['-cc1', '-triple', 'wasm32-unknown-wasi', '-O2', '-emit-obj', '-isysroot', '/sys'],
  ...['-internal-isystem', '/sys/include', '-internal-isystem', '/sys/lib/clang/8.0.1/include'],
  ...['-o', object, source],
];

const linkArgs = (object, program) => [
  ...['--no-threads', '-z', 'stack-size=1048576', '-L/sys/lib/wasm32-wasi', '/sys/lib/wasm32-wasi/crt1.o'],
  ...[object, '-lc', '-o', program],
];

/** Runs a tool over `root`: its exit code, and what it complains about. */
async function runTool(env, pool, root, name, args) {
  const options = { name, args, preopens: { '/': root } };
  const { code, stdout, stderr } = await pool.run(env.file(runno(`${name}.wasm`)), options);
  equal(text(stdout), '');
  return { code, complaint: text(stderr) };
}

export const scenarios = [
  {
    name: 'clang compiles C, wasm-ld links it, and what they made runs',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const files = await untarGz(await env.load(runno('clang-fs.tar.gz')));
        const root = new env.millrace.Directory({
          ...files,
          'sum.c': SUM_C,
          'wrong.c': 'int main(void) { return x; }',
        });
        const wrong = await runTool(env, pool, root, 'clang', compileArgs('/wrong.c', '/wrong.o'));
        equal(wrong.code, 1);
        assert(wrong.complaint.startsWith("/wrong.c:1:25: error: use of undeclared identifier 'x'"), wrong.complaint);
        const good = { code: 0, complaint: '' };
        equal(await runTool(env, pool, root, 'clang', compileArgs('/sum.c', '/sum.o')), good);
        equal(await runTool(env, pool, root, 'wasm-ld', linkArgs('/sum.o', '/sum.wasm')), good);
        const program = await root.readFile('sum.wasm');
        const { code, stdout } = await pool.run(program, { args: ['sum'], stdin: '2\n10\n30\n' });
        equal([code, text(stdout)], [3, 'sum: 42\n']);
      }),
  },
];
