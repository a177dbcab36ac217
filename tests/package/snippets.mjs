// Code out of the manual, as programs: with what it leaves out, compiled, run, and compared with what it says it prints.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The guests of the examples, by the names that they have there. */
export const guestFiles = {
  '/adder.wasm': 'adder.gen.wasm',
  '/bytes.wasm': 'bytes.gen.wasm',
  '/cat.wasm': 'cat.gen.wasm',
  '/counter.wasm': 'counter.gen.wasm',
  '/files.wasm': 'files.gen.wasm',
  '/greet.wasm': 'greet.gen.wasm',
  '/hostcall.wasm': 'hostcall.gen.wasm',
  '/lines.wasm': 'lines.gen.wasm',
  '/rpc.wasm': 'rpc.gen.wasm',
  '/logger.wasm': 'logger.gen.wasm',
  '/sieve.wasm': 'sieve.gen.wasm',
  '/terminal.wasm': 'terminal.gen.wasm',
  '/wc.wasm': 'wordcount.gen.wasm',
  '/exit3.wasm': 'misbehaving/exit3.gen.wasm',
  '/flood.wasm': 'misbehaving/flood.gen.wasm',
  '/nostart.wasm': 'misbehaving/nostart.gen.wasm',
  '/spin.wasm': 'misbehaving/spin.gen.wasm',
  '/trap.wasm': 'misbehaving/trap.gen.wasm',
};

/** @param {import('typescript')} ts @param {string} folder of the programs @param {object} [more] */
export function compilerOptions(ts, folder, more = {}) {
  return {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: [],
    outDir: folder,
    rootDir: folder,
    ...more,
  };
}

/** The names that the imports of a program bring. @param {string} imports */
function namesIn(imports) {
  return new Set([...imports.matchAll(/\{([^}]*)\}/g)].flatMap(([, names]) => names.split(/[,\s]+/)));
}

/** Code as a module, with what surrounds it: what it does not import of the package, a pool, the guests' places.
 * @param {string} code @param {Map<string, string[]>} exports names by the entries that export them
 * @param {(name: string) => string} placeOf a guest */
export function moduleOf(code, exports, placeOf) {
  const own = [...code.matchAll(/^import .*? from '.*';$/gms)].map(([line]) => line).join('\n');
  const has = namesIn(own);
  const rest = code.replace(/^import .*? from '.*';\n*/gms, '').replace(/'(\/\w+\.wasm)'/g, (_, name) => {
    return JSON.stringify(placeOf(name));
  });
  const imports = [...exports].map(([entry, names]) => {
    return `import { ${names.filter((name) => !has.has(name)).join(', ')} } from '${entry}';`;
  });
  const lines = rest.replace(/^/gm, '  ');
  const withPool = `const pool = await Pool.create({ workers: 1 });\ntry {\n${lines}\n} finally {\n  await pool.close();\n}\n`;
  const block = /\bpool = /.test(rest) ? `{\n${lines}\n}\n` : withPool;
  return `${own}\n${imports.join('\n')}\n${block}`;
}

/** Where a guest is. @param {string} guests the folder examples/guests @param {string} name as examples have it */
export function guestAt(guests, name) {
  assert.ok(guestFiles[name], `no guest is known as ${name}`);
  return join(guests, guestFiles[name]);
}

/** What code says that it prints: the comments behind its logging. @param {string} code */
export function expectedOf(code) {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, expected]) => expected);
}

/** What a module prints. @param {string} file */
export async function printedBy(file) {
  const printed = [];
  const { log } = console;
  console.log = (...values) => printed.push(values.map(String).join(' '));
  try {
    await import(pathToFileURL(file).href);
  } finally {
    console.log = log;
  }
  return printed;
}

/** Compiles programs beside their sources, and fails with all that is wrong with them.
 * @param {import('typescript')} ts @param {string[]} files @param {object} options */
export function compile(ts, files, options) {
  const program = ts.createProgram(files, options);
  const { diagnostics } = program.emit();
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  const host = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => '\n',
  };
  assert.equal(problems.length, 0, ts.formatDiagnostics(problems, host));
}
