// The programs, with what each is given and how one sees that it did it. They run as their packages have them.

import { PYTHON, runno } from '../../tests/scenarios/programs/packages.mjs';
import { untarGz } from '../../tests/scenarios/programs/tar.mjs';

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} about
 * @property {string} path of the wasm file in this project
 * @property {string} argv0
 * @property {(root: string) => string[]} args where its files are: '/'
 * @property {Uint8Array} stdin
 * @property {Record<string, Uint8Array>} files by their paths, without a slash at the beginning
 * @property {boolean} isBinary its output is bytes; `isRight` is given their number
 * @property {(stdout: string) => boolean} isRight
 * @property {Record<string, string>} not by rivals' labels: why one cannot run it
 */

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

const SOCKETS = {
  '@wasmer/sdk': 'it does not start a program that imports functions which it does not know (sockets, never called)',
};

/** What all have, unless they say otherwise. */
const PLAIN = { stdin: bytes(''), files: {}, isBinary: false, not: {} };

const PYTHON_BENCH = `
def fannkuch(n):
    count, best, perm1, r = list(range(1, n + 1)), 0, list(range(n)), n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        if perm1[0] != 0 and perm1[n - 1] != n - 1:
            perm, flips, k = perm1[:], 0, perm1[0]
            while k:
                perm[:k + 1] = reversed(perm[:k + 1])
                flips += 1
                k = perm[0]
            best = max(best, flips)
        while True:
            if r == n:
                return best
            perm1.insert(r, perm1.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
print(fannkuch(7))
`;

const JS_BENCH = `
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
print(fib(25));
`;

const RUBY = `words = STDIN.read.split
puts (1..20000).map { |i| i * i % 7 }.tally.sort.first.inspect, words.size
`;

const SQL = `pragma journal_mode = off;
create table grain (kg integer, name text);
with recursive n(i) as (values(1) union all select i + 1 from n where i < 100000)
insert into grain select i, 'rye ' || i from n;
select count(*), sum(kg) from grain;
`;

const GZIP = `
import sys, zlib
z = zlib.compressobj(1)
for chunk in iter(lambda: sys.stdin.buffer.read(65536), b''):
    sys.stdout.buffer.write(z.compress(chunk))
sys.stdout.buffer.write(z.flush())
`;

const HELLO_C = '#include <stdio.h>\nint main(void) { for (int i = 0; i < 10; i++) printf("%d\\n", i); }\n';
const CLANG_ARGS = [
  ...['-cc1', '-triple', 'wasm32-unknown-wasi', '-O2', '-S', '-isysroot', '/sys'],
  ...['-internal-isystem', '/sys/include', '-internal-isystem', '/sys/lib/clang/8.0.1/include'],
  ...['-o', '-', '/hello.c'],
];

/** Bytes that do not compress to nothing. @param {number} n */
function noisyText(n) {
  const out = new Uint8Array(n);
  for (let i = 0, x = 1; i < n; i++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    out[i] = 97 + ((x >>> 16) % 16);
  }
  return out;
}

const python = { ...PLAIN, path: PYTHON, argv0: 'python' };

/** @param {import('../lib/context.mjs').Sizes} sizes @returns {Program[]} */
function interpreters({ quick }) {
  const qjs = { ...PLAIN, path: runno('wasmedge_quickjs.wasm'), argv0: 'qjs', args: () => ['/main.js'], not: SOCKETS };
  const list = [
    {
      ...qjs,
      name: 'QuickJS computes',
      about: 'fib(25), a script in a file: bound by computing',
      files: { 'main.js': bytes(JS_BENCH) },
      isRight: (/** @type {string} */ out) => out === '75025\n',
    },
    {
      ...python,
      name: 'CPython starts',
      about: 'python -c "print(42)": 26 MB of wasm and its library',
      args: () => ['-c', 'print(42)'],
      isRight: (/** @type {string} */ out) => out === '42\n',
    },
    {
      ...python,
      name: 'CPython computes',
      about: 'fannkuch(7): bound by computing',
      args: () => ['-c', PYTHON_BENCH],
      isRight: (/** @type {string} */ out) => out === '16\n',
    },
    {
      ...PLAIN,
      name: 'Ruby runs a script',
      about: 'from a file, with input',
      path: runno('ruby-3.2.0.wasm'),
      argv0: 'ruby',
      args: () => ['/main.rb'],
      stdin: bytes('rye oats rye\n'),
      files: { 'main.rb': bytes(RUBY) },
      isRight: (/** @type {string} */ out) => out === '[0, 2857]\n3\n',
    },
  ];
  return quick ? list.slice(0, 1) : list;
}

/** @returns {Promise<Program[]>} */
async function tools(/** @type {import('../lib/context.mjs').Env} */ env) {
  const mib = 16;
  const system = await untarGz(await (await env.fetchFile(runno('clang-fs.tar.gz'))).arrayBuffer());
  const strings = 'it gives input and takes output as strings alone';
  return [
    {
      ...PLAIN,
      name: 'SQLite inserts 100,000 rows',
      about: 'into a file of a mounted directory',
      path: runno('sqlite.wasm'),
      argv0: 'sqlite',
      args: () => ['-batch', '-bail', '/mill.db'],
      stdin: bytes(SQL),
      isRight: (out) => out.endsWith('100000|5000050000\n'),
    },
    {
      ...PLAIN,
      name: 'clang compiles a file',
      about: 'C to assembly, with its headers in a mounted directory of 400 files',
      path: runno('clang.wasm'),
      argv0: 'clang',
      args: () => CLANG_ARGS,
      files: { ...system, 'hello.c': bytes(HELLO_C) },
      isRight: (out) => /main:[^]*printf[^]*end_function/.test(out),
    },
    {
      ...python,
      name: `zlib compresses ${mib} MiB through pipes`,
      about: 'by CPython’s zlib, 64 KiB at a time from stdin to stdout',
      args: () => ['-c', GZIP],
      stdin: noisyText(mib << 20),
      isBinary: true,
      isRight: (size) => Number(size) > 1000,
      not: { Runno: strings, '@wasmer/sdk': 'a command’s captured output is limited' },
    },
  ];
}

/** @param {import('../lib/context.mjs').Context} context @returns {Promise<Program[]>} */
export async function programs({ env, sizes }) {
  return [...interpreters(sizes), ...(sizes.quick ? [] : await tools(env))];
}
