// Makes the pages: each of pages/*.html in the layout that all share, with the code that it names, highlighted.
//
// A page begins with lines "name: value" and an empty one. Where it says
// <!-- code FILE: what it is -->, that file is shown; unfolded if it is the first, or says <!-- open code FILE: … -->.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import { codeFigure } from './code.mjs';

const CODE_MARK = /^[ \t]*<!-- (open )?code (\S+): (.*) -->$/gm;

/**
 * @param {string} here the demo's folder
 * @param {string} out where the pages go
 */
export async function makePages(here, out) {
  const layout = await readFile(`${here}/layout.html`, 'utf8');
  for (const name of await readdir(`${here}/pages`)) {
    const source = await readFile(`${here}/pages/${name}`, 'utf8');
    await writeFile(`${out}/${name}`, await pageOf(layout, source, out));
  }
}

/**
 * @param {string} layout
 * @param {string} source
 * @param {string} out where the files are that pages show
 */
async function pageOf(layout, source, out) {
  const end = source.indexOf('\n\n');
  const head = source.slice(0, end).split('\n');
  const values = Object.fromEntries(head.map((line) => line.split(/: (.*)/s, 2)));
  values.content = await withCode(source.slice(end + 2).trimEnd(), out);
  const page = layout.replace(/\{\{(\w+)\}\}/g, (_, name) => valueOf(values, name));
  return page.replace(`data-page="${values.page}"`, 'aria-current="page"').replace(/ data-page="\w+"/g, '');
}

/**
 * @param {Record<string, string>} values
 * @param {string} name
 */
function valueOf(values, name) {
  if (!(name in values)) throw new Error(`a page lacks its ${name}`);
  return values[name];
}

/**
 * @param {string} content
 * @param {string} out
 */
async function withCode(content, out) {
  /** @type {Map<string, string>} */
  const figures = new Map();
  for (const [mark, isOpen, file, what] of content.matchAll(CODE_MARK))
    figures.set(
      mark,
      codeFigure(file, what, await readFile(`${out}/${file}`, 'utf8'), isOpen !== undefined || figures.size === 0),
    );
  return content.replace(CODE_MARK, (mark) => figures.get(mark) ?? mark);
}
