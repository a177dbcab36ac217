// QuickJS as of WasmEdge, a Rust program. It imports sockets that only WasmEdge has, and wants them only when they are used.
import { bytes, equal, readUntil, text, withPool } from '../harness.mjs';
import { runno } from './packages.mjs';

/** This build takes its script from a file: one that evaluates what comes in. */
const ALL_AT_ONCE = "import * as std from 'std';\nstd.evalScript(std.in.readAsString());\n";
const LINE_BY_LINE = `import * as std from 'std';
for (let line; (line = std.in.getline()) !== null; std.out.flush()) std.out.puts(std.evalScript(line) + '\\n');
`;

const SCRIPT = `
const grain = JSON.parse('{"rye": 40, "oats": 2}');
const sum = Object.values(grain).reduce((a, b) => a + b);
print(\`\${sum} kg of \${Object.keys(grain).sort().join(' and ')}\`);
print([...'\\u00fc\\ud83c\\udf3e'].length, 2n ** 64n, /(?<=r)y/.test('rye'));
`;

function invocation(env, main) {
  return { name: 'qjs', args: ['/main.js'], preopens: { '/': new env.millrace.Directory({ 'main.js': main }) } };
}

const qjs = (env) => env.file(runno('wasmedge_quickjs.wasm'));

export const scenarios = [
  {
    name: 'QuickJS runs a script that comes by stdin',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const { code, stdout, stderr } = await pool.run(qjs(env), { ...invocation(env, ALL_AT_ONCE), stdin: SCRIPT });
        equal(text(stderr), '');
        equal([code, text(stdout)], [0, '42 kg of oats and rye\n2 18446744073709551616 true\n']);
      }),
  },
  {
    name: 'QuickJS converses, and remembers',
    run: (env) =>
      withPool(env, { workers: 1 }, async (pool) => {
        const job = await pool.spawn(qjs(env), invocation(env, LINE_BY_LINE));
        const [input, output] = [job.stdin.getWriter(), job.stdout.getReader()];
        await input.write(bytes('var kg = 40\n'));
        equal(await readUntil(output, '\n'), 'undefined\n');
        await input.write(bytes('kg + 2\n'));
        equal(await readUntil(output, '\n'), '42\n');
        await input.close();
        equal((await job.status).code, 0);
      }),
  },
];
