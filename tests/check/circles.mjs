// Which files need each other in a circle. In C, a file needs another if it uses a function that the other defines: a room
// shares its headers, so includes do not tell. In TypeScript, if it imports it for more than types.
import { readFileSync } from 'node:fs';
import { dirname, normalize } from 'node:path';

/** @param {string} text */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** The functions that a C file gives to others: their heads begin in column 0, and `{` stands alone behind them.
 * @param {string} text */
function definedIn(text) {
  const heads = text.matchAll(/^(?!static\b|typedef\b)\w[\w\s*]*?\b(\w+)\([^;{}]*\)\n\{$/gm);
  return [...heads].map(([, name]) => name);
}

/** What each C file needs of the others. @param {string[]} files @returns {Map<string, Set<string>>} */
export function needsInC(files) {
  const texts = new Map(files.map((file) => [file, withoutComments(readFileSync(file, 'utf8'))]));
  const definedBy = new Map([...texts].flatMap(([file, text]) => definedIn(text).map((name) => [name, file])));
  const needsOf = (file, text) => {
    const needed = (text.match(/\b\w+\b/g) ?? []).map((name) => definedBy.get(name));
    return new Set(needed.filter((other) => other && other !== file));
  };
  return new Map([...texts].map(([file, text]) => [file, needsOf(file, text)]));
}

/** Whether an import's or export's clause is for types alone, by its own word or by that of each name.
 * @param {string} clause */
function isForTypes(clause) {
  if (/^type\b/.test(clause)) return true;
  const names = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1];
  return names !== undefined && names.split(',').every((name) => /^\s*(type\s|$)/.test(name));
}

/** The specifiers of what a TypeScript file needs when it runs. @param {string} text */
function importedBy(text) {
  const clauses = [...text.matchAll(/^(?:import|export)\s+([\w$*{][^;'"]*?)\s+from\s+['"]([^'"]+)['"]/gm)];
  const needed = clauses.filter(([, clause]) => !isForTypes(clause)).map(([, , specifier]) => specifier);
  const bare = [...text.matchAll(/^import\s+['"]([^'"]+)['"]/gm), ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)];
  return [...needed, ...bare.map(([, specifier]) => specifier)];
}

/** What each TypeScript file needs of the others. @param {string[]} files @returns {Map<string, Set<string>>} */
export function needsInTypeScript(files) {
  const known = new Set(files);
  const needsOf = (file) => {
    const specifiers = importedBy(withoutComments(readFileSync(file, 'utf8'))).filter((each) => each.startsWith('.'));
    const needed = specifiers.map((each) => normalize(`${dirname(file)}/${each}`).replace(/\.js$/, '.ts'));
    return new Set(needed.filter((other) => known.has(other) && other !== file));
  };
  return new Map(files.map((file) => [file, needsOf(file)]));
}

/** The circles of a graph: its strongly connected parts of more than one node (R. Tarjan, "Depth-first search and linear
 * graph algorithms", SIAM J. Comput. 1, 1972). @param {Map<string, Set<string>>} needs @returns {string[][]} */
export function circlesOf(needs) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const circles = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const next of needs.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node), low.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const node of needs.keys()) if (!index.has(node)) visit(node);
  return circles;
}
