// React under StrictMode, Vue, and Next: a client component, a route handler, an import on the server.
import assert from 'node:assert/strict';
import { expectRun, html, runSource, TEXT } from '../lib/pages.mjs';
import { makeProject } from '../lib/project.mjs';
import { serveFolder, startServer } from '../lib/server.mjs';

/** The effect runs twice, and the first time it is taken back at once. */
const react = `import { createElement, StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Pool } from 'millrace';

let started = 0;
function App() {
  const [text, setText] = useState();
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    started++;
    const pool = Pool.create({ workers: 1, signal });
    pool
      .then(async (pool) => setText((await pool.run('/guest.wasm', { stdin: ${JSON.stringify(TEXT)}, signal })).stdoutText))
      .catch((error) => signal.aborted || setText(error.name + ': ' + error.message));
    return () => {
      controller.abort();
      pool.then((pool) => pool.close(), () => undefined);
    };
  }, []);
  useEffect(() => {
    if (text) globalThis.__report = { text, started };
  }, [text]);
  return createElement('p', null, text);
}
createRoot(document.querySelector('#root')).render(createElement(StrictMode, null, createElement(App)));
`;

const vue = `<script setup>
import { onMounted, ref } from 'vue';
import { Pool } from 'millrace';
${runSource()}
const text = ref('');
onMounted(async () => {
  const report = await runGuest();
  text.value = report.text;
  globalThis.__report = report;
});
</script>
<template><p>{{ text }}</p></template>
`;

async function develop(t, project) {
  return startServer(t, project, 'vite', ['--port', '0', '--host', '127.0.0.1'], /(http:\/\/127\.0\.0\.1:\d+)/);
}

const headers = `{ 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }`;

const nextConfig = `export default { async headers() { return [{ source: '/:path*', headers: [
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Embedder-Policy', value: 'require-corp' },
] }]; } };
`;

const nextFiles = {
  'next.config.mjs': nextConfig,
  'app/layout.js': `export default function Layout({ children }) { return <html><body>{children}</body></html>; }\n`,
  'app/page.js': `'use client';
import { useEffect } from 'react';
import { Pool } from 'millrace';
${runSource()}
export default function Page() {
  useEffect(() => void runGuest().then((report) => (globalThis.__report = report)), []);
  return <p>{typeof Pool}</p>;
}
`,
  'app/inline/page.js': `'use client';
import { useEffect } from 'react';
import { Pool } from 'millrace/inline';
${runSource()}
export default function Page() {
  useEffect(() => void runGuest().then((report) => (globalThis.__report = report)), []);
  return <p>{typeof Pool}</p>;
}
`,
  'app/api/route.js': `import { Pool } from 'millrace';
${runSource({ guest: "process.cwd() + '/public/guest.wasm'" })}
export async function GET() {
  return Response.json(await runGuest());
}
`,
};

export const stacks = [
  {
    name: 'React under StrictMode, developing',
    async run(t) {
      const project = await makeProject(t, {
        name: 'react',
        dependencies: { vite: '8.3.8', react: '19.3.1', 'react-dom': '19.3.1' },
        files: {
          'index.html': html('<div id="root"></div><script type="module" src="/app.js"></script>'),
          'app.js': react,
          'vite.config.js': `export default { server: { headers: ${headers} } };\n`,
        },
      });
      await project.guest('public/guest.wasm');
      const { runPage } = await import('../../browser/run-page.mjs');
      const url = `${await develop(t, project)}/`;
      for (const name of ['chromium', 'firefox']) {
        const report = await runPage({ browser: await t.browser(name), url });
        assert.deepEqual(report, { text: TEXT, started: 2 }, name);
      }
    },
  },
  {
    name: 'Vue, built',
    async run(t) {
      const project = await makeProject(t, {
        name: 'vue',
        dependencies: { vite: '8.3.8', vue: '3.5.45', '@vitejs/plugin-vue': '6.0.11' },
        files: {
          'index.html': html('<div id="app"></div><script type="module" src="/app.js"></script>'),
          'app.js': `import { createApp } from 'vue';\nimport App from './App.vue';\ncreateApp(App).mount('#app');\n`,
          'App.vue': vue,
          'vite.config.js': `import vue from '@vitejs/plugin-vue';\nexport default { plugins: [vue()] };\n`,
        },
      });
      await project.guest('public/guest.wasm');
      await project.run('vite', ['build']);
      await expectRun(t, `${await serveFolder(t, project.path('dist'))}/`);
    },
  },
  {
    name: 'Next 16: a client component and a route handler, built and developing',
    async run(t) {
      const project = await makeProject(t, {
        name: 'next',
        manifest: {},
        dependencies: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
        files: nextFiles,
      });
      await project.guest('public/guest.wasm');
      const env = { NEXT_TELEMETRY_DISABLED: '1' };
      await project.run('next', ['build'], { env });
      for (const command of ['start', 'dev']) {
        const options = [command, '-p', '0', '-H', '127.0.0.1'];
        const url = await startServer(t, project, 'next', options, /(http:\/\/127\.0\.0\.1:\d+)/, {
          ...env,
          NODE_ENV: '',
        });
        await expectRun(t, `${url}/inline`);
        await expectRun(t, `${url}/`);
        const answer = await (await fetch(`${url}/api`)).json();
        assert.deepEqual(answer, { text: TEXT, tier: 'shared' }, `${command}: ${JSON.stringify(answer)}`);
      }
    },
  },
];
