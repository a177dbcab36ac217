// What somebody hears who has a page read aloud: all that is on it, in its order, with what each thing is and how it is; and what is
// told of by itself while something runs. There is no screen reader here. What it would say stands in the tree that the
// browser keeps for it; what it would interrupt with is what changes in the regions that ask for that.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** @typedef {import('./page.mjs').Page} Page */
/** @typedef {import('puppeteer-core').Protocol.Accessibility.AXNode} Node */

/** What is told of what it is, and of what it is called. All else is text, or holds others together. */
const TOLD = new Map(
  [
    ...[
      'banner',
      'navigation',
      'main',
      'contentinfo',
      'region',
      'form',
      'heading',
      'link',
      'button',
      'textbox',
      'combobox',
    ],
    ...['slider', 'radio', 'group', 'table', 'list', 'image', 'progressbar', 'meter', 'log', 'status', 'alert'],
  ].map((role) => [role, role]),
);
TOLD.set('DisclosureTriangle', 'disclosure');

/** How it is, where that is not as with most. */
const STATES = ['level', 'pressed', 'checked', 'expanded', 'disabled', 'live'];
const LEVELLED = ['heading'];

/** What regions hold that are told of: their text is, too. */
const SAID = ['status', 'alert'];

/** @param {Page} page @returns {Promise<string[]>} a line for each thing, indented by what it is in */
export async function readAloud(page) {
  const nodes = await /** @type {NonNullable<Page['accessibilityTree']>} */ (page.accessibilityTree)();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  /** @type {string[]} */
  const lines = [];
  const read = (/** @type {Node} */ node, /** @type {number} */ depth) => {
    const line = lineOf(node, byId);
    if (line !== undefined) lines.push('  '.repeat(depth) + line);
    for (const id of node.childIds ?? []) {
      const child = byId.get(id);
      if (child) read(child, line === undefined ? depth : depth + 1);
    }
  };
  read(nodes[0], 0);
  return lines;
}

/** @param {Node} node @param {Map<string, Node>} byId @returns {string | undefined} of what is not told of */
function lineOf(node, byId) {
  const role = node.ignored ? undefined : TOLD.get(node.role?.value);
  const name = String(node.name?.value ?? '').trim();
  if (role === undefined || (name === '' && ['list', 'group', 'form'].includes(role))) return undefined;
  const told = SAID.includes(role) ? textIn(node, byId) : name;
  const description = node.description?.value ? [`(${node.description.value})`] : [];
  return [role, ...(told === '' ? [] : [JSON.stringify(told)]), ...description, ...statesOf(node, role)]
    .join(' ')
    .replaceAll(/\d[\d,.]*\d|\d(?!\])/g, 'N');
}

/** @param {Node} node @param {string} role */
function statesOf({ properties = [] }, role) {
  return STATES.flatMap((state) => {
    const value = properties.find(({ name }) => name === state)?.value.value;
    if (value === undefined || (state === 'level' && !LEVELLED.includes(role))) return [];
    return state === 'disabled' && value === true ? ['[disabled]'] : [`[${state} ${value}]`];
  });
}

/** @param {Node} node @param {Map<string, Node>} byId @returns {string} */
function textIn(node, byId) {
  if (node.role?.value === 'StaticText') return String(node.name?.value ?? '');
  return (node.childIds ?? []).map((id) => textIn(byId.get(id) ?? node, byId)).join('');
}

/** Compares with what stands in heard/. Numbers are all the same: most of them are measured. @param {Page} page @param {string} name */
export async function checkReadAloud(page, name) {
  const expected = await readFile(new URL(`./heard/${name}.txt`, import.meta.url), 'utf8');
  assert.deepEqual(
    await readAloud(page),
    expected.trimEnd().split('\n'),
    `what is read aloud, as of heard/${name}.txt`,
  );
  const current = await page.evaluate(() =>
    [...document.querySelectorAll('nav [aria-current=page]')].map((link) => link.getAttribute('href')),
  );
  assert.deepEqual(current, [`${name}.html`], 'which page is said to be this one');
}

/** Writes down from now on what is told of by itself. @param {Page} page */
export function listen(page) {
  return page.evaluate(() => {
    /** @type {string[]} */
    const heard = /** @type {any} */ (globalThis.heard = []);
    const regions = '[role=status], [role=alert], [role=log], [aria-live]';
    const said = new Map();
    const tell = (/** @type {string} */ text) => text.trim() !== '' && heard.push(text);
    const hear = (/** @type {MutationRecord[]} */ records) => {
      for (const region of document.querySelectorAll(regions)) {
        const of = records.filter(({ target }) => region.contains(target));
        if (of.length === 0 || !region.checkVisibility() || region.getAttribute('aria-live') === 'off') continue;
        if (region.getAttribute('role') === 'log') {
          tell(of.flatMap(({ addedNodes }) => [...addedNodes].map(({ textContent }) => textContent)).join(''));
        } else if (said.get(region) !== region.textContent) {
          said.set(region, region.textContent);
          tell(region.textContent ?? '');
        }
      }
    };
    for (const region of document.querySelectorAll(regions)) said.set(region, region.textContent);
    const options = { subtree: true, childList: true, characterData: true, attributeFilter: ['hidden'] };
    new MutationObserver(hear).observe(document.body, options);
  });
}

/** @param {Page} page @returns {Promise<string[]>} what was told of since this was asked last; numbers are N, and times seconds */
export async function heard(page) {
  const all = await page.evaluate(() => /** @type {any} */ (globalThis).heard.splice(0));
  return all.map((/** @type {string} */ text) => text.replaceAll(/\d[\d,.]*\d|\d/g, 'N').replaceAll('N ms', 'N s'));
}
