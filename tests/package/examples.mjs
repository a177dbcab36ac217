// The manual in the package's types: everything that is public says what it means, and every option its default; every
// class and method has an example; every example compiles, runs in Node, and prints what it says it prints.
// Usage, in a project that has the package installed: node examples.mjs path/to/examples/guests
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { directoryHandle } from './directory-handle.mjs';
import { compile, compilerOptions, expectedOf, guestAt, moduleOf, printedBy } from './snippets.mjs';

const guests = resolve(process.argv[2]);
const ts = createRequire(join(guests, 'index.js'))('typescript');
const types = resolve('node_modules/millrace/dist');

const options = compilerOptions(ts, resolve('examples'));

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

/** An example's code. @param {string} text */
function codeOf(text) {
  const code = /```ts\n([\s\S]*?)\n```/.exec(text)?.[1];
  assert.ok(code, `an example is no code: ${text}`);
  return code;
}

/** All that is written as an example in the types, so that none is left out because nothing public leads to it. */
function countInTypes() {
  const files = readdirSync(types, { recursive: true }).filter((name) => String(name).endsWith('.d.ts'));
  const texts = files.map((name) => readFileSync(join(types, String(name)), 'utf8').replace(/^ *\*? ?/gm, ''));
  const examples = texts.flatMap((text) => text.split('@example').slice(1));
  return new Set(examples.map((text) => /```ts\n[\s\S]*?\n```/.exec(text)?.[0])).size;
}

const files = Object.values(entries).map((name) => join(types, name));
const program = ts.createProgram(files, options);
const publics = Object.keys(entries).flatMap((entry) => publicSymbols(program, entry));
const lacks = publics.flatMap(lacksOf);
assert.deepEqual(lacks, []);

const examples = examplesOf(publics);
assert.equal(examples.size, countInTypes(), 'an example is of nothing public');
const namesOf = (entry) => publics.filter((each) => each.entry === entry).map(({ symbol }) => symbol.name);
const exports = new Map(Object.keys(entries).map((entry) => [entry, namesOf(entry)]));

mkdirSync('examples', { recursive: true });
mkdirSync('input', { recursive: true });
writeFileSync('input/in.txt', 'some text');
compile(
  ts,
  [...examples].map(([name, text]) => {
    const file = resolve('examples', `${name}.ts`);
    writeFileSync(
      file,
      moduleOf(codeOf(text), exports, (guest) => guestAt(guests, guest)),
    );
    return file;
  }),
  options,
);

// Whoever configures the default pool comes before those who use it.
const inOrder = [...examples].sort(([a], [b]) => Number(b === 'defaultPool') - Number(a === 'defaultPool'));
const failed = [];
for (const [name, text] of inOrder) {
  const storage = { getDirectory: async () => directoryHandle() };
  Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: 4, storage }, configurable: true });
  try {
    const printed = await printedBy(resolve('examples', `${name}.js`));
    assert.deepEqual(printed, expectedOf(codeOf(text)));
  } catch (error) {
    failed.push(name);
    console.error(`${name}: ${error.stack}`);
  }
}
console.log(`${examples.size - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
