// The site: what is in the bars, and how Markdown is read.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Pages, each by its title and its path. */
const list = (pages) => Object.entries(pages).map(([text, link]) => ({ text, link }));

const guide = [
  { text: 'Begin', items: list({ 'Five minutes': '/guide/start', 'What a guest is': '/guide/guests' }) },
  {
    text: 'Programs',
    items: list({
      'Run a program': '/guide/run',
      'Talk to one': '/guide/talk',
      'A REPL': '/guide/repl',
      'Cancel, time out, progress': '/guide/cancel',
      'Files and OPFS': '/guide/files',
      Pipelines: '/guide/pipelines',
    }),
  },
  {
    text: 'Functions',
    items: list({
      'Functions and instances': '/guide/functions',
      'Host calls': '/guide/host-calls',
      Imports: '/guide/imports',
      Plugins: '/guide/plugins',
    }),
  },
  {
    text: 'In your app',
    items: list({
      'The pool': '/guide/pool',
      React: '/guide/react',
      Vue: '/guide/vue',
      'Dioxus, Yew, Leptos': '/guide/dioxus',
      Testing: '/guide/testing',
      'The command line': '/guide/cli',
      'From C': '/guide/c',
    }),
  },
  {
    text: 'Putting it online',
    items: list({
      'What a page needs': '/hosting/',
      'Headers by server': '/hosting/servers',
      'Iframes and other origins': '/hosting/iframes',
      'Content-Security-Policy': '/hosting/csp',
      Bundlers: '/hosting/bundlers',
      'Where it runs': '/hosting/platforms',
    }),
  },
  { text: 'Look up', items: list({ Errors: '/errors', Limits: '/limits' }) },
  {
    text: 'Choosing',
    items: list({
      'Millrace and others': '/choosing/',
      'From @wasmer/sdk': '/choosing/from-wasmer-sdk',
      'From workerpool': '/choosing/from-workerpool',
      'From Extism': '/choosing/from-extism',
    }),
  },
];

const api = [
  { text: 'JavaScript', items: JSON.parse(readFileSync(at('../api/typedoc-sidebar.json'), 'utf8')) },
  { text: 'C', items: list({ 'pool.h': '/c/pool', 'pool_guest.h': '/c/pool_guest' }) },
];

export default defineConfig({
  title: 'Millrace',
  description: 'Runs blocking WebAssembly programs in a pool of workers, beside a main thread that never blocks',
  outDir: at('../../dist'),
  cacheDir: at('../../cache'),
  lastUpdated: false,
  metaChunk: true,
  vite: { build: { chunkSizeWarningLimit: 1500 } }, // the index of the search is one, and is loaded when somebody searches
  head: [
    [
      'link',
      {
        rel: 'icon',
        href: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><circle cx='16' cy='16' r='11' fill='none' stroke='%231b7391' stroke-width='4'/><path d='M16 2v28M2 16h28M6 6l20 20M26 6L6 26' stroke='%231b7391' stroke-width='2.5'/></svg>",
      },
    ],
  ],
  themeConfig: {
    search: { provider: 'local', options: { detailedView: true } },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guide', link: '/guide/start', activeMatch: '/guide/' },
      { text: 'Hosting', link: '/hosting/', activeMatch: '/hosting/' },
      { text: 'Errors', link: '/errors' },
      { text: 'API', link: '/api/', activeMatch: '/(api|c)/' },
      { text: 'Choosing', link: '/choosing/', activeMatch: '/choosing/' },
    ],
    sidebar: { '/api/': api, '/c/': api, '/': guide },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
