// Which files need each other in a circle. In C, a file needs another if it uses a function that the other defines: a folder
// shares its headers, so includes do not tell. In TypeScript, if it imports it (script-files.mjs).
import { readFileSync } from 'node:fs';

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
