// Code that runs in Node: every `js` and `ts` fence without another word.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compile, compilerOptions, expectedOf, moduleOf, printedBy } from '../../../tests/package/snippets.mjs';
import { root } from '../tools/places.mjs';
import { guestFile } from './project.mjs';

const ts = createRequire(`${root}package.json`)('typescript');

/** What each entry exports, types included. @param {string} folder of the package's types */
export function exportsOf(folder) {
  const entries = { millrace: 'index.d.ts', 'millrace/plugin': 'plugin.d.ts' };
  const files = Object.values(entries).map((name) => `${folder}/${name}`);
  const program = ts.createProgram(files, compilerOptions(ts, folder));
  const checker = program.getTypeChecker();
  const namesIn = (file) => {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(file));
    return checker.getExportsOfModule(symbol).map(({ name }) => name);
  };
  return new Map(Object.keys(entries).map((entry, i) => [entry, namesIn(files[i])]));
}

/** What the names of the errors' codes are. @param {string} folder of the package's types @returns {string[]} */
export function codesIn(folder) {
  const program = ts.createProgram([`${folder}/index.d.ts`], compilerOptions(ts, folder));
  const checker = program.getTypeChecker();
  const symbols = checker.getExportsOfModule(
    checker.getSymbolAtLocation(program.getSourceFile(`${folder}/index.d.ts`)),
  );
  const code = symbols.find(({ name }) => name === 'PoolErrorCode');
  const target = code.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(code) : code;
  return checker.getDeclaredTypeOfSymbol(target).types.map(({ value }) => value);
}

/** @param {import('./fences.mjs').Fence[]} fences @param {{ folder: string }} project */
export function compileAll(fences, { folder }) {
  const out = `${folder}/node`;
  mkdirSync(out, { recursive: true });
  const exports = exportsOf(`${folder}/node_modules/millrace/dist`);
  const files = fences.map((fence) => {
    const file = `${out}/${fence.id}.ts`;
    writeFileSync(file, `// ${fence.where}\n${moduleOf(fence.code, exports, guestFile)}`);
    return file;
  });
  const options = { types: ['node'], typeRoots: [`${root}node_modules/@types`], skipLibCheck: true };
  compile(ts, files, compilerOptions(ts, out, options));
}

/** @param {import('./fences.mjs').Fence} fence @param {{ folder: string }} project */
export async function runInNode(fence, { folder }) {
  const input = `${folder}/work`;
  mkdirSync(`${input}/input`, { recursive: true });
  writeFileSync(`${input}/input/in.txt`, 'some text');
  process.chdir(input);
  const printed = await printedBy(`${folder}/node/${fence.id}.js`);
  assert.deepEqual(printed, expectedOf(fence.code));
}
