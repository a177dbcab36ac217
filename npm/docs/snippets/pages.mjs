// Code that needs a page: fences with the word `page`, `react` or `vue`. Each is bundled into a page of its own and opened in
// Chromium. What it logs is compared with its comments, and what it shows with the comment behind the fence.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { expectedOf } from '../../../tests/package/snippets.mjs';
import { within } from '../../../tests/browser/processes.mjs';

const WAIT_MS = 60_000;

/** What surrounds the code, by its kind. */
const frames = {
  page: (code) => code,
  react: (code, path) => `import { StrictMode, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import Component from '${path}';
createRoot(document.body.appendChild(document.createElement('div'))).render(createElement(StrictMode, null, createElement(Component)));
`,
  vue: (code, path) => `import { createApp } from 'vue';
import Component from '${path}';
createApp(Component).mount(document.body.appendChild(document.createElement('div')));
`,
};

/** A component of Vue's as a module. @param {string} code @param {string} modules */
function compileVue(code, modules) {
  const { parse, compileScript } = createRequire(`${modules}/x.js`)('vue/compiler-sfc');
  const { descriptor } = parse(code);
  return compileScript(descriptor, { id: 'snippet', inlineTemplate: true }).content;
}

/** @param {import('./fences.mjs').Fence} fence */
const kindOf = ({ words }) => ['react', 'vue'].find((each) => words.has(each)) ?? 'page';

/** Code runs in the page as it stands; the package is not bundled, but beside it. */
async function bundle(fence, { folder, site, modules }) {
  const kind = kindOf(fence);
  const out = `${folder}/pages`;
  mkdirSync(out, { recursive: true });
  const path = `${out}/${fence.id}.${fence.language === 'vue' ? 'js' : fence.language}`;
  writeFileSync(path, kind === 'vue' ? compileVue(fence.code, modules) : fence.code);
  const main = `${out}/${fence.id}-main.js`;
  writeFileSync(
    main,
    kind === 'page' ? `import '${path}';\nglobalThis.__done = true;\n` : frames[kind](fence.code, path),
  );
  await build({
    entryPoints: [main],
    bundle: true,
    format: 'esm',
    outfile: `${site}/pages/${fence.id}.js`,
    target: 'es2022',
    jsx: 'automatic',
    external: ['millrace', 'millrace/*'],
    define: { 'process.env.NODE_ENV': '"development"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
    logLevel: 'error',
  });
}

const PAGE = (id) => `<!doctype html>
<meta charset="utf-8">
<title>${id}</title>
<script type="importmap">{"imports": {"millrace": "/millrace/index.js", "millrace/plugin": "/millrace/plugin.js", "millrace/inline": "/millrace/inline.js"}}</script>
<body></body>
<script type="module" src="/pages/${id}.js"></script>
`;

/** @param {import('./fences.mjs').Fence} fence @param {any} project @param {{ browser: any, url: string, plainUrl: string }} where */
export async function runInPage(fence, project, { browser, url, plainUrl }) {
  mkdirSync(`${project.site}/pages`, { recursive: true });
  if (fence.language === 'html') writeFileSync(`${project.site}/pages/${fence.id}.html`, fence.code);
  else {
    await bundle(fence, project);
    writeFileSync(`${project.site}/pages/${fence.id}.html`, PAGE(fence.id));
  }
  const printed = [];
  const problems = [];
  const onConsole = ({ type, text }) => {
    if (type === 'log') printed.push(text);
    else if (type === 'pageerror' || type === 'error') problems.push(text);
  };
  const base = fence.words.has('plain') ? plainUrl : url;
  const page = await browser.open(`${base}/pages/${fence.id}.html`, { onConsole });
  try {
    await settle(page, fence, printed, problems);
  } finally {
    await page.close();
  }
}

/** Until the page shows and has logged what it should. */
async function settle(page, fence, printed, problems) {
  const expected = expectedOf(fence.code);
  assert.ok(fence.expect !== undefined || expected.length > 0, `${fence.where} says nothing that could be compared`);
  const shown = () => page.evaluate(() => document.body.innerText);
  const isThere = async () => {
    const text = await shown();
    return printed.length >= expected.length && (fence.expect === undefined || text.includes(fence.expect));
  };
  const wait = async () => {
    while (problems.length === 0 && !(await isThere())) await new Promise((done) => setTimeout(done, 50));
  };
  await within(wait(), WAIT_MS, 'late').catch(async () => problems.push(`it shows: ${await shown()}`));
  assert.deepEqual({ printed, problems }, { printed: expected, problems: [] });
}
