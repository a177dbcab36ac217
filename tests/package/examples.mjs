// The manual in the package's types: everything that is public says what it means, and every option its default; every
// class and method has an example; every example compiles, runs in Node, and prints what it says it prints.
// Usage, in a project that has the package installed: node examples.mjs path/to/examples/guests
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { directoryHandle } from './directory-handle.mjs';

const guests = resolve(process.argv[2]);
const ts = createRequire(join(guests, 'index.js'))('typescript');
const types = resolve('node_modules/millrace/dist');

/** The guests of the examples, by the names that they have there. */
const guestFiles = {
  '/adder.wasm': 'adder.gen.wasm',
  '/bytes.wasm': 'bytes.gen.wasm',
  '/cat.wasm': 'cat.gen.wasm',
  '/counter.wasm': 'counter.gen.wasm',
  '/files.wasm': 'files.gen.wasm',
  '/greet.wasm': 'greet.gen.wasm',
  '/hostcall.wasm': 'hostcall.gen.wasm',
  '/rpc.wasm': 'rpc.gen.wasm',
  '/logger.wasm': 'logger.gen.wasm',
  '/wc.wasm': 'wordcount.gen.wasm',
  '/exit3.wasm': 'misbehaving/exit3.gen.wasm',
  '/flood.wasm': 'misbehaving/flood.gen.wasm',
  '/nostart.wasm': 'misbehaving/nostart.gen.wasm',
  '/spin.wasm': 'misbehaving/spin.gen.wasm',
  '/trap.wasm': 'misbehaving/trap.gen.wasm',
};

const compilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  types: [],
  outDir: resolve('examples'),
  rootDir: resolve('examples'),
};

/** What the package exports, by the names of its entries, and where the types of those are. */
const entries = { millrace: 'index.d.ts', 'millrace/plugin': 'plugin.d.ts' };

/** @param {import('typescript').Program} program @param {string} entry */
function publicSymbols(program, entry) {
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(join(types, entries[entry]));
  const ours = (symbol) => symbol.declarations?.some((each) => each.getSourceFile().fileName.startsWith(types));
  const resolved = checker
    .getExportsOfModule(checker.getSymbolAtLocation(index))
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
  const membersOf = (symbol) => {
    const all = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
    const statics = symbol.valueDeclaration ? checker.getTypeOfSymbol(symbol).getProperties() : [];
    return [...all, ...statics].filter((member) => ours(member) && !(member.flags & ts.SymbolFlags.Prototype));
  };
  return resolved.map((symbol) => ({
    symbol,
    entry,
    isClass: Boolean(symbol.flags & ts.SymbolFlags.Class),
    isFunction: Boolean(symbol.flags & ts.SymbolFlags.Function),
    members: symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface) ? membersOf(symbol) : [],
    textOf: (each) => ts.displayPartsToString(each.getDocumentationComment(checker)),
  }));
}

function tagsOf(symbol, name) {
  return symbol
    .getJsDocTags()
    .filter((tag) => tag.name === name)
    .map((tag) => ts.displayPartsToString(tag.text));
}

/** Whether a member is to be told of: `name` is as every error has it; private ones and symbols go without an example. */
const isOwnName = (name) => name !== 'name' && !/^(__|#)/.test(name);

/** What a name of the package lacks. */
function lacksOf({ symbol, isClass, isFunction, members, textOf }) {
  const lacks = textOf(symbol) ? [] : [`${symbol.name} says nothing`];
  if ((isClass || isFunction) && tagsOf(symbol, 'example').length === 0) lacks.push(`${symbol.name} has no example`);
  for (const member of members.filter(({ name }) => isOwnName(name))) {
    const name = `${symbol.name}.${member.name}`;
    if (!textOf(member)) lacks.push(`${name} says nothing`);
    const isMethod = member.flags & ts.SymbolFlags.Method;
    if (isClass && isMethod && tagsOf(member, 'example').length === 0) lacks.push(`${name} has no example`);
    const isOption = !isClass && member.flags & ts.SymbolFlags.Optional;
    if (isOption && tagsOf(member, 'default').length === 0) lacks.push(`${name} has no @default`);
  }
  return lacks;
}

/** The examples by their names, each once: what a class inherits is its base's. */
function examplesOf(publics) {
  const found = new Map();
  for (const { symbol, members } of publics) {
    for (const each of [symbol, ...members]) {
      const name = each === symbol ? symbol.name : `${symbol.name}.${each.name}`;
      for (const text of tagsOf(each, 'example')) if (![...found.values()].includes(text)) found.set(name, text);
    }
  }
  return found;
}

/** An example as a module, with what surrounds it: the package's names, a pool, the guests' places. */
function moduleOf(text, imports) {
  const code = /```ts\n([\s\S]*?)\n```/.exec(text)?.[1];
  assert.ok(code, `an example is no code: ${text}`);
  const body = code.replace(/^import .* from 'millrace';\n/m, '').replace(/'(\/\w+\.wasm)'/g, (_, name) => {
    assert.ok(guestFiles[name], `no guest is known as ${name}`);
    return JSON.stringify(join(guests, guestFiles[name]));
  });
  const lines = body.replace(/^/gm, '  ');
  const withPool = `const pool = await Pool.create({ workers: 1 });\ntry {\n${lines}\n} finally {\n  await pool.close();\n}\n`;
  const block = /\bpool = /.test(body) ? `{\n${lines}\n}\n` : withPool;
  return `${imports}\n${block}`;
}

/** What an example says that it prints: the comments behind its logging. */
function expectedOf(text) {
  return [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, expected]) => expected);
}

async function printedBy(file) {
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

function compile(files) {
  const program = ts.createProgram(files, compilerOptions);
  const { diagnostics } = program.emit();
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  const host = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => '\n',
  };
  assert.equal(problems.length, 0, ts.formatDiagnostics(problems, host));
}

/** All that is written as an example in the types, so that none is left out because nothing public leads to it. */
function countInTypes() {
  const files = readdirSync(types, { recursive: true }).filter((name) => String(name).endsWith('.d.ts'));
  const texts = files.map((name) => readFileSync(join(types, String(name)), 'utf8').replace(/^ *\*? ?/gm, ''));
  const examples = texts.flatMap((text) => text.split('@example').slice(1));
  return new Set(examples.map((text) => /```ts\n[\s\S]*?\n```/.exec(text)?.[0])).size;
}

const files = Object.values(entries).map((name) => join(types, name));
const program = ts.createProgram(files, compilerOptions);
const publics = Object.keys(entries).flatMap((entry) => publicSymbols(program, entry));
const lacks = publics.flatMap(lacksOf);
assert.deepEqual(lacks, []);

const examples = examplesOf(publics);
assert.equal(examples.size, countInTypes(), 'an example is of nothing public');
const imports = Object.keys(entries)
  .map((entry) => {
    const names = publics.filter((each) => each.entry === entry).map(({ symbol }) => symbol.name);
    return `import { ${names.join(', ')} } from '${entry}';`;
  })
  .join('\n');

mkdirSync('examples', { recursive: true });
mkdirSync('input', { recursive: true });
writeFileSync('input/in.txt', 'some text');
compile(
  [...examples].map(([name, text]) => {
    const file = resolve('examples', `${name}.ts`);
    writeFileSync(file, moduleOf(text, imports));
    return file;
  }),
);

// Whoever configures the default pool comes before those who use it.
const inOrder = [...examples].sort(([a], [b]) => Number(b === 'defaultPool') - Number(a === 'defaultPool'));
const failed = [];
for (const [name, text] of inOrder) {
  const storage = { getDirectory: async () => directoryHandle() };
  Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: 4, storage }, configurable: true });
  try {
    const printed = await printedBy(resolve('examples', `${name}.js`));
    assert.deepEqual(printed, expectedOf(text));
  } catch (error) {
    failed.push(name);
    console.error(`${name}: ${error.stack}`);
  }
}
console.log(`${examples.size - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
