// The code in the pages. A fence's first line says what it is: its language, words behind that, and perhaps a [title]. What is
// behind the fence in a comment, `<!-- expect: … -->`, is what a page must show in the end.
import { readdirSync, readFileSync } from 'node:fs';
import { pages, root } from '../tools/places.mjs';

/** @typedef {object} Fence
 * @property {string} page
 * @property {number} line
 * @property {string} language
 * @property {Set<string>} words
 * @property {string} title
 * @property {string} code
 * @property {string | undefined} expect
 * @property {string} where page and line, for people
 * @property {string} id the same, for files */

const FENCE = /^(?<indent> *)```(?<info>[^\n`]+)\n(?<code>[\s\S]*?)^ *```$(?:\s*<!-- expect: (?<expect>.*?) -->)?/gm;

/** @param {string} page @param {RegExpExecArray} match @param {number} line @returns {Fence} */
function fenceOf(page, { groups }, line) {
  const { indent, info, code, expect } = groups;
  const title = /\[([^\]]*)\]/.exec(info)?.[1] ?? '';
  const [language, ...words] = info
    .replace(/\[[^\]]*\]|\{[^}]*\}/g, '')
    .trim()
    .split(/\s+/);
  const id = `${page.replace('.md', '').replace(/\W+/g, '-')}-${line}`;
  const text = code.replace(new RegExp(`^${indent}`, 'gm'), '');
  return { page, line, language, words: new Set(words), title, code: text, expect, where: `${page}:${line}`, id };
}

/** @param {string} page @param {string} text @returns {Fence[]} */
function fencesIn(page, text) {
  return [...text.matchAll(FENCE)].map((match) => {
    return fenceOf(page, match, text.slice(0, match.index).split('\n').length);
  });
}

/** @returns {Fence[]} of all pages, and of the package's README */
export function allFences() {
  const names = readdirSync(pages, { recursive: true }).map(String).sort();
  const all = names.filter((name) => name.endsWith('.md') && !name.startsWith('.'));
  const readme = fencesIn('README.md', readFileSync(`${root}npm/README.md`, 'utf8'));
  return [...readme, ...all.flatMap((name) => fencesIn(name, readFileSync(pages + name, 'utf8')))];
}
