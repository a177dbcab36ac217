// Every snippet of the documentation, run or read by what it is for. Usage: node npm/docs/snippets/run.mjs package.tgz [PAGE…]
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { launch } from '../../../tests/browser/launch.mjs';
import { serve } from '../../../tests/browser/server.mjs';
import { pages, root } from '../tools/places.mjs';
import { allFences } from './fences.mjs';
import { isHosting, tryHosting } from './hosting.mjs';
import { codesIn, compileAll, runInNode } from './node.mjs';
import { runInPage } from './pages.mjs';
import { makeProject } from './project.mjs';
import { staticCheck } from './static.mjs';

const [archive, ...wanted] = process.argv.slice(2);
process.chdir(root);

const isOfPage = ({ words }) => ['page', 'react', 'vue'].some((word) => words.has(word));
const isScript = ({ language }) => ['js', 'ts'].includes(language);

/** Which of the ways a fence is tried in. @param {import('./fences.mjs').Fence} fence */
function wayOf(fence) {
  if (isHosting(fence)) return 'hosting';
  if (isOfPage(fence)) return 'page';
  if (isScript(fence) && fence.words.size === 0) return 'node';
  assert.ok(
    staticCheck(fence),
    `${fence.where}: nothing is known to be done with ${[fence.language, ...fence.words].join(' ')}`,
  );
  return 'read';
}

/** Each code that an error of the package can have has its heading, and no other has. */
function checkCodes(folder) {
  const text = readFileSync(`${pages}errors.md`, 'utf8');
  const headings = [...text.matchAll(/^### (POOL_\w+)/gm)].map(([, code]) => code);
  assert.deepEqual(headings.sort(), codesIn(`${folder}/node_modules/millrace/dist`).sort());
}

const counts = { passed: 0, failed: 0 };

async function attempt(where, run) {
  try {
    await run();
    counts.passed++;
  } catch (error) {
    counts.failed++;
    console.error(`FAILED ${where}: ${error.stderr ?? ''}${error.stack}`);
  }
}

const fences = allFences().filter(({ page }) => wanted.length === 0 || wanted.some((each) => page.startsWith(each)));
const ways = new Map([
  ['read', []],
  ['node', []],
  ['page', []],
  ['hosting', []],
]);
for (const fence of fences) ways.get(wayOf(fence)).push(fence);
const of = (way) => ways.get(way);

const project = await makeProject(archive);
if (wanted.length === 0 || wanted.includes('errors')) await attempt('errors.md', () => checkCodes(project.folder));
for (const fence of of('read')) await attempt(fence.where, () => staticCheck(fence)(fence, project));
await attempt('types', () => compileAll(of('node'), project));
for (const fence of of('node')) await attempt(fence.where, () => runInNode(fence, project));
process.chdir(root);

const browser = await launch('chromium');
const [isolated, plain] = await Promise.all([true, false].map((each) => serve({ root: project.site, isolated: each })));
const where = { browser, url: isolated.url, plainUrl: plain.url };
for (const fence of of('page')) await attempt(fence.where, () => runInPage(fence, project, where));
for (const fence of of('hosting')) await attempt(fence.where, () => tryHosting(fence, project, browser));
await Promise.all([browser.close(), isolated.close(), plain.close()]);

console.log([...ways].map(([way, { length }]) => `${length} ${way}`).join(', '));
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 ? 1 : 0);
