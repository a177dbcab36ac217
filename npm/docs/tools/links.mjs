// Looks whether each link inside the built site leads to a page that is there, and to a heading in it; and whether the
// repository's own texts link to files that are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** @param {string} folder @returns {Map<string, string>} the pages by their paths */
function pagesIn(folder) {
  const names = readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
  const html = names.filter((name) => name.endsWith('.html'));
  return new Map(html.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** @param {string} html */
const idsIn = (html) => new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));

/** The links of a page's own text, not those of the frame around it. @param {string} html */
function hrefsIn(html) {
  const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html;
  return [...main.matchAll(/<a [^>]*?href="([^"]+)"/g)].map(([, href]) => href.replaceAll('&amp;', '&'));
}

/** @param {string} folder of the built site @param {string} base under which it is served @returns {string[]} what is wrong */
export function deadLinks(folder, base) {
  const pages = pagesIn(folder);
  const ids = new Map([...pages].map(([name, html]) => [name, idsIn(html)]));
  const problems = [];
  for (const [page, html] of pages) {
    for (const href of hrefsIn(html)) {
      if (/^[a-z]+:/i.test(href)) continue;
      const [path, hash] = href.split('#');
      const within = path.startsWith(base) ? path.slice(base.length) : posix.join(dirname(page), path);
      const target = path === '' ? page : within === '' || within.endsWith('/') ? `${within}index.html` : within;
      if (!pages.has(target)) problems.push(`${page}: ${href} leads to no page`);
      else if (hash && !ids.get(target).has(decodeURIComponent(hash)))
        problems.push(`${page}: ${href} leads to no heading`);
    }
  }
  return problems;
}

/** @param {string} root of the repository @param {string[]} texts @returns {string[]} what is wrong */
export function deadLinksInTexts(root, texts) {
  return texts.flatMap((text) => {
    const markdown = readFileSync(join(root, text), 'utf8');
    const targets = [...markdown.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target);
    const files = targets.filter((target) => !/^[a-z]+:/i.test(target));
    const missing = files.filter((target) => !existsSync(join(root, dirname(text), target)));
    return missing.map((target) => `${text}: ${target} is not there`);
  });
}
